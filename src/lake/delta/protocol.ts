/**
 * What the protocol asks of a reader and a writer, and what Spoor answers (PROTOCOL.md, "Table Features"). A reader feature
 * that is not known refuses the table. A writer feature may be named and lie idle: it refuses writing only when the table
 * makes use of it, except where the protocol asks something of every commit.
 */
import { lakeErrors } from "../errors.ts";
import type { Metadata, Protocol } from "./actions.ts";
import { parseSchema } from "./schema.ts";
import type { DeltaField } from "./schema.ts";

/** What a new table asks: the least there is, so that every Delta system reads and writes it. */
export const NEW_TABLE_PROTOCOL: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/** With a column of type timestamp_ntz the protocol wants its feature named. */
export const NTZ_TABLE_PROTOCOL: Protocol = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ["timestampNtz"],
  writerFeatures: ["appendOnly", "invariants", "timestampNtz"],
};

const READER_FEATURES = new Set(["deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"]);

/** Writer features that ask nothing of a writer that keeps what it finds, or that are checked by their use below. */
const WRITER_FEATURES = new Set([
  ...READER_FEATURES,
  "allowColumnDefaults",
  "appendOnly",
  "changeDataFeed",
  "checkConstraints",
  "columnMapping",
  "domainMetadata",
  "generatedColumns",
  "identityColumns",
  "inCommitTimestamp",
  "invariants",
]);

/**
 * Refuses a table that cannot be read rightly.
 * @throws SpoorError LAKE_PROTOCOL_UNSUPPORTED
 */
export function checkReadable(protocol: Protocol, metadata: Metadata, location: string): void {
  const { minReaderVersion: version, readerFeatures = [] } = protocol;
  if (version > 3) throw unsupported(location, "read", `reader version ${version}`);
  const unknown = version === 3 ? readerFeatures.filter((name) => !isIdleReader(name, metadata)) : [];
  if (unknown.length > 0) throw unsupported(location, "read", features(unknown));
  const mapping = metadata.configuration["delta.columnMapping.mode"] ?? "none";
  if (version >= 2 && mapping !== "none") throw unsupported(location, "read", "column mapping");
  if (metadata.format.provider !== "parquet")
    throw unsupported(location, "read", `data files in the format '${metadata.format.provider}'`);
}

/** Column mapping may be named and switched off. */
function isIdleReader(name: string, metadata: Metadata): boolean {
  if (READER_FEATURES.has(name)) return true;
  return (
    name === "columnMapping" && (metadata.configuration["delta.columnMapping.mode"] ?? "none") === "none"
  );
}

/** What an operation does, where features tell operations apart. */
export interface WriteKind {
  /** Rows that were not in the table come in. */
  readonly addsRows: boolean;
  /** Rows leave; a rewrite that only moves rows does neither. */
  readonly removesRows: boolean;
}

/**
 * Refuses to write where a rule of the table would be broken.
 * @throws SpoorError LAKE_PROTOCOL_UNSUPPORTED, LAKE_APPEND_ONLY
 */
export function checkWritable(
  protocol: Protocol,
  metadata: Metadata,
  location: string,
  kind: WriteKind,
): void {
  checkReadable(protocol, metadata, location);
  const { minWriterVersion: version, writerFeatures = [] } = protocol;
  if (version > 7) throw unsupported(location, "write", `writer version ${version}`);
  const unknown = version === 7 ? writerFeatures.filter((name) => !WRITER_FEATURES.has(name)) : [];
  if (unknown.length > 0) throw unsupported(location, "write", features(unknown));
  const { configuration } = metadata;
  const isOn = (property: string): boolean => configuration[property] === "true";
  if (isOn("delta.appendOnly") && kind.removesRows)
    throw lakeErrors.APPEND_ONLY({ message: `the table at '${location}' only takes new rows` });
  if (isOn("delta.enableInCommitTimestamps")) throw unsupported(location, "write", "in-commit timestamps");
  if (isOn("delta.enableChangeDataFeed") && kind.removesRows)
    throw unsupported(location, "write", "a change data feed of removed rows");
  if (isOn("delta.enableRowTracking")) throw unsupported(location, "write", "row tracking");
  if (!kind.addsRows) return;
  const constraint = Object.keys(configuration).find((key) => key.startsWith("delta.constraints."));
  if (constraint !== undefined)
    throw unsupported(
      location,
      "write",
      `a CHECK constraint ('${constraint.slice("delta.constraints.".length)}')`,
    );
  for (const field of parseSchema(metadata.schemaString).fields) checkField(field, location);
}

const COLUMN_RULES: Readonly<Record<string, string>> = {
  "delta.invariants": "an invariant",
  "delta.generationExpression": "generated values",
  "delta.identity.start": "identity values",
  CURRENT_DEFAULT: "a default value",
};

function checkField(field: DeltaField, location: string): void {
  for (const [key, what] of Object.entries(COLUMN_RULES)) {
    if (field.metadata[key] !== undefined)
      throw unsupported(location, "write", `${what} in column '${field.name}'`);
  }
}

function features(names: readonly string[]): string {
  return `the table feature${names.length > 1 ? "s" : ""} ${names.map((name) => `'${name}'`).join(", ")}`;
}

function unsupported(location: string, verb: "read" | "write", what: string): Error {
  return lakeErrors.PROTOCOL_UNSUPPORTED({
    message: `cannot ${verb} the table at '${location}'`,
    detail: `it needs ${what}, which Spoor does not ${verb}`,
    hint: verb === "write" ? "the table can still be read" : undefined,
  });
}
