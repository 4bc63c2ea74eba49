import { unreachable } from "../base/assert.ts";
import type { Expression } from "./ast-expression.ts";
import type {
  ExpressionList,
  PrimaryRelation,
  Query,
  Relation,
  SelectItem,
  TimeSpan,
  WindowExpression,
} from "./ast-query.ts";
import { printExpression, printPrimary, printValue } from "./print-expression.ts";
import { nameText } from "./print-name.ts";

/** What fits into a line is not broken. */
export const LINE_WIDTH = 100;

/** The canonical text of a query: a line a clause, a line a select item where there are several. */
export function printQuery(query: Query): string {
  const { window, where, groupBy, partitionBy, having, refinement, limit } = query;
  const lines = [printSelect(query.select), `FROM ${printRelation(query.from)}`];
  if (window !== undefined) lines.push(`WINDOW ${printWindow(window)}`);
  if (where !== undefined) lines.push(printCondition("WHERE", where));
  if (groupBy !== undefined) lines.push(`GROUP BY ${printExpressions(groupBy)}`);
  const partition = partitionBy === undefined ? [] : [`PARTITION BY ${printExpressions(partitionBy)}`];
  if (query.partitionByTrailing !== true) lines.push(...partition);
  if (having !== undefined) lines.push(printCondition("HAVING", having));
  if (refinement !== undefined) lines.push(`EMIT ${refinement}`);
  if (limit !== undefined) lines.push(`LIMIT ${limit}`);
  if (query.partitionByTrailing === true) lines.push(...partition);
  return lines.join("\n");
}

function printSelect(items: readonly SelectItem[]): string {
  const [only, ...more] = items.map(printSelectItem);
  return more.length === 0 ? `SELECT ${only ?? ""}` : `SELECT\n  ${[only, ...more].join(",\n  ")}`;
}

function printSelectItem(item: SelectItem): string {
  switch (item.kind) {
    case "all-columns":
      return item.source === undefined ? "*" : `${nameText(item.source)}.*`;
    case "all-fields":
      return `${printPrimary(item.base)}->*`;
    case "select-expression": {
      const text = printExpression(item.expression);
      return item.alias === undefined ? text : `${text} AS ${nameText(item.alias)}`;
    }
    default:
      return unreachable(item, "select item");
  }
}

function printRelation(relation: Relation): string {
  if (relation.kind !== "join") return printPrimaryRelation(relation);
  const { left, right, type, within, on } = relation;
  const span = within === undefined ? "" : ` WITHIN ${printWithin(within.before, within.after)}`;
  const grace = within?.grace === undefined ? "" : ` GRACE PERIOD ${printTimeSpan(within.grace)}`;
  const join = type === "FULL" ? "FULL OUTER JOIN" : `${type} JOIN`;
  return `${printRelation(left)}\n${join} ${printRelation(right)}${span}${grace} ON ${printExpression(on)}`;
}

function printPrimaryRelation(relation: PrimaryRelation): string {
  const name = nameText(relation.name);
  const text =
    relation.kind === "table"
      ? name
      : `${name}(${relation.inputs.map((input) => nameText(input.name)).join(", ")})`;
  return relation.alias === undefined ? text : `${text} AS ${nameText(relation.alias)}`;
}

function printWithin(before: TimeSpan, after: TimeSpan): string {
  const first = printTimeSpan(before);
  const second = printTimeSpan(after);
  return first === second ? first : `(${first}, ${second})`;
}

function printWindow(window: WindowExpression): string {
  const parts = [];
  if (window.retention !== undefined) parts.push(`RETENTION ${printTimeSpan(window.retention)}`);
  if (window.grace !== undefined) parts.push(`GRACE PERIOD ${printTimeSpan(window.grace)}`);
  const rest = parts.map((part) => `, ${part}`).join("");
  const name = window.name === undefined ? "" : `${window.name} `;
  switch (window.kind) {
    case "tumbling-window":
      return `${name}TUMBLING (SIZE ${printTimeSpan(window.size)}${rest})`;
    case "hopping-window": {
      const advance = printTimeSpan(window.advance);
      return `${name}HOPPING (SIZE ${printTimeSpan(window.size)}, ADVANCE BY ${advance}${rest})`;
    }
    case "session-window":
      return `${name}SESSION (${printTimeSpan(window.gap)}${rest})`;
    default:
      return unreachable(window, "window");
  }
}

export function printTimeSpan(span: TimeSpan): string {
  return `${span.value} ${span.unit}`;
}

function printExpressions(list: ExpressionList): string {
  return list.expressions.map(printValue).join(", ");
}

/** A condition too long for a line has a line for each part between ANDs. */
function printCondition(word: "WHERE" | "HAVING", condition: Expression): string {
  const line = `${word} ${printExpression(condition)}`;
  if (line.length <= LINE_WIDTH) return line;
  const parts = conjuncts(condition);
  const printed = parts.map((part) =>
    needsParentheses(part) ? `(${printExpression(part)})` : printExpression(part),
  );
  return `${word} ${printed.join("\n  AND ")}`;
}

function conjuncts(condition: Expression): Expression[] {
  const parts: Expression[] = [];
  let rest = condition;
  while (rest.kind === "logical" && rest.op === "and") {
    parts.push(rest.right);
    rest = rest.left;
  }
  return [rest, ...parts.toReversed()];
}

function needsParentheses(part: Expression): boolean {
  return part.kind === "logical";
}
