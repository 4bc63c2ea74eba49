/**
 * A condition for EXPLAIN: on one line where it fits, else as a tree, AND and OR before their operands:
 *
 *     OR
 *         (LCASE(IMAGE) LIKE '%\cmd.exe')
 *         AND
 *             …
 */
import { expressionText } from "./expression-text.ts";
import type { Expression } from "./expression.ts";

const LINE_WIDTH = 100;

/** The lines of the tree, each with its indentation. */
export function conditionLines(condition: Expression): string[] {
  const text = expressionText(condition);
  if (text.length <= LINE_WIDTH) return [text];
  if (condition.kind === "not") return ["NOT", ...indented(conditionLines(condition.operand))];
  if (condition.kind !== "logical") return [text];
  const operands = operandsOf(condition, condition.operator);
  return [condition.operator.toUpperCase(), ...indented(operands.flatMap(conditionLines))];
}

/** Operands of one operator in a row are one list. */
function operandsOf(condition: Expression, operator: "and" | "or"): Expression[] {
  const operands: Expression[] = [];
  const pending = [condition];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === "logical" && next.operator === operator) pending.push(next.right, next.left);
    else operands.push(next);
  }
  return operands;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
