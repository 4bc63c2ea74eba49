/** ON: one equality, each side over one source, one of them the source that the join adds. */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import type { JoinRelation } from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import type { NameScope } from "./name-scope.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { QuerySource } from "./relation-plan.ts";
import { descendants, sourceText } from "./source-text.ts";

export interface JoinCondition {
  /** The side over the sources joined so far, and which of them it names. */
  readonly left: Ast;
  readonly leftSource: QuerySource;
  /** The side over the source that this join adds. */
  readonly right: Ast;
  readonly rightSource: QuerySource;
}

/**
 * @param scope all columns of all sources of the query
 * @param added the source the join adds
 */
export function joinCondition(
  context: PlanContext,
  join: JoinRelation,
  added: QuerySource,
  sources: readonly QuerySource[],
  scope: NameScope,
): JoinCondition {
  const { on } = join;
  if (on.kind !== "comparison" || on.op !== "=") throw notOneEquality(context, on);
  const leftAlias = onlySource(context, on.left, on, scope);
  const rightAlias = onlySource(context, on.right, on, scope);
  if (leftAlias === rightAlias) {
    throw refuse(context, on, `both sides of the join condition name ${leftAlias} only: ${sourceText(on)}`);
  }
  if (leftAlias !== added.alias && rightAlias !== added.alias) {
    throw refuse(
      context,
      on,
      `the join condition does not name ${added.alias}, the source it joins: ${sourceText(on)}`,
    );
  }
  const flipped = leftAlias === added.alias;
  const other = flipped ? rightAlias : leftAlias;
  const leftSource = sources.find((source) => source.alias === other)!;
  if (sources.indexOf(leftSource) > sources.indexOf(added)) {
    throw refuse(context, on, `the join condition names ${other}, which is joined later`);
  }
  return {
    left: flipped ? on.right : on.left,
    leftSource,
    right: flipped ? on.left : on.right,
    rightSource: added,
  };
}

function notOneEquality(context: PlanContext, on: Ast): Error {
  const several = on.kind === "logical";
  return refuse(
    context,
    on,
    several
      ? `a join can't have several conditions: ${sourceText(on)}`
      : `a join condition must be an equality, not ${sourceText(on)}`,
  );
}

function onlySource(context: PlanContext, side: Ast, on: Ast, scope: NameScope): string {
  const aliases = new Set<string>();
  for (const node of descendants(side)) {
    if (node.kind !== "column") continue;
    const index = scope.resolve(node, "JOIN ON");
    aliases.add(scope.columns[index]!.source!);
  }
  const [alias] = aliases;
  if (aliases.size === 1) return alias!;
  throw refuse(
    context,
    side,
    `each side of a join condition must name columns of one source: ${sourceText(side)} in ${sourceText(on)}`,
  );
}

function refuse(context: PlanContext, node: Ast, message: string): Error {
  return errorAt(context, planError.INVALID_JOIN, node.span, {
    message,
    hint: "write ON a.x = b.y, where b is the source the join adds",
  });
}
