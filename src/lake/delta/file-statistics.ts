/**
 * Statistics of a data file, as `add` actions carry them (PROTOCOL.md, "Per-file Statistics"): JSON text with the number of
 * records and, for the leading columns, least and greatest values and nulls. Bounds always hold: a cut maximum is made
 * greater than what it was cut from, a timestamp is widened to its millisecond. Numbers are copied as text, so that 64 bits
 * survive.
 */
import type { DeltaStruct, DeltaType } from "./schema.ts";

/** What the writer of a Parquet file knows of one leaf column; values are the database's text. */
export interface LeafStatistics {
  /** Names from the table's column down to the leaf. */
  readonly path: readonly string[];
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly nullCount: number | undefined;
  readonly hasNan: boolean;
}

export interface StatisticsLimits {
  /** How many leaf columns, counted in the schema's order, get statistics. */
  readonly first: number;
  /** Columns by name in lower case (a name covers what is below it), in place of the leading ones. */
  readonly names?: readonly string[];
}

/** Characters that a text's bound keeps. */
const TEXT_MAX = 32;
const GREATEST_CHARACTER = "\u{10FFFF}";

/** The JSON text of `add.stats`. */
export function statisticsText(
  records: number,
  leaves: readonly LeafStatistics[],
  schema: DeltaStruct,
  limits: StatisticsLimits,
): string {
  const known = new Map(leaves.map((leaf) => [leaf.path.join("\n").toLowerCase(), leaf]));
  const minValues = new Tree();
  const maxValues = new Tree();
  const nullCount = new Tree();
  for (const { path, type } of chosenLeaves(schema, limits)) {
    const leaf = known.get(path.join("\n").toLowerCase());
    if (leaf === undefined) continue;
    if (leaf.nullCount !== undefined) nullCount.set(path, String(leaf.nullCount));
    if (leaf.hasNan) continue;
    const min = leaf.min === undefined ? undefined : lowerBound(leaf.min, type);
    const max = leaf.max === undefined ? undefined : upperBound(leaf.max, type);
    // One bound without the other is right, but not every reader expects it.
    if (min === undefined || max === undefined) continue;
    minValues.set(path, min);
    maxValues.set(path, max);
  }
  return `{"numRecords":${records},"minValues":${minValues.text()},"maxValues":${maxValues.text()},"nullCount":${nullCount.text()}}`;
}

interface Leaf {
  readonly path: readonly string[];
  readonly type: string;
}

/** Leaves of the schema that get statistics; what lies in arrays and maps has none. */
export function chosenLeaves(schema: DeltaStruct, { first, names }: StatisticsLimits): readonly Leaf[] {
  const all: Leaf[] = [];
  collect(schema, [], all);
  if (names === undefined) return all.slice(0, first);
  const isNamed = (path: string): boolean =>
    names.some((name) => path === name || path.startsWith(`${name}.`));
  return all.filter(({ path }) => isNamed(path.join(".").toLowerCase()));
}

function collect(struct: DeltaStruct, above: readonly string[], into: Leaf[]): void {
  for (const { name, type } of struct.fields) {
    const path = [...above, name];
    if (typeof type === "string") into.push({ path, type });
    else if (type.type === "struct") collect(type, path, into);
    else into.push({ path, type: type.type });
  }
}

/** Values of JSON text by path, nested as the schema is. */
class Tree {
  readonly #fields = new Map<string, string | Tree>();

  set([name, ...rest]: readonly string[], json: string): void {
    if (rest.length === 0) {
      this.#fields.set(name!, json);
      return;
    }
    const below = this.#fields.get(name!);
    const tree = below instanceof Tree ? below : new Tree();
    tree.set(rest, json);
    this.#fields.set(name!, tree);
  }

  text(): string {
    const fields = [...this.#fields].map(
      ([name, value]) => `${JSON.stringify(name)}:${value instanceof Tree ? value.text() : value}`,
    );
    return `{${fields.join(",")}}`;
  }
}

const INTEGERS = new Set(["byte", "short", "integer", "long"]);
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function lowerBound(value: string, type: DeltaType): string | undefined {
  if (type === "string") return JSON.stringify(cutText(value).kept);
  if (type === "timestamp" || type === "timestamp_ntz") return timestampBound(value, type, false);
  return simpleBound(value, type);
}

function upperBound(value: string, type: DeltaType): string | undefined {
  if (type === "string") {
    const { kept, next } = cutText(value);
    if (next === undefined) return JSON.stringify(kept);
    // Behind a cut that goes on with the greatest character of all, nothing is surely greater.
    return next === GREATEST_CHARACTER ? undefined : JSON.stringify(kept + GREATEST_CHARACTER);
  }
  if (type === "timestamp" || type === "timestamp_ntz") return timestampBound(value, type, true);
  return simpleBound(value, type);
}

function simpleBound(value: string, type: DeltaType): string | undefined {
  if (typeof type !== "string") return undefined;
  if (type === "date") return /^\d{4}-\d\d-\d\d$/.test(value) ? `"${value}"` : undefined;
  const isNumeric =
    INTEGERS.has(type) || type === "float" || type === "double" || type.startsWith("decimal(");
  return isNumeric && NUMBER.test(value) ? value : undefined;
}

/** The leading characters (not half ones), and the one behind them where there is one. */
function cutText(value: string): { readonly kept: string; readonly next: string | undefined } {
  if (value.length <= TEXT_MAX) return { kept: value, next: undefined };
  const characters = Array.from(value.slice(0, 2 * TEXT_MAX + 2));
  return { kept: characters.slice(0, TEXT_MAX).join(""), next: characters[TEXT_MAX] };
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00(?::00)?|Z)?$/;

function timestampBound(value: string, type: string, upper: boolean): string | undefined {
  const match = TIMESTAMP.exec(value);
  if (match === null) return undefined;
  const micros = Number((match[7] ?? "").padEnd(6, "0"));
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const millis = Math.floor(micros / 1000) + (upper && micros % 1000 > 0 ? 1 : 0);
  const date = new Date(0);
  // `Date.UTC` would take the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year!, month! - 1, day);
  date.setUTCHours(hour!, minute, second, millis);
  const text = date.toISOString();
  return text.length > 24 ? undefined : JSON.stringify(type === "timestamp" ? text : text.slice(0, -1));
}

/** Statistics as they are read back; a field that is missing is not known. */
export interface FileStatistics {
  readonly numRecords?: number;
  readonly minValues?: Readonly<Record<string, unknown>>;
  readonly maxValues?: Readonly<Record<string, unknown>>;
  readonly nullCount?: Readonly<Record<string, unknown>>;
  readonly tightBounds?: boolean;
}

/** Statistics that cannot be read count as none: they only ever save work. */
export function parseStatistics(text: string | undefined): FileStatistics {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
