/** The scopes of clauses that see a step's columns as they are. */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import { takesKsql5 } from "../sql/dialect.ts";
import type { ExpressionScope } from "./analyzed.ts";
import type { Clause, NameScope } from "./name-scope.ts";
import type { PlanContext } from "./plan-context.ts";
import { plainColumn, sourceText } from "./source-text.ts";
import { WINDOWEND, WINDOWSTART } from "./system-columns.ts";

const NOWHERE = { start: 0, end: 0, line: 1, column: 1 };

/** Columns of the step; `replacements` are expressions, by their text, that stand for a column. */
export function columnScope(
  context: PlanContext,
  scope: NameScope,
  clause: Clause,
  replacements: ReadonlyMap<string, number> = new Map(),
): ExpressionScope {
  return {
    clause,
    column: (node) => scope.column(scope.resolve(node, clause)),
    replacement: (node) => {
      const bound = windowBoundCall(context, node);
      if (bound !== undefined)
        return scope.column(scope.resolve({ kind: "column", name: bound, span: node.span }, clause));
      if (replacements.size === 0) return undefined;
      const index = replacements.get(resolvedText(node, scope));
      return index === undefined ? undefined : scope.column(index);
    },
  };
}

/** KSQL 5's WindowStart() and WindowEnd(): the pseudo column's name. */
export function windowBoundCall(context: PlanContext, node: Ast): string | undefined {
  if (node.kind !== "call" || node.args.length > 0 || !takesKsql5(context.dialect)) return undefined;
  return node.name === WINDOWSTART || node.name === WINDOWEND ? node.name : undefined;
}

/** The text of an expression in which each column has its source: equal for `ID` and `S.ID`. */
export function resolvedText(node: Ast, scope: NameScope): string {
  return sourceText(node, (column) => {
    const index = scope.find(column);
    return index === undefined ? plainColumn(column) : columnText(scope, index);
  });
}

export function columnText(scope: NameScope, index: number): string {
  const column = scope.columns[index]!;
  return plainColumn({ kind: "column", source: column.source, name: column.name, span: NOWHERE });
}
