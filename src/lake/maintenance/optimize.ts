/**
 * OPTIMIZE: small files become large ones, or all files of the chosen partitions are laid along a z-order curve. Rows stay
 * what they are, so the commit says `dataChange: false`: it cannot conflict with appends, and readers that follow the table
 * see nothing new. Work goes bin by bin, in the database's bounded memory; one commit ends it.
 */
import { assert } from "../../base/assert.ts";
import { fileKey, removeOf } from "../delta/actions.ts";
import type { Action, AddFile } from "../delta/actions.ts";
import { matchingFiles } from "../delta/file-skipping.ts";
import { checkPartitionPredicate } from "../delta/overwrite.ts";
import { predicateSql } from "../delta/predicate.ts";
import type { Predicate } from "../delta/predicate.ts";
import { checkWritable } from "../delta/protocol.ts";
import type { DeltaField } from "../delta/schema.ts";
import { bytesOf, recordsIn, rowsOf } from "../delta/snapshot.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import type { DeltaTable } from "../delta/table.ts";
import { localFiles, scanQuery } from "../parquet/parquet-scan.ts";
import { writeDataFiles } from "../parquet/parquet-writer.ts";
import { byPartition, packedBins } from "./bin-packing.ts";
import type { Bin } from "./bin-packing.ts";
import { alongCurve } from "./curve-sort.ts";
import { zOrderColumns } from "./z-order.ts";

export const TARGET_FILE_BYTES = 128 * 1024 * 1024;

export interface OptimizeOptions {
  /** Only partitions that this names; partition columns alone. */
  readonly where?: Predicate;
  readonly zOrderBy?: readonly string[];
  /** Size that files should have; default 128 MiB. */
  readonly targetBytes?: number;
}

export interface OptimizeResult {
  /** Undefined where there was nothing to do, and no commit. */
  readonly version: number | undefined;
  readonly filesRemoved: number;
  readonly filesAdded: number;
  readonly bytesRemoved: number;
  readonly bytesAdded: number;
  readonly partitions: number;
}

/** @throws SpoorError LAKE_CONFLICT where a file was removed meanwhile, LAKE_PREDICATE_INVALID, LAKE_OPTION_INVALID */
export async function optimizeTable(
  table: DeltaTable,
  options: OptimizeOptions = {},
): Promise<OptimizeResult> {
  const snapshot = await table.refresh();
  const { protocol, metadata, schema } = snapshot;
  checkWritable(protocol, metadata, table.store.location, { addsRows: false, removesRows: false });
  const targetBytes = options.targetBytes ?? TARGET_FILE_BYTES;
  checkPartitionPredicate(snapshot, options.where);
  const chosen = matchingFiles(snapshot, options.where);
  const zOrder =
    options.zOrderBy === undefined ? [] : zOrderColumns(schema, metadata.partitionColumns, options.zOrderBy);
  const bins =
    zOrder.length > 0
      ? byPartition(chosen, metadata.partitionColumns)
      : packedBins(chosen, metadata.partitionColumns, targetBytes);
  const added: AddFile[] = [];
  for (const bin of bins) added.push(...(await rewritten(table, snapshot, bin, zOrder, targetBytes)));
  const removed = bins.flatMap((bin) => bin.files);
  const counts = {
    filesRemoved: removed.length,
    filesAdded: added.length,
    bytesRemoved: bytesOf(removed),
    bytesAdded: bytesOf(added),
    partitions: byPartition(removed, metadata.partitionColumns).length,
  };
  if (removed.length === 0) return { version: undefined, ...counts };
  const nowMs = table.lake.clock.nowMs();
  const actions: Action[] = [
    ...removed.map((file) => ({ remove: removeOf(file, nowMs, false) })),
    ...added.map((add) => ({ add })),
  ];
  const version = await table.commitChange({
    snapshot,
    actions,
    read: { rows: "none", files: new Set(removed.map(fileKey)) },
    operation: "OPTIMIZE",
    parameters: {
      predicate: options.where === undefined ? "[]" : JSON.stringify([predicateSql(options.where, schema)]),
      zOrderBy: JSON.stringify(zOrder.map(({ name }) => name)),
    },
    metrics: {
      numRemovedFiles: counts.filesRemoved,
      numAddedFiles: counts.filesAdded,
      numRemovedBytes: counts.bytesRemoved,
      numAddedBytes: counts.bytesAdded,
    },
    kind: { addsRows: false, removesRows: false },
  });
  return { version, ...counts };
}

/** The bin's rows in new files. */
async function rewritten(
  table: DeltaTable,
  snapshot: Snapshot,
  bin: Bin,
  zOrder: readonly DeltaField[],
  targetBytes: number,
): Promise<AddFile[]> {
  const { schema, metadata } = snapshot;
  const columns = schema.fields
    .map(({ name }) => name)
    .filter((name) => !metadata.partitionColumns.includes(name));
  const local = await localFiles(table.store, bin.files);
  const target = { ...table.lake, store: table.store };
  const write = (query: string): Promise<AddFile[]> =>
    writeDataFiles(target, {
      query,
      columns,
      schema,
      metadata,
      partition: bin.partition,
      fileBytes: targetBytes,
      dataChange: false,
    });
  const files =
    zOrder.length === 0
      ? await write(scanQuery(snapshot, local, { dataOnly: true }))
      : await alongCurve({ lake: table.lake, snapshot, files: local, columns, zOrder }, write);
  const before = rowsOf(bin.files);
  const after = files.reduce((sum, file) => sum + (recordsIn(file) ?? 0), 0);
  assert(before === undefined || before === after, `OPTIMIZE read ${before} rows and wrote ${after}`);
  return files;
}
