/**
 * Which files may hold a row that a predicate wants. The answer is `none` only where it is certain; statistics that are
 * missing, cut or beyond what a JavaScript number holds leave a file in.
 */
import type { AddFile } from "./actions.ts";
import { parseStatistics } from "./file-statistics.ts";
import type { FileStatistics } from "./file-statistics.ts";
import { partitionValue } from "./partition-values.ts";
import type { Comparison, Predicate, PredicateValue } from "./predicate.ts";
import { columnNamed } from "./schema.ts";
import type { DeltaStruct, DeltaType } from "./schema.ts";
import type { Snapshot } from "./snapshot.ts";

/** Of a file's rows the predicate may want `none`, `some` (or it is not known), or `all`. */
export type Share = "none" | "some" | "all";

/** Files that may hold a matching row. */
export function matchingFiles(snapshot: Snapshot, predicate: Predicate | undefined): AddFile[] {
  const files = [...snapshot.files.values()];
  if (predicate === undefined) return files;
  return files.filter((file) => shareOf(file, predicate, snapshot) !== "none");
}

export function shareOf(
  file: AddFile,
  predicate: Predicate,
  table: Pick<Snapshot, "schema" | "metadata">,
): Share {
  const facts = new FileFacts(file, table.schema, table.metadata.partitionColumns);
  return share(predicate, facts);
}

function share(predicate: Predicate, facts: FileFacts): Share {
  switch (predicate.kind) {
    case "and":
      return predicate.terms.reduce<Share>((sum, term) => both(sum, share(term, facts)), "all");
    case "or":
      return predicate.terms.reduce<Share>((sum, term) => either(sum, share(term, facts)), "none");
    case "isNull":
      return facts.nulls(predicate.column);
    case "isNotNull":
      return opposite(facts.nulls(predicate.column));
    case "in":
      return predicate.values.reduce<Share>(
        (sum, value) => either(sum, compareShare(facts, predicate.column, "=", value)),
        "none",
      );
    case "compare":
      return compareShare(facts, predicate.column, predicate.op, predicate.value);
  }
}

function both(a: Share, b: Share): Share {
  if (a === "none" || b === "none") return "none";
  return a === "all" && b === "all" ? "all" : "some";
}

function either(a: Share, b: Share): Share {
  if (a === "all" || b === "all") return "all";
  return a === "none" && b === "none" ? "none" : "some";
}

function opposite(of: Share): Share {
  return of === "none" ? "all" : of === "all" ? "none" : "some";
}

function compareShare(facts: FileFacts, column: string, op: Comparison, value: PredicateValue): Share {
  const nulls = facts.nulls(column);
  if (nulls === "all") return "none";
  const bounds = facts.bounds(column);
  if (bounds === undefined) return "some";
  const wanted = ordered(value, facts.typeOf(column));
  if (wanted === undefined) return "some";
  const low = compare(bounds.min, wanted);
  const high = compare(bounds.max, wanted);
  const result = boundsShare(op, low, high);
  // NaN is greater than every number and part of no file's bounds.
  if (result === "none" && op.startsWith(">") && facts.mayHoldNan(column)) return "some";
  return result === "all" && (nulls !== "none" || !bounds.exact) ? "some" : result;
}

/** `low` and `high`: how the least and the greatest value stand to the wanted one. */
function boundsShare(op: Comparison, low: number, high: number): Share {
  switch (op) {
    case "=":
      return low > 0 || high < 0 ? "none" : low === 0 && high === 0 ? "all" : "some";
    case "<":
      return low >= 0 ? "none" : high < 0 ? "all" : "some";
    case "<=":
      return low > 0 ? "none" : high <= 0 ? "all" : "some";
    case ">":
      return high <= 0 ? "none" : low > 0 ? "all" : "some";
    case ">=":
      return high < 0 ? "none" : low >= 0 ? "all" : "some";
  }
}

