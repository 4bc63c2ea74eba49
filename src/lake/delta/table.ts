/**
 * A Delta table: open or make it, look at its versions, write rows and commit them. Rows are written first, as files that
 * no reader sees; a commit then makes them part of the table at one instant. What a crash leaves in between is garbage for
 * VACUUM, never a broken table. Safe for use by any number of tables, processes and Delta systems at once.
 */
import type { Lake } from "../lake.ts";
import { isLakeError, lakeErrors } from "../errors.ts";
import { stageRows } from "../parquet/row-source.ts";
import type { RowSource } from "../parquet/row-source.ts";
import { localFiles, scanQuery } from "../parquet/parquet-scan.ts";
import { writeDataFiles } from "../parquet/parquet-writer.ts";
import type { TableStore } from "../store/table-store.ts";
import type { Action, AddFile, CommitInfo } from "./actions.ts";
import { cleanLog, isCheckpointDue, writeCheckpoint } from "./checkpoint.ts";
import { ENGINE_INFO, commit, commitFirst } from "./commit.ts";
import { READ_NOTHING } from "./conflicts.ts";
import type { ReadSet } from "./conflicts.ts";
import { matchingFiles } from "./file-skipping.ts";
import { tableHistory, versionAt } from "./history.ts";
import type { HistoryEntry } from "./history.ts";
import { loadSnapshot, refreshedSnapshot } from "./log-reader.ts";
import type { LogSource } from "./log-reader.ts";
import { predicateSql } from "./predicate.ts";
import type { Predicate } from "./predicate.ts";
import { NEEDY_PROPERTIES, firstActions } from "./new-table.ts";
import type { TableSpec } from "./new-table.ts";
import { checkReadable, checkWritable } from "./protocol.ts";
import type { WriteKind } from "./protocol.ts";
import { fitsInto, grownSchema, typeName } from "./schema.ts";
import type { ColumnSpec, DeltaStruct } from "./schema.ts";
import { recordsIn } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { isolationLevel } from "./table-properties.ts";

/** Time travel: a version, or the newest version at a time. */
export type TableTime = { readonly version: number } | { readonly timestampMs: number };

/** Files that hold new rows and wait for their commit. */
export interface WrittenRows {
  readonly files: readonly AddFile[];
  readonly rows: number;
  readonly bytes: number;
  /** Lines of a `lines` source that are no JSON; they are in the table where it keeps the line. */
  readonly malformedLines: number;
  /** The schema the rows were written with, and the table's when they were: newer than the log's where it grew. */
  readonly schema: DeltaStruct;
  readonly snapshot: Snapshot;
}

export interface CommitOptions {
  /** The application's progress. A batch that the table has already is not committed again. */
  readonly txn?: { readonly appId: string; readonly version: number };
  readonly userMetadata?: string;
}

export interface WriteOptions extends CommitOptions {
  /** New fields become columns instead of an error; default false. */
  readonly growSchema?: boolean;
}

export interface CommitResult {
  /** The version that has the rows. */
  readonly version: number;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  readonly malformedLines: number;
  /** True where the table had this `txn` already: nothing was committed. */
  readonly skipped: boolean;
}

/** One operation's change to a table, for {@link DeltaTable.commitChange}. */
export interface TableChange {
  readonly snapshot: Snapshot;
  readonly actions: readonly Action[];
  readonly read: ReadSet;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly kind: WriteKind;
  readonly isBlindAppend?: boolean;
  readonly userMetadata?: string | undefined;
}

export class DeltaTable {
  readonly lake: Lake;
  readonly store: TableStore;
  readonly #source: LogSource;
  #snapshot: Snapshot;

  private constructor(lake: Lake, store: TableStore, snapshot: Snapshot) {
    this.lake = lake;
    this.store = store;
    this.#source = { store, database: lake.database };
    this.#snapshot = snapshot;
    this.#checkReadable(snapshot);
  }

  /** @throws SpoorError LAKE_TABLE_MISSING, LAKE_LOG_DAMAGED, LAKE_PROTOCOL_UNSUPPORTED, LAKE_PLACE_FORBIDDEN */
  static async open(lake: Lake, store: TableStore): Promise<DeltaTable> {
    lake.database.checkAllowed(store.stagingFolder);
    return new DeltaTable(lake, store, await loadSnapshot({ store, database: lake.database }));
  }

