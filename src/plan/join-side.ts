/** One input of a join: its rows, the columns that are its key, and what is known to equal the key. */
import { sameType, STRING } from "../data/types.ts";
import type { ColumnExpression, Expression as Ast } from "../sql/ast-expression.ts";
import { convert } from "./analyzed.ts";
import { resolvedText } from "./column-scope.ts";
import { planError } from "./errors.ts";
import type { Expression } from "./expression.ts";
import type { FormatInfo, WindowInfo } from "./metastore.ts";
import { NameScope } from "./name-scope.ts";
import type { PhysicalStep, RekeyStep } from "./physical.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { QuerySource } from "./relation-plan.ts";
import { hiddenKeyIndex, sourceStep } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import { NameGenerator } from "./select-names.ts";
import { ROWKEY } from "./system-columns.ts";

export interface JoinSide {
  readonly step: PhysicalStep;
  readonly aliases: readonly string[];
  /** Key columns. KSQL 5's hidden key is one. */
  readonly keys: readonly number[];
  /** Texts of expressions that equal the key. */
  readonly equivalent: ReadonlySet<string>;
  /** Columns of former joins that may show the key. */
  readonly viable: readonly Ast[];
  readonly parts: readonly { readonly index: number; readonly shownBy: readonly number[] }[];
  /** The key column of an expression or full join. */
  readonly synthetic: number | undefined;
  readonly keyFormat: FormatInfo;
  readonly window: WindowInfo | undefined;
  /** KSQL 5: the column that repeats the key. */
  readonly hint: string | undefined;
  readonly foreign: boolean;
  readonly rekeyed: boolean;
  /** For messages. */
  readonly name: string;
}

export function leafSide(query: QuerySource): JoinSide {
  const { source, alias } = query;
  const step = sourceStep(query, true, false);
  const keys = step.schema.columns.flatMap((column, i) => (column.role === "key" ? [i] : []));
  return {
    step,
    aliases: [alias],
    keys,
    equivalent: new Set(),
    viable: [],
    parts: keys.map((index) => ({ index, shownBy: [index] })),
    synthetic: undefined,
    keyFormat: source.keyFormat,
    window: source.window,
    hint: source.keyHint,
    foreign: false,
    rekeyed: false,
    name: alias,
  };
}

/** The key's index where the expression is just that key: its column, or KSQL 5's column that repeats it. */
export function sideKey(side: JoinSide, node: Ast): number | undefined {
  if (node.kind !== "column" || side.keys.length !== 1 || !mayBeOf(side, node)) return undefined;
  const index = side.keys[0]!;
  const column = side.step.schema.columns[index]!;
  if (column.hidden === true) return node.name === ROWKEY || node.name === side.hint ? index : undefined;
  return column.name === node.name ? index : undefined;
}

function mayBeOf(side: JoinSide, node: ColumnExpression): boolean {
  const column = side.step.schema.columns[side.keys[0]!]!;
  return node.source === undefined || column.source === undefined || column.source === node.source;
}

/** What the other side of a join is keyed by. */
export interface OtherKey {
  readonly format: FormatInfo;
  /** KSQL 5's text key of a table, which a number is compared with as text. */
  readonly text: boolean;
}

/**
 * The side keyed by the expression: unchanged where it is already, else a re-keyed stream. KSQL 5 keys by text;
 * elsewhere its hidden key serves only where the expression is a text itself. Keys in another format than the
 * other side's would be in other partitions, so they are written anew as well.
 */
export function rekeySide(
  context: PlanContext,
  side: JoinSide,
  node: Ast,
  expression: Expression,
  reason: "join-left" | "join-right",
  other: OtherKey,
): JoinSide {
  const scope = new NameScope(context, side.step.schema.columns, [...side.aliases, ""]);
  const hidden = hiddenKeyIndex(side.step.schema.columns) !== undefined;
  const isKey = sideKey(side, node) !== undefined || side.equivalent.has(resolvedText(node, scope));
  const usable = !hidden || context.dialect === "ksql5" || expression.type.kind === "STRING";
  const sameFormat = side.rekeyed || side.keyFormat.format === other.format.format;
  if (isKey && usable && sameFormat) return side;
  if (side.window !== undefined) {
    throw errorAt(context, planError.INVALID_JOIN, node.span, {
      message: "a windowed source can't be re-keyed for a join",
      detail: `${side.name} is windowed and would be joined on another expression than its key`,
      hint: "join on its key column",
    });
  }
  if (hidden && context.dialect === "ksql5") return legacyRekey(side, node, expression, reason);
  return typedRekey(side, node, other.text ? convert(expression, STRING) : expression, reason);
}

function typedRekey(
  side: JoinSide,
  node: Ast,
  expression: Expression,
  reason: "join-left" | "join-right",
): JoinSide {
  const { columns } = side.step.schema;
  const moved = expression.kind === "column" ? expression.index : undefined;
  const key: Column =
    moved === undefined
      ? {
          name: new NameGenerator(columns.map((c) => c.name)).nameOf(node),
          type: expression.type,
          role: "key",
        }
      : { ...columns[moved]!, role: "key" };
  return rekeyed(
    side,
    expression,
    key,
    columns.map((_, i) => i).filter((i) => i !== moved),
    reason,
  );
}

/** The hidden key becomes the expression's text. */
function legacyRekey(
  side: JoinSide,
  node: Ast,
  expression: Expression,
  reason: "join-left" | "join-right",
): JoinSide {
  const { columns } = side.step.schema;
  const hidden = hiddenKeyIndex(columns)!;
  const carried = columns.map((_, i) => i).filter((i) => i !== hidden);
  const text = sameType(expression.type, STRING) ? expression : convert(expression, STRING);
  const result = rekeyed(side, text, columns[hidden]!, carried, reason);
  return { ...result, hint: node.kind === "column" ? node.name : undefined };
}

function rekeyed(
  side: JoinSide,
  key: Expression,
  column: Column,
  carried: readonly number[],
  reason: "join-left" | "join-right",
): JoinSide {
  const rest = carried.map((i): Column => {
    const old = side.step.schema.columns[i]!;
    return old.role === "key" ? { ...old, role: "value" } : old;
  });
  const step: RekeyStep = {
    kind: "rekey",
    output: side.step.output,
    schema: { columns: [column, ...rest] },
    input: side.step,
    keys: [key],
    carried,
    dropNullKeys: true,
    reason,
  };
  return { ...side, step, keys: [0], parts: [{ index: 0, shownBy: [0] }], rekeyed: true };
}
