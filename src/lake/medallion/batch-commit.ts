/**
 * Batches into the tables of a lake, each row exactly once. Every commit carries, for each source, the number behind the last
 * one that the table has (a Delta `txn`). One table, the *leader*, is committed last: its number says that all tables have
 * everything below. So who starts again reads on from the leader's numbers, and a table that was committed before the crash
 * takes none of its rows a second time.
 */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lake } from "../lake.ts";
import { quotedText } from "../duckdb/sql-text.ts";
import { lakeErrors } from "../errors.ts";
import { LINE_BYTES_MAX } from "../parquet/row-source.ts";
import type { Action } from "../delta/actions.ts";
import { READ_NOTHING } from "../delta/conflicts.ts";
import type { TableSpec } from "../delta/new-table.ts";
import { grownSchema, sqlType } from "../delta/schema.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { DeltaTable, grownMetadata } from "../delta/table.ts";
import type { WrittenRows } from "../delta/table.ts";
import type { TableStore } from "../store/table-store.ts";
import type { RowBatch, SourceRows, TableRows } from "./row-batch.ts";

/** The table that holds nothing but progress, where no layer is there to lead. */
export const PROGRESS_TABLE: TableSpec = {
  columns: [{ name: "note", type: "string" }],
  description: "how far the tables of this lake have come; its numbers are in the log's txn actions",
};

/** Tables that are written at once. */
const TABLES_AT_ONCE = 3;
/** Lines are handed on in pieces of about so many UTF-16 units. */
const CHUNK_UNITS = 1 << 20;

export interface LeaderTable {
  readonly place: string;
  readonly spec: TableSpec;
  /** Put before a source's name for the leader's own number; another set of layers is another name, and begins anew. */
  readonly prefix: string;
}

export interface BatchResult {
  readonly rows: number;
  readonly bytes: number;
  readonly commits: number;
  /** By the table's place. */
  readonly rowsByTable: ReadonlyMap<string, number>;
}

export class LayerTables {
  readonly #lake: Lake;
  readonly #storeOf: (place: string) => TableStore;
  readonly #leader: LeaderTable;
  readonly #open = new Map<string, Promise<DeltaTable>>();

  /** @param storeOf where a table lies, by its place in the lake */
  constructor(lake: Lake, storeOf: (place: string) => TableStore, leader: LeaderTable) {
    this.#lake = lake;
    this.#storeOf = storeOf;
    this.#leader = leader;
  }

  /** Forgets what it knows of the tables: after a failure, or where others may have written. */
  reset(): void {
    this.#open.clear();
  }

  /** Tables that were written or read since the last {@link reset}. */
  async opened(): Promise<ReadonlyMap<string, DeltaTable>> {
    const tables = new Map<string, DeltaTable>();
    for (const [place, table] of this.#open) tables.set(place, await table);
    return tables;
  }

  /** The number from which a source is to be read on; 0 for one that was never read. */
  async position(source: string): Promise<number> {
    const { snapshot } = await this.#table(this.#leader.place, this.#leader.spec);
    return numberOf(snapshot, `${this.#leader.prefix}${source}`);
  }

  /**
   * Commits a batch, whole or in part: after a failure {@link reset}, and read on from {@link position}.
   * @throws SpoorError LAKE_CONFLICT where another process reads the same sources; LAKE_STORE_FAILED and its kin
   */
  async commit(batch: RowBatch): Promise<BatchResult> {
    const rowsByTable = new Map<string, number>();
    const total = { rows: 0, bytes: 0, commits: 0 };
    const one = async (place: string, rows: TableRows, isLeader: boolean): Promise<void> => {
      const written = await this.#commitTable(place, rows, batch.next, isLeader);
      if (written === undefined) return;
      total.commits += 1;
      total.rows += written.rows;
      total.bytes += written.bytes;
      if (written.rows > 0) rowsByTable.set(place, written.rows);
    };
    const { place, spec } = this.#leader;
    const others = [...batch.tables].filter(([name]) => name !== place);
    await inTurns(others, TABLES_AT_ONCE, ([name, rows]) => one(name, rows, false));
    await one(place, batch.tables.get(place) ?? { spec, bySource: new Map() }, true);
    return { ...total, rowsByTable };
  }

  /** Undefined where the table has everything already. */
  async #commitTable(
    place: string,
    { spec, bySource }: TableRows,
    next: ReadonlyMap<string, number>,
    isLeader: boolean,
  ): Promise<{ readonly rows: number; readonly bytes: number } | undefined> {
    const table = await this.#table(place, spec);
    const known = table.snapshot;
    const numbers = new Map<string, number>();
    const chunks: Buffer[] = [];
    for (const [source, rows] of bySource) {
      const from = numberOf(known, source);
      const upTo = next.get(source) ?? 0;
      if (from >= upTo) continue;
      chunks.push(...chunksOf(rows, from));
      numbers.set(source, upTo);
    }
    if (isLeader) {
      for (const [source, number] of next) {
        const name = `${this.#leader.prefix}${source}`;
        if (numberOf(known, name) < number) numbers.set(name, number);
      }
    }
    if (numbers.size === 0) return undefined;
    const written = chunks.length === 0 ? [] : [await writeRows(table, spec, chunks)];
    await commitWritten(table, written, numbers);
    return { rows: written[0]?.rows ?? 0, bytes: written[0]?.bytes ?? 0 };
  }

