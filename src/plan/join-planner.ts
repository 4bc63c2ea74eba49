/**
 * Joins, left-deep: which kind two inputs make, the re-keying each side needs, and the key of the result.
 *
 * A side keyed by its join expression is left as it is; a stream is re-keyed, a table can't be (its key decides
 * which rows replace which). Two tables joined on the left one's other column make a foreign-key join, whose
 * key is the left table's. The key of other joins is the join expression's value: any join column that must be
 * equal to it may show it in the select list; where there is none (expressions, full joins), the result has a
 * synthetic key column.
 */
import { STRING, sameType, typeText } from "../data/types.ts";
import type { Expression as Ast } from "../sql/ast-expression.ts";
import { planError } from "./errors.ts";
import { analyzeExpression } from "./expression-analysis.ts";
import type { Expression } from "./expression.ts";
import { convert } from "./analyzed.ts";
import { columnScope, resolvedText } from "./column-scope.ts";
import type { FromClause } from "./from-clause.ts";
import { joinCondition } from "./join-condition.ts";
import { joinRefusal, checkJoinWindows, checkPartitions } from "./join-checks.ts";
import { asValue, joinedColumns, joinedSide } from "./join-result.ts";
import type { JoinRequest } from "./join-result.ts";
import { leafSide, rekeySide, sideKey } from "./join-side.ts";
import type { JoinSide } from "./join-side.ts";
import { NameScope } from "./name-scope.ts";
import type { PhysicalStep } from "./physical.ts";
import { errorAt, setting } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { KeyPart, QuerySource, RelationPlan } from "./relation-plan.ts";
import { hiddenKeyIndex, starOf } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import { NameGenerator } from "./select-names.ts";
import { timeSpanMs } from "./window-clause.ts";

/** The relation of a FROM with joins. */
export function planJoins(from: FromClause, context: PlanContext): RelationPlan {
  const names = new NameGenerator(from.sources.flatMap((s) => s.source.schema.columns.map((c) => c.name)));
  const syntheticName = names.syntheticKey();
  const all = allColumns(from.sources, context);
  let left = leafSide(from.sources[0]!);
  from.joins.forEach((join, i) => {
    const right = leafSide(from.sources[i + 1]!);
    const condition = joinCondition(context, join, from.sources[i + 1]!, from.sources, all);
    checkJoinWindows(context, join, condition);
    const final = i === from.joins.length - 1;
    const keyName = final ? syntheticName : `KSQL_JOIN_KEY_${i}`;
    left = planJoin({ context, join, condition, left, right, keyName, first: i === 0 });
  });
  return relationOf(left, from, context);
}

/** Every column of every source: what join conditions are resolved against. */
function allColumns(sources: readonly QuerySource[], context: PlanContext): NameScope {
  const columns = sources.flatMap((source) => leafSide(source).step.schema.columns);
  return new NameScope(
    context,
    columns,
    sources.map((source) => source.alias),
  );
}

function planJoin(request: JoinRequest): JoinSide {
  const { left, right, join } = request;
  if (left.step.output === "table" && right.step.output === "stream") {
    throw joinRefusal(request, "a table can't be joined with a stream on its right", "put the stream first");
  }
  if (right.step.output === "table")
    return left.step.output === "table" ? tableTable(request) : streamTable(request);
  if (join.within !== undefined) return streamStream(request);
  throw errorAt(request.context, planError.INVALID_WINDOW, join.span, {
    message: "a join of two streams needs a WITHIN clause",
    hint: "add WITHIN 1 HOUR, or what fits, before ON",
  });
}

/** The expression over a side's columns. */
function sideExpression(request: JoinRequest, side: JoinSide, node: Ast): Expression {
  const { context } = request;
  const scope = new NameScope(context, side.step.schema.columns, [...side.aliases, ""]);
  return analyzeExpression(context, columnScope(context, scope, "JOIN ON"), node);
}

