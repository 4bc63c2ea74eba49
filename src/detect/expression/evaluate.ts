/**
 * The meaning of an expression, read off its tree, test by test. The matcher of many rules is checked against this, and
 * what it finds is explained with this.
 */
import { assert } from "../../base/assert.ts";
import { cidrContains } from "./cidr.ts";
import { fieldTexts } from "./event-fields.ts";
import type { EventFields, FieldValue } from "./event-fields.ts";
import type { Expression, TestExpression } from "./expression.ts";
import { globMatches } from "./glob.ts";
import { compareNumbers, foldCase } from "./matcher.ts";
import type { FieldMatcher, Matcher, TextRelation } from "./matcher.ts";
import { timePart } from "./time-part.ts";

export function evaluate(expression: Expression, event: EventFields): boolean {
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "test":
      return testHolds(expression, event);
    case "not":
      return !evaluate(expression.operand, event);
    case "selection":
      return evaluate(expression.operand, event);
    case "and":
      return expression.operands.every((operand) => evaluate(operand, event));
    case "or":
      return expression.operands.some((operand) => evaluate(operand, event));
    case "at-least":
      return expression.operands.filter((operand) => evaluate(operand, event)).length >= expression.count;
  }
}

export function testHolds(test: TestExpression, event: EventFields): boolean {
  if (test.field !== undefined) return fieldHolds(test.matcher, event.get(test.field), event);
  for (const value of event.values()) if (fieldHolds(test.matcher, value, event)) return true;
  return false;
}

/** True where the test holds for the field's value, or for one of its values. */
export function fieldHolds(matcher: Matcher, value: FieldValue | undefined, event: EventFields): boolean {
  switch (matcher.kind) {
    case "exists":
      return (value !== undefined) === matcher.present;
    case "null":
      return isNull(value);
    case "field":
      return fieldsRelate(matcher, value, event.get(matcher.other));
    default:
      return fieldTexts(value).some((text) => textHolds(matcher, text));
  }
}

/** Absent, null, or a list of nulls only. */
export function isNull(value: FieldValue | undefined): boolean {
  return fieldTexts(value).length === 0;
}

export function fieldsRelate(
  matcher: FieldMatcher,
  value: FieldValue | undefined,
  other: FieldValue | undefined,
): boolean {
  const fold = matcher.cased ? (text: string): string => text : foldCase;
  const texts = fieldTexts(value).map(fold);
  return fieldTexts(other).some((text) => texts.some((left) => relates(matcher.relation, left, fold(text))));
}

/** What counts as a number: hexadecimal and the like do not. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** For tests that look at one text alone. */
export function textHolds(matcher: Matcher, text: string): boolean {
  switch (matcher.kind) {
    case "text":
      return relates(matcher.relation, matcher.cased ? text : foldCase(text), matcher.text);
    case "glob":
      return globMatches(matcher.parts, matcher.cased ? text : foldCase(text));
    case "regex":
      return matcher.regex.matches(text);
    case "cidr":
      return cidrContains(matcher.block, text);
    case "compare":
      return DECIMAL.test(text) && compareNumbers(matcher.operator, Number(text), matcher.value);
    case "time": {
      const part = timePart(matcher.part, text);
      return part !== undefined && compareNumbers(matcher.operator, part, matcher.value);
    }
    default:
      assert(false, `a ${matcher.kind} test is not about one text`);
  }
}

export function relates(relation: TextRelation, text: string, wanted: string): boolean {
  switch (relation) {
    case "equals":
      return text === wanted;
    case "starts-with":
      return text.startsWith(wanted);
    case "ends-with":
      return text.endsWith(wanted);
    case "contains":
      return text.includes(wanted);
  }
}
