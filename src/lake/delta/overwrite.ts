/** Overwriting a table, or the part of it that a condition on its partitions names, with new rows: one commit does both. */
import { lakeErrors } from "../errors.ts";
import type { RowSource } from "../parquet/row-source.ts";
import { removeOf } from "./actions.ts";
import type { Action } from "./actions.ts";
import { matchingFiles, shareOf } from "./file-skipping.ts";
import { predicateColumns, predicateSql } from "./predicate.ts";
import type { Predicate } from "./predicate.ts";
import type { Snapshot } from "./snapshot.ts";
import { grownMetadata } from "./table.ts";
import type { CommitResult, DeltaTable, WriteOptions } from "./table.ts";

export interface OverwriteOptions extends WriteOptions {
  /** Only the partitions that this names, by partition columns alone; all new rows must lie there. */
  readonly where?: Predicate;
}

/**
 * Puts the rows in place of the table's.
 * @throws SpoorError LAKE_PREDICATE_INVALID, LAKE_APPEND_ONLY, LAKE_CONFLICT
 */
export async function overwriteRows(
  table: DeltaTable,
  source: RowSource,
  options: OverwriteOptions = {},
): Promise<CommitResult> {
  const { where } = options;
  await table.refresh();
  if (table.hasBatch(options)) return table.skipped();
  checkPartitionPredicate(table.snapshot, where);
  const written = await table.write(source, options);
  const { snapshot, schema, files, rows, bytes, malformedLines } = written;
  if (where !== undefined && files.some((file) => shareOf(file, where, snapshot) !== "all"))
    throw lakeErrors.PREDICATE_INVALID({
      message: "a new row lies outside the part of the table that is overwritten",
      detail: predicateSql(where, schema),
    });
  const replaced = matchingFiles(snapshot, where);
  const nowMs = table.lake.clock.nowMs();
  const actions: Action[] = [
    ...table.transaction(options),
    ...(JSON.stringify(schema) === JSON.stringify(snapshot.schema) ? [] : grownMetadata(snapshot, schema)),
    ...replaced.map((file) => ({ remove: removeOf(file, nowMs, true) })),
    ...files.map((add) => ({ add })),
  ];
  const version = await table.commitChange({
    snapshot,
    actions,
    read: { rows: where ?? "all", files: new Set() },
    operation: "WRITE",
    parameters: {
      mode: "Overwrite",
      partitionBy: JSON.stringify(snapshot.metadata.partitionColumns),
      ...(where === undefined ? {} : { predicate: predicateSql(where, schema) }),
    },
    metrics: { numFiles: files.length, numOutputRows: rows, numRemovedFiles: replaced.length },
    kind: { addsRows: true, removesRows: true },
    userMetadata: options.userMetadata,
  });
  return { version, rows, bytes, files: files.length, malformedLines, skipped: false };
}

/**
 * Refuses a condition that looks at more than partition columns: it may cut through a file.
 * @throws SpoorError LAKE_PREDICATE_INVALID, LAKE_COLUMN_UNKNOWN
 */
export function checkPartitionPredicate({ schema, metadata }: Snapshot, where: Predicate | undefined): void {
  if (where === undefined) return;
  for (const column of predicateColumns(where, schema)) {
    if (!metadata.partitionColumns.includes(column))
      throw lakeErrors.PREDICATE_INVALID({
        message: `partitions are told by partition columns, not by '${column}'`,
        detail: `the table is partitioned by ${metadata.partitionColumns.join(", ") || "nothing"}`,
      });
  }
}