function streamStream(request: JoinRequest): JoinSide {
  const { context, join, condition } = request;
  const within = join.within!;
  const leftExpression = sideExpression(request, request.left, condition.left);
  const rightExpression = sideExpression(request, request.right, condition.right);
  const other = { format: request.left.keyFormat, text: false };
  const left = rekeySide(context, request.left, condition.left, leftExpression, "join-left", other);
  const right = rekeySide(context, request.right, condition.right, rightExpression, "join-right", other);
  checkPartitions(request);
  const [leftKey, rightKey] = keyExpressions(request, left, right);
  const kind = JOINS[join.type];
  const columns = joinedColumns(left, right, kind === "outer" ? leftKey : undefined, request.keyName);
  const step: PhysicalStep = {
    kind: "stream-stream-join",
    output: "stream",
    schema: { columns },
    join: kind,
    left: left.step,
    right: right.step,
    leftKey,
    rightKey,
    beforeMs: timeSpanMs(within.before),
    afterMs: timeSpanMs(within.after),
    graceMs: within.grace === undefined ? undefined : timeSpanMs(within.grace),
  };
  return joinedSide(request, step, left, right);
}

function streamTable(request: JoinRequest): JoinSide {
  const { context, join, condition } = request;
  if (join.within !== undefined) throw noWithin(request, "a stream with a table");
  const rightKey = sideKey(request.right, condition.right);
  if (rightKey === undefined) {
    throw joinRefusal(
      request,
      "a stream is joined with a table on the table's primary key",
      `join on ${keyHintText(request.right)}`,
    );
  }
  if (join.type === "FULL" || join.type === "RIGHT") {
    throw joinRefusal(
      request,
      `a stream can't be ${join.type} OUTER joined with a table`,
      "use INNER or LEFT",
    );
  }
  const expression = sideExpression(request, request.left, condition.left);
  const text = request.right.step.schema.columns[rightKey]!.hidden === true;
  const other = { format: request.right.keyFormat, text };
  const left = rekeySide(context, request.left, condition.left, expression, "join-left", other);
  checkPartitions(request);
  const right = { ...request.right, step: materialized(request.right.step) };
  const [leftKey] = keyExpressions(request, left, right);
  const order = setting(context, "spoor.join.order") === "event-time" ? "event-time" : "arrival";
  const step: PhysicalStep = {
    kind: "stream-table-join",
    output: "stream",
    schema: { columns: joinedColumns(left, right, undefined, request.keyName) },
    join: join.type === "LEFT" ? "left" : "inner",
    left: left.step,
    right: right.step,
    leftKey,
    order,
  };
  return joinedSide(request, step, left, right);
}

function tableTable(request: JoinRequest): JoinSide {
  const { join, condition } = request;
  if (sideKey(request.right, condition.right) === undefined) {
    throw joinRefusal(
      request,
      "two tables are joined on the right one's primary key",
      `join on ${keyHintText(request.right)}`,
    );
  }
  const left = { ...request.left, step: materialized(request.left.step) };
  const right = { ...request.right, step: materialized(request.right.step) };
  if (!isLeftKey(left, condition.left, request.context)) return foreignKey(request, left, right);
  if (join.within !== undefined) throw noWithin(request, "two tables");
  const [leftKey] = keyExpressions(request, left, right);
  checkPartitions(request);
  const kind = JOINS[join.type];
  const columns = joinedColumns(left, right, kind === "outer" ? leftKey : undefined, request.keyName);
  const step: PhysicalStep = {
    kind: "table-table-join",
    output: "table",
    schema: { columns },
    join: kind,
    left: left.step,
    right: right.step,
  };
  return joinedSide(request, step, left, right);
}

/** Whether the expression is the side's key: its column, or one a former join made equal to it. */
function isLeftKey(side: JoinSide, node: Ast, context: PlanContext): boolean {
  if (sideKey(side, node) !== undefined) return true;
  const scope = new NameScope(context, side.step.schema.columns, [...side.aliases, ""]);
  return side.equivalent.has(resolvedText(node, scope));
}

