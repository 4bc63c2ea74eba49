/** A rule's whole condition, filters worked in, as an outline that a person can read. */
import type { Expression } from "../../detect/expression/expression.ts";
import { matcherText } from "../../detect/expression/matcher.ts";

const LINES_MAX = 200;

/** Lines with their indentation; what is beyond {@link LINES_MAX} is counted in the last. */
export function expressionLines(expression: Expression): string[] {
  const lines: string[] = [];
  add(expression, 0, lines);
  if (lines.length <= LINES_MAX) return lines;
  return [...lines.slice(0, LINES_MAX), `… and ${lines.length - LINES_MAX} more lines`];
}

function add(expression: Expression, depth: number, lines: string[]): void {
  const indent = "  ".repeat(depth);
  switch (expression.kind) {
    case "constant":
      lines.push(`${indent}${expression.value ? "always" : "never"}`);
      return;
    case "test":
      lines.push(`${indent}${expression.field ?? "any field"} ${matcherText(expression.matcher)}`);
      return;
    case "selection":
      lines.push(`${indent}${expression.name}:`);
      add(expression.operand, depth + 1, lines);
      return;
    case "not":
      lines.push(`${indent}not`);
      add(expression.operand, depth + 1, lines);
      return;
    case "and":
      addAll("all of", expression.operands, depth, lines);
      return;
    case "or":
      addAll("one of", expression.operands, depth, lines);
      return;
    case "at-least":
      addAll(`at least ${expression.count} of`, expression.operands, depth, lines);
  }
}

function addAll(head: string, operands: readonly Expression[], depth: number, lines: string[]): void {
  lines.push(`${"  ".repeat(depth)}${head}`);
  for (const operand of operands) add(operand, depth + 1, lines);
}