  #table(place: string, spec: TableSpec): Promise<DeltaTable> {
    const open = this.#open.get(place) ?? DeltaTable.openOrCreate(this.#lake, this.#storeOf(place), spec);
    this.#open.set(place, open);
    return open;
  }
}

/**
 * Writes lines of rows as files without a commit. The columns are known, so that the lines need not be looked through for
 * their names first, as the table itself would.
 */
async function writeRows(
  table: DeltaTable,
  { columns }: TableSpec,
  chunks: readonly Buffer[],
): Promise<WrittenRows> {
  const { database, newId } = table.lake;
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return database.writes.run(bytes, async () => {
    const file = join(database.scratchFolder, `rows-${newId()}.ndjson`);
    try {
      await writeFile(file, chunks);
      const types = columns.map(({ name, type }) => `${quotedText(name)}: ${quotedText(sqlType(type))}`);
      const options = `columns = {${types.join(", ")}}, maximum_object_size = ${LINE_BYTES_MAX}`;
      const query = `SELECT * FROM read_ndjson(${quotedText(file)}, ${options})`;
      return await table.write({ kind: "sql", query }, { growSchema: true });
    } finally {
      await rm(file, { force: true });
    }
  });
}

/** Makes written rows part of the table together with the numbers of their sources, all at one instant. */
async function commitWritten(
  table: DeltaTable,
  written: readonly WrittenRows[],
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  const { snapshot, lake } = table;
  if (written.some((part) => part.snapshot.metadata.id !== snapshot.metadata.id))
    throw lakeErrors.CONFLICT({ message: `the table at '${table.store.location}' was made anew meanwhile` });
  const lastUpdated = lake.clock.nowMs();
  const schema = written.reduce((grown, part) => grownSchema(grown, part.schema.fields), snapshot.schema);
  const isGrown = JSON.stringify(schema) !== JSON.stringify(snapshot.schema);
  const files = written.flatMap((part) => part.files);
  const actions: Action[] = [
    ...[...numbers].map(([appId, version]) => ({ txn: { appId, version, lastUpdated } })),
    ...(isGrown ? grownMetadata(snapshot, schema) : []),
    ...files.map((add) => ({ add })),
  ];
  await table.commitChange({
    snapshot,
    actions,
    read: READ_NOTHING,
    operation: "STREAMING UPDATE",
    parameters: { outputMode: "Append" },
    metrics: {
      numAddedFiles: files.length,
      numOutputRows: written.reduce((sum, { rows }) => sum + rows, 0),
      numOutputBytes: written.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    kind: { addsRows: true, removesRows: false },
    isBlindAppend: true,
  });
}

function numberOf(snapshot: Snapshot, source: string): number {
  return snapshot.transactions.get(source)?.version ?? 0;
}

/** The lines from a number on, in pieces. */
function chunksOf({ numbers, lines }: SourceRows, from: number): Buffer[] {
  const chunks: Buffer[] = [];
  let piece: string[] = [];
  let units = 0;
  const flush = (): void => {
    if (piece.length > 0) chunks.push(Buffer.from(`${piece.join("\n")}\n`));
    piece = [];
    units = 0;
  };
  for (let i = 0; i < lines.length; i++) {
    if (numbers[i]! < from) continue;
    piece.push(lines[i]!);
    units += lines[i]!.length;
    if (units >= CHUNK_UNITS) flush();
  }
  flush();
  return chunks;
}

/** Runs the work for all, `most` at a time; waits for every one that began before a failure is thrown. */
async function inTurns<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: most }, lane));
  for (const result of lanes) if (result.status === "rejected") throw result.reason;
}
