/**
 * Rows on their way into several tables, kept apart by the source they come from (a partition of a topic, a file), with the
 * number each has there. So a table that has some of them already, since a crash fell between two tables, takes only the rest.
 */
import type { PartitionValues } from "../delta/actions.ts";
import type { TableSpec } from "../delta/new-table.ts";
import { LineBuffer } from "./line-buffer.ts";
import type { ChunkPool } from "./line-buffer.ts";

/** Rows of one table from one source, in the order of their numbers. */
export interface SourceRows {
  /** JSON lines. */
  readonly json: LineBuffer;
  /** Rows without a control character, as `plain-rows.ts` has them, in the table's {@link TableRows.plainColumns}. */
  readonly plain: LineBuffer;
}

/** Rows of one table that go into the same files. */
export interface RowGroup {
  /** The partition they belong to; undefined: the database finds out. */
  readonly partition: PartitionValues | undefined;
  readonly bySource: Map<string, SourceRows>;
  rows: number;
}

export interface TableRows {
  readonly spec: TableSpec;
  /** Names of the columns that any JSON row has, at least; undefined: of all. It grows as rows are added. */
  readonly columns: ReadonlySet<string> | undefined;
  /** Of the plain rows. */
  plainColumns: readonly string[];
  readonly groups: Map<PartitionValues | undefined, RowGroup>;
}

/** A table that takes plain rows. */
export interface PlainTable {
  readonly spec: TableSpec;
  readonly plainColumns: readonly string[];
}

/** What is known of a row as it is added. */
export interface KnownOfRow {
  /** Its partition; the same object for rows of the same one. */
  readonly partition: PartitionValues | undefined;
  readonly columns: ReadonlySet<string> | undefined;
}

const NOTHING_KNOWN: KnownOfRow = { partition: undefined, columns: undefined };

/**
 * Half of a character that needs two units: a text of JavaScript may hold it, `JSON.stringify` escapes it, and the database
 * refuses the whole batch for it. No UTF-8 has it, so it becomes what UTF-8 has in its place.
 */
const SURROGATE = String.raw`\ud`;
const HALF_CHARACTER = /(?<!\\)((?:\\\\)*)\\ud[89a-f][\da-f]{2}/g;

export class RowBatch {
  /** By the table's place in the lake: `bronze/winlogbeat`, `silver/Process`. */
  readonly tables = new Map<string, TableRows>();
  /** For each source the number behind the last one that was looked at, whatever became of it. */
  readonly next = new Map<string, number>();
  /** Bytes of all lines: what the batch takes of memory, about. */
  size = 0;
  rows = 0;
  readonly #pool: ChunkPool | undefined;

  constructor(pool?: ChunkPool) {
    this.#pool = pool;
  }

  get isEmpty(): boolean {
    return this.next.size === 0;
  }

  /** Adds a row as a JSON line, as `JSON.stringify` makes it, without its line end. */
  add(
    place: string,
    spec: TableSpec,
    source: string,
    number: number,
    line: string,
    known: KnownOfRow = NOTHING_KNOWN,
  ): void {
    const { json } = this.#rowsOf(this.#table(place, spec, known.columns), known.partition, source);
    const before = json.size;
    json.add(number, line.includes(SURROGATE) ? line.replaceAll(HALF_CHARACTER, "$1\\ufffd") : line);
    this.size += json.size - before;
  }

  /** Adds a plain row: `head` has all columns but the last, which is `tail`. */
  addPlain(
    place: string,
    { spec, plainColumns }: PlainTable,
    source: string,
    number: number,
    head: string,
    tail: Uint8Array,
    partition: PartitionValues,
  ): void {
    const table = this.#table(place, spec, undefined);
    table.plainColumns = plainColumns;
    const { plain } = this.#rowsOf(table, partition, source);
    const before = plain.size;
    plain.addWithTail(number, head, tail);
    this.size += plain.size - before;
  }

  /** Everything of the source below `next` is in the batch, or needs no row. */
  advance(source: string, next: number): void {
    this.next.set(source, next);
  }

  /** Gives the memory of its rows back; they must not be in use any more. */
  release(): void {
    for (const { groups } of this.tables.values()) {
      for (const { bySource } of groups.values()) {
        for (const { json, plain } of bySource.values()) {
          json.release();
          plain.release();
        }
      }
    }
    this.tables.clear();
  }

  #table(place: string, spec: TableSpec, columns: ReadonlySet<string> | undefined): TableRows {
    let table = this.tables.get(place);
    if (table === undefined) {
      table = { spec, plainColumns: [], columns, groups: new Map() };
      this.tables.set(place, table);
    }
    return table;
  }

  /** For one more row. */
  #rowsOf({ groups }: TableRows, partition: PartitionValues | undefined, source: string): SourceRows {
    let group = groups.get(partition);
    if (group === undefined) {
      group = { partition, bySource: new Map(), rows: 0 };
      groups.set(partition, group);
    }
    group.rows += 1;
    this.rows += 1;
    let rows = group.bySource.get(source);
    if (rows === undefined) {
      rows = { json: new LineBuffer(this.#pool), plain: new LineBuffer(this.#pool) };
      group.bySource.set(source, rows);
    }
    return rows;
  }
}
