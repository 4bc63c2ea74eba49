/** What two sources must have in common to be joined: windows, partitions. */
import { identifierText } from "../data/types.ts";
import type { JoinRelation } from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import type { JoinCondition } from "./join-condition.ts";
import type { JoinSide } from "./join-side.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { leafSide, sideKey } from "./join-side.ts";
import { sourceText } from "./source-text.ts";

interface JoinPlace {
  readonly context: PlanContext;
  readonly join: JoinRelation;
  readonly left: JoinSide;
  readonly right: JoinSide;
}

export function joinRefusal(place: JoinPlace, message: string, hint?: string): Error {
  const { context, join, left, right } = place;
  return errorAt(context, planError.INVALID_JOIN, join.span, {
    message,
    detail: `${left.aliases.join(", ")} ${join.type} JOIN ${right.aliases.join(", ")} ON ${sourceText(join.on)}`,
    hint,
  });
}

/** Windowed sources join windowed ones only, sessions sessions only. */
export function checkJoinWindows(context: PlanContext, join: JoinRelation, condition: JoinCondition): void {
  const left = condition.leftSource.source;
  const right = condition.rightSource.source;
  const refuse = (message: string, hint?: string): Error =>
    errorAt(context, planError.INVALID_JOIN, join.span, { message, hint });
  if ((left.window === undefined) !== (right.window === undefined)) {
    const windowed = left.window === undefined ? condition.rightSource : condition.leftSource;
    throw refuse(
      `a windowed source can't be joined with one that is not: ${identifierText(windowed.alias)} is windowed`,
    );
  }
  if (left.window === undefined || right.window === undefined) return;
  if ((left.window.type === "SESSION") !== (right.window.type === "SESSION")) {
    throw refuse(`${left.window.type} and ${right.window.type} windowed sources can't be joined`);
  }
  const sameKeys =
    left.window.type === right.window.type &&
    left.window.sizeMs === right.window.sizeMs &&
    left.keyFormat.format === right.keyFormat.format;
  if (sameKeys) return;
  throw refuse(
    "windowed sources with different windows or key formats can't be joined",
    "a join would have to re-key them, which windowed sources can't be",
  );
}

/** Rows that meet must be in partitions of the same number, unless the engine re-keys them itself. */
export function checkPartitions(place: JoinPlace & { readonly condition: JoinCondition }): void {
  const { context, condition } = place;
  const pair = [condition.leftSource, condition.rightSource] as const;
  const [left, right] = pair.map((query) => context.topics.partitions(query.source.topic));
  if (left === undefined || right === undefined || left === right) return;
  const asIs = sideKey(leafSide(pair[0]), condition.left) ?? sideKey(leafSide(pair[1]), condition.right);
  if (context.dialect !== "ksqldb" && asIs === undefined) return;
  throw joinRefusal(
    place,
    `${pair[0].alias} has ${left} partitions and ${pair[1].alias} has ${right}, so they can't be joined`,
    "repartition one with CREATE STREAM … WITH (PARTITIONS=…) AS SELECT …",
  );
}
