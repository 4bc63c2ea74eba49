import { SpoorError, defineErrors } from "../base/errors.ts";

/** Errors of the lakehouse's tables: their log, their files, the stores they lie in and the database that reads them. */
export const lakeErrors = defineErrors("LAKE", {
  TABLE_MISSING: {
    kind: "state",
    summary: "There is no Delta table at the named place.",
    cure: "Check the path, or create the table first.",
  },
  TABLE_EXISTS: {
    kind: "state",
    summary: "A table was to be created where one exists already.",
    cure: "Open the table instead, or choose another place.",
  },
  LOCATION_INVALID: {
    kind: "usage",
    summary: "A lake's place is named by a URL that is not understood, or without credentials for it.",
    cure: "Name a folder, s3://bucket/prefix or az://container/prefix, and set the store's credentials in the environment.",
  },
  VERSION_MISSING: {
    kind: "state",
    summary: "The version or time asked for is not in the table's log, or its files were cleaned up.",
    cure: "Ask for a version that the table's history lists.",
  },
  LOG_DAMAGED: {
    kind: "io",
    summary: "The table's log has a gap or a line that cannot be read.",
    cure: "Restore the named file of the log from a copy of the table.",
  },
  PROTOCOL_UNSUPPORTED: {
    kind: "state",
    summary: "The table asks for a feature of the Delta protocol that Spoor does not have.",
    cure: "Use the system that made the table, or drop the feature there.",
  },
  CONFLICT: {
    kind: "state",
    summary: "Another writer changed what this operation had read or was about to remove.",
    cure: "Run the operation again; it starts from the table as it is now.",
  },
  SCHEMA_MISMATCH: {
    kind: "statement",
    summary: "Rows do not fit the table's columns.",
    cure: "Change the rows, or allow the table's schema to grow.",
  },
  COLUMN_UNKNOWN: {
    kind: "statement",
    summary: "A named column is not one of the table's.",
    cure: "Use a column that the message or the table's schema names.",
  },
  SCHEMA_INVALID: {
    kind: "statement",
    summary: "The schema of a new or changed table is not allowed.",
    cure: "Correct what the detail names.",
  },
  ROWS_INVALID: {
    kind: "runtime",
    summary: "Rows handed in as JSON lines could not be read.",
    cure: "Correct the line that the detail names; nothing of the batch was written.",
  },
  APPEND_ONLY: {
    kind: "state",
    summary: "The table's property delta.appendOnly forbids removing rows.",
    cure: "Set the property to false first, if rows may be removed.",
  },
  PREDICATE_INVALID: {
    kind: "statement",
    summary: "A condition compares a column with a value that is not of its type, or cannot be used here.",
    cure: "Give a value of the column's type.",
  },
  OPTION_INVALID: {
    kind: "usage",
    summary: "An option or table property has a value that cannot be used.",
    cure: "Give a value of the form that the detail names.",
  },
  RETENTION_TOO_SHORT: {
    kind: "usage",
    summary: "VACUUM was asked to delete files that running readers or writers may still need.",
    cure: "Keep the table's retention, or allow the shorter one when no other process uses the table.",
  },
  FILE_MISSING: {
    kind: "io",
    summary: "A data file that the table names is not in its store.",
    cure: "Restore the file from a copy, or restore the table to a version that does not name it.",
  },
  STORE_FAILED: {
    kind: "io",
    summary: "The folder or object store of a table refused a request.",
    cure: "Check permissions, space, credentials and network; the detail has the store's own words.",
  },
  QUERY_FAILED: {
    kind: "runtime",
    summary: "The database that reads and writes Parquet refused a statement.",
    cure: "Read the detail; it is the database's own message.",
  },
  MEMORY_EXCEEDED: {
    kind: "runtime",
    summary: "An operation needs more memory than the lake may use.",
    cure: "Give the lake more memory, or ask for less at once.",
  },
  PLACE_FORBIDDEN: {
    kind: "usage",
    summary: "A table lies outside the folders that the lake's database may touch.",
    cure: "Open the lake with the table's folder among its folders.",
  },
});

/** @param name without the area: `CONFLICT` */
export function isLakeError(error: unknown, name: keyof typeof lakeErrors): error is SpoorError {
  return error instanceof SpoorError && error.code === `LAKE_${name}`;
}
