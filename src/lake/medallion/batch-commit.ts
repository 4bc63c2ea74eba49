/**
 * Batches into the tables of a lake, each row exactly once. Every commit carries, for each source, the number behind the last
 * one that the table has (a Delta `txn`). One table, the *leader*, is committed last: its number says that all tables have
 * everything below. So who starts again reads on from the leader's numbers, and a table that was committed before the crash
 * takes none of its rows a second time.
 */
import type { Lake } from "../lake.ts";
import { lakeErrors } from "../errors.ts";
import type { Action } from "../delta/actions.ts";
import { READ_NOTHING } from "../delta/conflicts.ts";
import type { TableSpec } from "../delta/new-table.ts";
import { grownSchema } from "../delta/schema.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { DeltaTable, grownMetadata } from "../delta/table.ts";
import type { WrittenRows } from "../delta/table.ts";
import type { TableStore } from "../store/table-store.ts";
import type { RowBatch, TableRows } from "./row-batch.ts";
import { rowParts, writeRows } from "./row-files.ts";
import type { RowPart } from "./row-files.ts";

/** The table that holds nothing but progress, where no layer is there to lead. */
export const PROGRESS_TABLE: TableSpec = {
  columns: [{ name: "note", type: "string" }],
  description: "how far the tables of this lake have come; its numbers are in the log's txn actions",
};

/** Statements that write files at once: one reads lines while another compresses. */
const WRITTEN_AT_ONCE = 3;
/** Commits that wait for the disk at once. */
const COMMITS_AT_ONCE = 8;

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
   * Commits a batch, whole or in part: after a failure {@link reset}, and read on from {@link position}. The files of all tables
   * are written first, several tables at once; then the commits, the leader's last.
   * @throws SpoorError LAKE_CONFLICT where another process reads the same sources; LAKE_STORE_FAILED and its kin
   */
  async commit(batch: RowBatch): Promise<BatchResult> {
    const rowsByTable = new Map<string, number>();
    const total = { rows: 0, bytes: 0, commits: 0 };
    const { place: leader, spec } = this.#leader;
    const tables = new Map(batch.tables);
    if (!tables.has(leader))
      tables.set(leader, { spec, plainColumns: [], columns: undefined, groups: new Map() });
    const prepared = await Promise.all(
      [...tables].map(([place, rows]) => this.#prepare(place, rows, batch.next)),
    );
    const due = prepared.filter((made) => made !== undefined);
    const writings = due.flatMap((made) => made.parts.map((part) => ({ made, part })));
    // The largest first, so that no lane is left with it at the end.
    writings.sort((a, b) => b.part.bytes - a.part.bytes);
    await inTurns(writings, WRITTEN_AT_ONCE, async ({ made, part }) => {
      made.written.push(await writeRows(made.table, part));
    });
    const finish = async ({ place, table, numbers, written }: PreparedCommit): Promise<void> => {
      await commitWritten(table, written, numbers);
      total.commits += 1;
      const rows = written.reduce((sum, part) => sum + part.rows, 0);
      total.rows += rows;
      total.bytes += written.reduce((sum, part) => sum + part.bytes, 0);
      if (rows > 0) rowsByTable.set(place, rows);
    };
    await inTurns(
      due.filter(({ place }) => place !== leader),
      COMMITS_AT_ONCE,
      finish,
    );
    const last = due.find(({ place }) => place === leader);
    if (last !== undefined) await finish(last);
    return { ...total, rowsByTable };
  }

  /** What a table is to take of the batch; undefined where it has everything already. */
  async #prepare(
    place: string,
    rows: TableRows,
    next: ReadonlyMap<string, number>,
  ): Promise<PreparedCommit | undefined> {
    const table = await this.#table(place, rows.spec);
    const known = table.snapshot;
    const numbers = new Map<string, number>();
    for (const { bySource } of rows.groups.values()) {
      for (const source of bySource.keys()) {
        const upTo = next.get(source) ?? 0;
        if (numberOf(known, source) < upTo) numbers.set(source, upTo);
      }
    }
    const parts = rowParts(rows, known.metadata, (source) =>
      numbers.has(source) ? numberOf(known, source) : undefined,
    );
    if (place === this.#leader.place) {
      for (const [source, number] of next) {
        const name = `${this.#leader.prefix}${source}`;
        if (numberOf(known, name) < number) numbers.set(name, number);
      }
    }
    return numbers.size === 0 ? undefined : { place, table, numbers, parts, written: [] };
  }

  #table(place: string, spec: TableSpec): Promise<DeltaTable> {
    const open = this.#open.get(place) ?? DeltaTable.openOrCreate(this.#lake, this.#storeOf(place), spec);
    this.#open.set(place, open);
    return open;
  }
}

/** What is to be written into a table and committed with the numbers of its sources. */
interface PreparedCommit {
  readonly place: string;
  readonly table: DeltaTable;
  readonly numbers: ReadonlyMap<string, number>;
  readonly parts: readonly RowPart[];
  readonly written: WrittenRows[];
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

/**
 * Runs the work for all, `most` at a time. After a failure nothing more begins; what began is waited for before the failure, the
 * first in time, is thrown.
 */
async function inTurns<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      if (failures.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: most }, lane));
  if (failures.length > 0) throw failures[0];
}