  /** @throws SpoorError LAKE_TABLE_EXISTS, LAKE_SCHEMA_INVALID, LAKE_COLUMN_UNKNOWN */
  static async create(lake: Lake, store: TableStore, spec: TableSpec): Promise<DeltaTable> {
    lake.database.checkAllowed(store.stagingFolder);
    const snapshot = await commitFirst({ store, database: lake.database }, firstActions(lake, spec));
    if (snapshot === undefined)
      throw lakeErrors.TABLE_EXISTS({ message: `there is a table at '${store.location}' already` });
    return new DeltaTable(lake, store, snapshot);
  }

  /** Opens the table, or makes it where there is none; an existing one keeps its own schema. */
  static async openOrCreate(lake: Lake, store: TableStore, spec: TableSpec): Promise<DeltaTable> {
    try {
      return await DeltaTable.open(lake, store);
    } catch (error) {
      if (!isLakeError(error, "TABLE_MISSING")) throw error;
    }
    try {
      return await DeltaTable.create(lake, store, spec);
    } catch (error) {
      if (!isLakeError(error, "TABLE_EXISTS")) throw error;
      return DeltaTable.open(lake, store);
    }
  }

  /** The snapshot that this object saw last; {@link refresh} looks for a newer one. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  async refresh(): Promise<Snapshot> {
    return this.#saw(await refreshedSnapshot(this.#source, this.#snapshot));
  }

  /** @throws SpoorError LAKE_VERSION_MISSING */
  async at(time: TableTime): Promise<Snapshot> {
    const version = "version" in time ? time.version : await versionAt(this.store, time.timestampMs);
    const snapshot = await loadSnapshot(this.#source, version);
    this.#checkReadable(snapshot);
    return snapshot;
  }

  /** Commits, newest first. */
  async history(limit = 1000): Promise<HistoryEntry[]> {
    return tableHistory(this.store, limit);
  }

  /** Files of a snapshot that may hold rows the predicate wants. */
  files(predicate?: Predicate, snapshot = this.#snapshot): AddFile[] {
    return matchingFiles(snapshot, predicate);
  }

  /**
   * A SELECT with the table's columns for the lake's database: the rows that the predicate wants, from the files that may
   * hold them.
   */
  async query(predicate?: Predicate, snapshot = this.#snapshot): Promise<string> {
    const files = await localFiles(this.store, matchingFiles(snapshot, predicate));
    const scan = scanQuery(snapshot, files);
    return predicate === undefined
      ? scan
      : `SELECT * FROM (${scan}) WHERE ${predicateSql(predicate, snapshot.schema)}`;
  }

  /**
   * Writes rows as files, without a commit; {@link commitAppend} takes the files of several writes at once. Lines go through
   * in batches that fit the database's memory, and writes at the same time wait for room there.
   * @throws SpoorError LAKE_ROWS_INVALID, LAKE_SCHEMA_MISMATCH
   */
  async write(
    source: RowSource,
    { growSchema = false }: Pick<WriteOptions, "growSchema"> = {},
  ): Promise<WrittenRows> {
    if (source.kind === "sql") return this.#write(source, growSchema, false);
    const gate = this.lake.database.writes;
    let written: WrittenRows | undefined;
    for (const chunks of batchesOf(source.chunks, gate.limit)) {
      const batch = { ...source, chunks };
      const next = await gate.run(bytesIn(chunks), () => this.#writeLines(batch, growSchema));
      written = written === undefined ? next : together(written, next);
    }
    return written ?? this.#write(source, growSchema, false);
  }

  /** Lines that are no JSON are found by their failure: they are seldom, and looking for them costs every batch. */
  async #writeLines(source: RowSource, growSchema: boolean): Promise<WrittenRows> {
    try {
      return await this.#write(source, growSchema, false);
    } catch (error) {
      if (source.kind !== "lines" || !isLakeError(error, "ROWS_INVALID")) throw error;
      return this.#write(source, growSchema, true);
    }
  }

  async #write(source: RowSource, growSchema: boolean, safe: boolean): Promise<WrittenRows> {
    const snapshot = this.#snapshot;
    const { metadata } = snapshot;
    checkWritable(snapshot.protocol, metadata, this.store.location, { addsRows: true, removesRows: false });
    const id = this.lake.newId();
    const staged = await stageRows(this.lake.database, source, snapshot.schema, { id, safe });
    try {
      const schema = growSchema
        ? grownSchema(snapshot.schema, staged.columns)
        : fittingSchema(snapshot.schema, staged.columns);
      const columns = staged.columns.map(({ name }) => name);
      const { query, malformedLines } = staged;
      const request = { query, columns, schema, metadata, dataChange: true };
      const files = await writeDataFiles({ ...this.lake, store: this.store }, request);
      return { files, ...sums(files), malformedLines, schema, snapshot };
    } finally {
      await staged.discard();
    }
  }