function foreignKey(request: JoinRequest, left: JoinSide, right: JoinSide): JoinSide {
  const { join, condition } = request;
  if (join.type === "FULL" || join.type === "RIGHT") {
    throw joinRefusal(
      request,
      `a ${join.type} OUTER join on a foreign key is not supported`,
      "use INNER or LEFT",
    );
  }
  if (!request.first) {
    throw joinRefusal(request, "a foreign-key join can only be the first of several joins");
  }
  if (left.window !== undefined || right.window !== undefined) {
    throw joinRefusal(request, "windowed tables can't be joined on a foreign key");
  }
  if (join.within !== undefined) throw noWithin(request, "two tables");
  const expression = sideExpression(request, left, condition.left);
  const text = right.step.schema.columns[right.keys[0]!]!.hidden === true;
  const leftForeignKey = text ? convert(expression, STRING) : expression;
  checkTypes(request, leftForeignKey, keyColumn(right));
  const rightColumns = right.step.schema.columns.map((column) => asValue(column));
  const step: PhysicalStep = {
    kind: "foreign-key-join",
    output: "table",
    schema: { columns: [...left.step.schema.columns, ...rightColumns] },
    join: join.type === "LEFT" ? "left" : "inner",
    left: left.step,
    right: right.step,
    leftForeignKey,
  };
  const keys = left.keys.map((index) => ({ index, shownBy: [index] }));
  return { ...left, step, aliases: [...left.aliases, ...right.aliases], parts: keys, foreign: true };
}

const JOINS = { INNER: "inner", LEFT: "left", RIGHT: "right", FULL: "outer" } as const;

function materialized(step: PhysicalStep): PhysicalStep {
  return step.kind === "source" ? { ...step, materialized: true } : step;
}

function keyColumn(side: JoinSide): Expression {
  const index = side.keys[0]!;
  const column = side.step.schema.columns[index]!;
  return { kind: "column", type: column.type, index, name: column.name };
}

/** The key of each side; they must have one type. */
function keyExpressions(request: JoinRequest, left: JoinSide, right: JoinSide): [Expression, Expression] {
  const keys: [Expression, Expression] = [keyColumn(left), keyColumn(right)];
  checkTypes(request, ...keys);
  return keys;
}

function checkTypes(request: JoinRequest, left: Expression, right: Expression): void {
  if (sameType(left.type, right.type)) return;
  throw joinRefusal(
    request,
    `the types of the join condition differ: ${typeText(left.type)} and ${typeText(right.type)}`,
    "cast one side",
  );
}

function noWithin(request: JoinRequest, what: string): Error {
  return errorAt(request.context, planError.INVALID_WINDOW, request.join.within?.span ?? request.join.span, {
    message: `a join of ${what} has no WITHIN clause`,
    hint: "remove it: only joins of two streams have one",
  });
}

function keyHintText(side: JoinSide): string {
  const names = side.keys.map((index) => side.step.schema.columns[index]!.name);
  return `${side.aliases.join(", ")}'s key ${names.join(", ")}`;
}

function relationOf(side: JoinSide, from: FromClause, context: PlanContext): RelationPlan {
  const aliases = from.sources.map((source) => source.alias);
  const { columns } = side.step.schema;
  const scope = new NameScope(context, columns, aliases);
  const hidden = hiddenKeyIndex(columns);
  const legacy = hidden !== undefined && side.keys[0] === hidden;
  const key: KeyPart[] = legacy
    ? []
    : side.parts.map((part) => ({
        ...part,
        texts: part.shownBy.map((i) => {
          const column = columns[i]!;
          return column.source === undefined ? column.name : `${column.source}.${column.name}`;
        }),
      }));
  return {
    step: side.step,
    scope,
    sources: from.sources,
    key,
    keyKind: side.foreign ? "primary key column" : "join expression",
    hiddenKey: legacy ? hidden : undefined,
    keyHint: legacy ? side.parts[0]?.shownBy[0] : undefined,
    syntheticKey: legacy ? undefined : side.synthetic,
    keyFormat: side.keyFormat,
    window: side.window,
    star: (alias) => joinStar(from, columns, legacy ? undefined : side.synthetic, alias),
  };
}

/** Sources' columns in the order each declares them, whatever the joins did to them. */
function joinStar(
  from: FromClause,
  columns: readonly Column[],
  synthetic: number | undefined,
  alias: string | undefined,
): number[] {
  const wanted = from.sources.filter((source) => alias === undefined || source.alias === alias);
  const indexes = wanted.flatMap((source) => {
    const own = leafSide(source).step.schema.columns;
    return starOf(own).map((i) =>
      columns.findIndex((column) => column.source === source.alias && column.name === own[i]!.name),
    );
  });
  const found = indexes.filter((i) => i >= 0);
  return synthetic === undefined || alias !== undefined ? found : [synthetic, ...found];
}
