/** What a new table is made from, and the actions of its first commit. */
import type { Lake } from "../lake.ts";
import { ENGINE_INFO } from "./commit.ts";
import type { Action, CommitInfo, Metadata } from "./actions.ts";
import { NEW_TABLE_PROTOCOL, NTZ_TABLE_PROTOCOL } from "./protocol.ts";
import { schemaOf } from "./schema.ts";
import type { ColumnSpec } from "./schema.ts";

export interface TableSpec {
  readonly columns: readonly ColumnSpec[];
  readonly partitionColumns?: readonly string[];
  /** Table properties such as `delta.appendOnly`, and Spoor's `spoor.bloomFilterColumns`. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly description?: string;
}

/** Properties that ask more of a protocol than tables made here have. */
export const NEEDY_PROPERTIES = [
  "delta.columnMapping.",
  "delta.constraints.",
  "delta.enableChangeDataFeed",
  "delta.enableDeletionVectors",
  "delta.enableInCommitTimestamps",
  "delta.enableRowTracking",
  "delta.enableTypeWidening",
  "delta.feature.",
  "delta.minReaderVersion",
  "delta.minWriterVersion",
];

/** @throws SpoorError LAKE_SCHEMA_INVALID, LAKE_COLUMN_UNKNOWN, LAKE_OPTION_INVALID */
export function firstActions(lake: Lake, spec: TableSpec): Action[] {
  const partitionColumns = spec.partitionColumns ?? [];
  const schema = schemaOf(spec.columns, partitionColumns);
  const nowMs = lake.clock.nowMs();
  const hasNtz = JSON.stringify(schema).includes('"timestamp_ntz"');
  const metaData: Metadata = {
    id: lake.newId(),
    ...(spec.name === undefined ? {} : { name: spec.name }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    format: { provider: "parquet", options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns,
    configuration: spec.properties ?? {},
    createdTime: nowMs,
  };
  const commitInfo: CommitInfo = {
    timestamp: nowMs,
    operation: "CREATE TABLE",
    operationParameters: { partitionBy: JSON.stringify(partitionColumns), isManaged: "false" },
    isolationLevel: "Serializable",
    isBlindAppend: true,
    engineInfo: ENGINE_INFO,
    txnId: lake.newId(),
  };
  return [{ commitInfo }, { protocol: hasNtz ? NTZ_TABLE_PROTOCOL : NEW_TABLE_PROTOCOL }, { metaData }];
}