  /** Writes rows and commits them. */
  async append(source: RowSource, options: WriteOptions = {}): Promise<CommitResult> {
    if (this.hasBatch(options)) return this.skipped();
    return this.commitAppend([await this.write(source, options)], options);
  }

  /**
   * Makes written rows part of the table, all at one instant. They may have been written before other commits; a schema
   * that grew meanwhile has room for them.
   * @throws SpoorError LAKE_CONFLICT where another writer changed the schema, or committed for the same application
   */
  async commitAppend(written: readonly WrittenRows[], options: CommitOptions = {}): Promise<CommitResult> {
    if (this.hasBatch(options)) return this.skipped();
    const snapshot = this.#snapshot;
    for (const part of written) checkSameTable(part.snapshot, snapshot, this.store.location);
    const schema = written.reduce((grown, part) => grownSchema(grown, part.schema.fields), snapshot.schema);
    const files = written.flatMap((part) => part.files);
    const actions: Action[] = [...this.transaction(options)];
    if (JSON.stringify(schema) !== JSON.stringify(snapshot.schema))
      actions.push(...grownMetadata(snapshot, schema));
    actions.push(...files.map((add) => ({ add })));
    const total = sums(files);
    const version = await this.commitChange({
      snapshot,
      actions,
      read: READ_NOTHING,
      operation: "WRITE",
      parameters: { mode: "Append", partitionBy: JSON.stringify(snapshot.metadata.partitionColumns) },
      metrics: { numFiles: files.length, numOutputRows: total.rows, numOutputBytes: total.bytes },
      kind: { addsRows: true, removesRows: false },
      isBlindAppend: true,
      userMetadata: options.userMetadata,
    });
    const malformedLines = written.reduce((sum, part) => sum + part.malformedLines, 0);
    return { version, ...total, files: files.length, malformedLines, skipped: false };
  }

  /**
   * Changes table properties; a value of null takes one away.
   * @throws SpoorError LAKE_OPTION_INVALID for properties that would need a newer protocol
   */
  async setProperties(properties: Readonly<Record<string, string | null>>): Promise<number> {
    const snapshot = await this.refresh();
    const needy = Object.keys(properties).find((key) =>
      NEEDY_PROPERTIES.some((name) => key.startsWith(name)),
    );
    if (needy !== undefined)
      throw lakeErrors.OPTION_INVALID({ message: `table property '${needy}' cannot be set by Spoor` });
    const merged = { ...snapshot.metadata.configuration, ...properties };
    const kept = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null);
    return this.commitChange({
      snapshot,
      actions: [{ metaData: { ...snapshot.metadata, configuration: Object.fromEntries(kept) } }],
      read: READ_NOTHING,
      operation: "SET TBLPROPERTIES",
      parameters: { properties: JSON.stringify(properties) },
      metrics: {},
      kind: { addsRows: false, removesRows: false },
    });
  }

  /**
   * Commits a change; writes a checkpoint and cleans the log where they are due.
   * @returns the version it became
   */
  async commitChange(change: TableChange): Promise<number> {
    const { snapshot, operation, actions, read } = change;
    checkWritable(snapshot.protocol, snapshot.metadata, this.store.location, change.kind);
    const info: CommitInfo = {
      timestamp: this.lake.clock.nowMs(),
      operation,
      operationParameters: change.parameters,
      isolationLevel:
        change.kind.addsRows || change.kind.removesRows
          ? isolationLevel(snapshot.metadata)
          : "SnapshotIsolation",
      isBlindAppend: change.isBlindAppend ?? false,
      operationMetrics: Object.fromEntries(
        Object.entries(change.metrics).map(([name, value]) => [name, String(value)]),
      ),
      engineInfo: ENGINE_INFO,
      txnId: this.lake.newId(),
      ...(change.userMetadata === undefined ? {} : { userMetadata: change.userMetadata }),
    };
    const after = await commit(this.#source, {
      location: this.store.location,
      operation,
      snapshot,
      actions,
      read,
      info,
    });
    if (after.version > this.#snapshot.version) this.#snapshot = after;
    if (isCheckpointDue(after)) await this.#tidyLog(after);
    return after.version;
  }

  /** The commit stands, whatever happens here. */
  async #tidyLog(snapshot: Snapshot): Promise<void> {
    try {
      await this.checkpoint(snapshot);
      await cleanLog(this.lake, this.store, snapshot);
    } catch (error) {
      this.lake.warn(
        `the table at '${this.store.location}' has no checkpoint of version ${snapshot.version}`,
        error,
      );
    }
  }

  async checkpoint(snapshot = this.#snapshot): Promise<void> {
    await writeCheckpoint(this.lake, this.store, snapshot);
  }

  #checkReadable(snapshot: Snapshot): void {
    checkReadable(snapshot.protocol, snapshot.metadata, this.store.location);
  }

  #saw(snapshot: Snapshot): Snapshot {
    if (snapshot.version > this.#snapshot.version) {
      this.#checkReadable(snapshot);
      this.#snapshot = snapshot;
    }
    return this.#snapshot;
  }

  /** Whether the table has the batch that the options name. */
  hasBatch({ txn }: CommitOptions): boolean {
    const known = txn === undefined ? undefined : this.#snapshot.transactions.get(txn.appId);
    return known !== undefined && known.version >= txn!.version;
  }

  /** The result of a batch that was there already. */
  skipped(): CommitResult {
    return { version: this.#snapshot.version, rows: 0, files: 0, bytes: 0, malformedLines: 0, skipped: true };
  }

  /** The action that records the batch, where the options name one. */
  transaction({ txn }: CommitOptions): Action[] {
    return txn === undefined ? [] : [{ txn: { ...txn, lastUpdated: this.lake.clock.nowMs() } }];
  }
}

