/** Why an expression holds for an event: computed for hits only, so it may cost what the matcher must not. */
import { evaluate, fieldHolds, testHolds } from "./evaluate.ts";
import { fieldTexts } from "./event-fields.ts";
import type { EventFields, FieldValue } from "./event-fields.ts";
import type { Expression, TestExpression } from "./expression.ts";
import { matcherText } from "./matcher.ts";

/** One part of a condition that was met. */
export interface Reason {
  /** The search identifier of the rule that the test stands in; undefined for a filter document's tests. */
  readonly selection: string | undefined;
  /** The rule's name of the field; undefined for keywords. */
  readonly field: string | undefined;
  /** What the event had there, cut to {@link REASON_VALUE_MAX}; undefined where it had nothing. */
  readonly value: string | undefined;
  /** The test in words: `ends with '\powershell.exe'`. */
  readonly test: string;
  /** True where the test was excluded and did not hold. */
  readonly negated: boolean;
}

export const REASON_VALUE_MAX = 4096;
export const REASONS_MAX = 100;

/**
 * The tests that made the expression true, in the rule's order: of alternatives those that held, of exclusions their
 * selections (which did not hold). At most {@link REASONS_MAX}.
 */
export function explain(expression: Expression, event: EventFields): readonly Reason[] {
  const reasons: Reason[] = [];
  collect(expression, event, undefined, reasons);
  return reasons;
}

function collect(
  expression: Expression,
  event: EventFields,
  selection: string | undefined,
  reasons: Reason[],
): void {
  if (reasons.length >= REASONS_MAX) return;
  switch (expression.kind) {
    case "constant":
      break;
    case "test":
      if (testHolds(expression, event)) reasons.push(reasonOf(expression, event, selection));
      break;
    case "selection":
      collect(expression.operand, event, expression.name, reasons);
      break;
    case "not":
      collectExcluded(expression.operand, event, selection, reasons);
      break;
    case "and":
    case "or":
    case "at-least":
      for (const operand of expression.operands) {
        if (expression.kind === "and" || evaluate(operand, event))
          collect(operand, event, selection, reasons);
      }
      break;
  }
}

/** Names what was excluded, one reason a selection; a lone test is named itself. */
function collectExcluded(
  expression: Expression,
  event: EventFields,
  selection: string | undefined,
  reasons: Reason[],
): void {
  if (reasons.length >= REASONS_MAX) return;
  if (expression.kind === "selection") {
    const [field, value, test] = [undefined, undefined, "does not hold"];
    reasons.push({ selection: expression.name, field, value, test, negated: true });
  } else if (expression.kind === "test") {
    const value = expression.field === undefined ? undefined : shown(event.get(expression.field));
    const test = matcherText(expression.matcher);
    reasons.push({ selection, field: expression.field, value, test, negated: true });
  } else if (expression.kind === "not") {
    collect(expression.operand, event, selection, reasons);
  } else if (expression.kind !== "constant") {
    for (const operand of expression.operands) {
      if (!evaluate(operand, event)) collectExcluded(operand, event, selection, reasons);
    }
  }
}

function reasonOf(test: TestExpression, event: EventFields, selection: string | undefined): Reason {
  const value = test.field === undefined ? keywordValue(test, event) : event.get(test.field);
  return {
    selection,
    field: test.field,
    value: shown(value),
    test: matcherText(test.matcher),
    negated: false,
  };
}

function keywordValue(test: TestExpression, event: EventFields): FieldValue | undefined {
  for (const value of event.values()) if (fieldHolds(test.matcher, value, event)) return value;
  return undefined;
}

function shown(value: FieldValue | undefined): string | undefined {
  const texts = fieldTexts(value);
  return texts.length === 0 ? undefined : texts.join(", ").slice(0, REASON_VALUE_MAX);
}