/** A value in a form that orders as the column's type does: text by its UTF-8 bytes. */
type Ordered = number | bigint | Buffer;

function compare(a: Ordered, b: Ordered): number {
  if (Buffer.isBuffer(a)) return Buffer.isBuffer(b) ? Buffer.compare(a, b) : 0;
  if (Buffer.isBuffer(b)) return 0;
  return a < b ? -1 : a > b ? 1 : 0;
}

const INTEGERS = new Set(["byte", "short", "integer", "long"]);

/** Undefined where the value has no certain order: a number beyond what is exact, a text that is no date. */
function ordered(value: unknown, type: DeltaType): Ordered | undefined {
  if (typeof type !== "string") return undefined;
  if (type === "string") return typeof value === "string" ? Buffer.from(value) : undefined;
  if (type === "boolean")
    return value === true || value === "true" ? 1 : value === false || value === "false" ? 0 : undefined;
  if (type === "date") return typeof value === "string" ? dayNumber(value) : undefined;
  if (type === "timestamp" || type === "timestamp_ntz")
    return typeof value === "string" ? micros(value) : undefined;
  if (INTEGERS.has(type)) return integer(value);
  if (type === "binary") return undefined;
  const number =
    typeof value === "bigint" ? Number(value) : typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function integer(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

function dayNumber(text: string): number | undefined {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

function micros(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, day, time, second = "00", fraction = "", zone = "Z"] = match;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "").padEnd(2, "0")}`;
  const ms = Date.parse(`${day}T${time}:${second}${offset}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

interface Bounds {
  readonly min: Ordered;
  readonly max: Ordered;
  /** A row exists with each bound, or every row lies between: so `all` may be concluded. */
  readonly exact: boolean;
}

/** What the log knows of one file. */
class FileFacts {
  readonly #file: AddFile;
  readonly #schema: DeltaStruct;
  readonly #partitionColumns: readonly string[];
  #statistics: FileStatistics | undefined;

  constructor(file: AddFile, schema: DeltaStruct, partitionColumns: readonly string[]) {
    this.#file = file;
    this.#schema = schema;
    this.#partitionColumns = partitionColumns;
  }

  typeOf(column: string): DeltaType {
    return columnNamed(this.#schema, column).type;
  }

  mayHoldNan(column: string): boolean {
    const { name, type } = columnNamed(this.#schema, column);
    return (type === "double" || type === "float") && !this.#partitionColumns.includes(name);
  }

  /** How many of the column's values are null. */
  nulls(column: string): Share {
    const { name } = columnNamed(this.#schema, column);
    if (this.#partitionColumns.includes(name))
      return partitionValue(this.#file.partitionValues, name) === null ? "all" : "none";
    const { nullCount, numRecords, tightBounds } = this.#known();
    const nulls = nullCount?.[name];
    if (typeof nulls !== "number" || numRecords === undefined) return "some";
    if (nulls === 0) return "none";
    return nulls === numRecords && (tightBounds ?? true) ? "all" : "some";
  }

  bounds(column: string): Bounds | undefined {
    const { name, type } = columnNamed(this.#schema, column);
    if (this.#partitionColumns.includes(name)) {
      const value = ordered(partitionValue(this.#file.partitionValues, name), type);
      return value === undefined ? undefined : { min: value, max: value, exact: true };
    }
    const { minValues, maxValues } = this.#known();
    const min = ordered(minValues?.[name], type);
    const max = ordered(maxValues?.[name], type);
    if (min === undefined || max === undefined) return undefined;
    // Others write the greatest timestamp cut down to its millisecond.
    const isTime = type === "timestamp" || type === "timestamp_ntz";
    const safeMax = isTime && typeof max === "bigint" ? max + 999n : max;
    return { min, max: safeMax, exact: INTEGERS.has(String(type)) || type === "date" };
  }

  #known(): FileStatistics {
    this.#statistics ??= parseStatistics(this.#file.stats);
    return this.#statistics;
  }
}