/** The schema itself, once every column is known and fits. */
function fittingSchema(schema: DeltaStruct, columns: readonly ColumnSpec[]): DeltaStruct {
  const known = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]));
  for (const { name, type } of columns) {
    const field = known.get(name.toLowerCase());
    if (field === undefined)
      throw lakeErrors.SCHEMA_MISMATCH({
        message: `the rows have a field '${name}' that is not a column of the table`,
        hint: "allow the schema to grow, or leave the field out",
      });
    if (!fitsInto(type, field.type))
      throw lakeErrors.SCHEMA_MISMATCH({
        message: `column '${field.name}' is of type ${typeName(field.type)}, not ${typeName(type)}`,
        hint: "cast the values",
      });
  }
  return schema;
}

/** The table's metadata with another schema. */
export function grownMetadata(snapshot: Snapshot, schema: DeltaStruct): Action[] {
  return [{ metaData: { ...snapshot.metadata, schemaString: JSON.stringify(schema) } }];
}

/** Chunks in groups of at most `bytesMax`, or of one chunk. */
function batchesOf(chunks: readonly Uint8Array[], bytesMax: number): Uint8Array[][] {
  const batches: Uint8Array[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const chunk of chunks) {
    if (bytes + chunk.length > bytesMax) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(chunk);
    bytes += chunk.length;
  }
  return batches;
}

function bytesIn(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function together(a: WrittenRows, b: WrittenRows): WrittenRows {
  return {
    files: [...a.files, ...b.files],
    rows: a.rows + b.rows,
    bytes: a.bytes + b.bytes,
    malformedLines: a.malformedLines + b.malformedLines,
    schema: grownSchema(a.schema, b.schema.fields),
    snapshot: a.snapshot,
  };
}

function sums(files: readonly AddFile[]): { readonly rows: number; readonly bytes: number } {
  let rows = 0;
  let bytes = 0;
  for (const file of files) {
    rows += recordsIn(file) ?? 0;
    bytes += file.size;
  }
  return { rows, bytes };
}

/** @throws SpoorError LAKE_CONFLICT where the table was made anew or partitioned otherwise */
function checkSameTable(written: Snapshot, now: Snapshot, location: string): void {
  const [a, b] = [written.metadata, now.metadata];
  if (a.id === b.id && a.partitionColumns.join("\n") === b.partitionColumns.join("\n")) return;
  throw lakeErrors.CONFLICT({
    message: `the table at '${location}' was made anew since the rows were written`,
  });
}
