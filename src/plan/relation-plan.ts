/** What FROM, WHERE, PARTITION BY and the rest build up: a step with what the clauses after it must know. */
import type { Span } from "../base/errors.ts";
import type { PhysicalStep, SourceStep } from "./physical.ts";
import type { DataSource, FormatInfo, WindowInfo } from "./metastore.ts";
import type { NameScope } from "./name-scope.ts";
import type { Column } from "./schema.ts";
import {
  ROWOFFSET,
  ROWPARTITION,
  ROWTIME,
  WINDOWEND,
  WINDOWSTART,
  isWindowBound,
  pseudoColumn,
} from "./system-columns.ts";

/** A source of FROM. */
export interface QuerySource {
  readonly alias: string;
  readonly source: DataSource;
  readonly span: Span;
}

/** One column of a row's key, and the columns that show it: any of them in the select list will do. */
export interface KeyPart {
  /** The column that holds the key, never NULL where the key is not. */
  readonly index: number;
  /** Columns equal to it, the preferred first. */
  readonly shownBy: readonly number[];
  /** How messages name it. */
  readonly texts: readonly string[];
}

export interface RelationPlan {
  readonly step: PhysicalStep;
  readonly scope: NameScope;
  readonly sources: readonly QuerySource[];
  /** What is read, where that is not `sources`: a stream function's inputs. */
  readonly inputNames?: readonly string[];
  /** Empty: rows have no key that ksqlDB's rules speak of. */
  readonly key: readonly KeyPart[];
  /** What the key parts are, for messages: `key column`, `join expression`, … */
  readonly keyKind: string;
  /** KSQL 5: the hidden key's column, and the column that repeats it. */
  readonly hiddenKey: number | undefined;
  readonly keyHint: number | undefined;
  /** A join's key that no source has: stands first in `SELECT *`. */
  readonly syntheticKey: number | undefined;
  readonly keyFormat: FormatInfo;
  readonly window: WindowInfo | undefined;
  /** Columns of `SELECT *` or `SELECT alias.*`, as indexes, in order. */
  readonly star: (alias: string | undefined) => readonly number[];
}

/** The streams and tables that the relation's records come from. */
export function inputNames({ sources, inputNames: inputs }: RelationPlan): readonly string[] {
  return inputs ?? sources.map(({ source }) => source.name);
}

/** Reads a source. `owned`: columns carry the alias, as joins need it. */
export function sourceStep(query: QuerySource, owned: boolean, materialized: boolean): SourceStep {
  const { source, alias } = query;
  const owner = owned ? alias : undefined;
  const columns = source.schema.columns.map((column) =>
    owner === undefined ? column : { ...column, source: owner },
  );
  const bounds = source.window === undefined ? [] : [WINDOWSTART, WINDOWEND];
  const pseudo = [ROWTIME, ROWPARTITION, ROWOFFSET, ...bounds].map((name) => pseudoColumn(name, owner));
  return {
    kind: "source",
    output: source.kind,
    schema: { columns: [...columns, ...pseudo] },
    source: source.name,
    topic: source.topic,
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    ...(source.window === undefined ? {} : { window: source.window }),
    ...(source.timestamp === undefined ? {} : { timestamp: source.timestamp }),
    materialized,
  };
}

/** `SELECT *`: keys, window bounds, values, headers; not pseudo columns, not KSQL 5's hidden key. */
export function starOf(columns: readonly Column[]): number[] {
  const { keys, bounds, values, headers } = starParts(columns);
  return [...keys, ...bounds, ...values, ...headers];
}

/** A pull query's `SELECT *`, which has headers before values. */
export function pullStarOf(columns: readonly Column[]): number[] {
  const { keys, bounds, values, headers } = starParts(columns);
  return [...keys, ...bounds, ...headers, ...values];
}

type StarPart = "keys" | "bounds" | "values" | "headers";

function starParts(columns: readonly Column[]): Record<StarPart, number[]> {
  const parts: Record<StarPart, number[]> = { keys: [], bounds: [], values: [], headers: [] };
  columns.forEach((column, i) => {
    if (column.hidden === true) return;
    if (column.role === "key") parts.keys.push(i);
    else if (column.role === "value") parts.values.push(i);
    else if (column.role !== "pseudo") parts.headers.push(i);
    else if (isWindowBound(column.name)) parts.bounds.push(i);
  });
  return parts;
}

/** The index of KSQL 5's hidden key, where there is one. */
export function hiddenKeyIndex(columns: readonly Column[]): number | undefined {
  const index = columns.findIndex((column) => column.role === "key" && column.hidden === true);
  return index < 0 ? undefined : index;
}
