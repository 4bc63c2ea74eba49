/** The TIMESTAMP property: which column is a record's time. */
import { didYouMean } from "../base/nearest.ts";
import { typeText } from "../data/types.ts";
import { planError } from "./errors.ts";
import type { TimestampColumn } from "./metastore.ts";
import type { Column } from "./schema.ts";
import type { WithProperties } from "./with-properties.ts";

/** @throws PLAN_INVALID_TIMESTAMP */
export function timestampColumn(
  properties: WithProperties,
  columns: readonly Column[],
): TimestampColumn | undefined {
  const name = properties.columnName("TIMESTAMP");
  const format = properties.text("TIMESTAMP_FORMAT");
  if (name === undefined) return undefined;
  const column = columns.find((candidate) => candidate.name === name && candidate.role !== "pseudo");
  if (column === undefined) {
    const names = columns.map((candidate) => candidate.name);
    throw planError.INVALID_TIMESTAMP({
      message: `the TIMESTAMP column '${name}' does not exist`,
      hint: didYouMean(name, names),
    });
  }
  const { kind } = column.type;
  if (kind === "STRING" && format === undefined) {
    throw planError.INVALID_TIMESTAMP({
      message: `the TIMESTAMP column '${name}' is a STRING and TIMESTAMP_FORMAT is missing`,
      hint: "add TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss.SSS' or the pattern its texts have",
    });
  }
  if (kind !== "STRING" && format !== undefined) {
    throw planError.INVALID_TIMESTAMP({
      message: `TIMESTAMP_FORMAT is only for a STRING column, and '${name}' is ${typeText(column.type)}`,
    });
  }
  if (kind !== "STRING" && kind !== "BIGINT" && kind !== "TIMESTAMP") {
    throw planError.INVALID_TIMESTAMP({
      message: `the TIMESTAMP column '${name}' can't be ${typeText(column.type)}`,
      hint: "use a BIGINT or TIMESTAMP column, or a STRING with TIMESTAMP_FORMAT",
    });
  }
  return format === undefined ? { column: name } : { column: name, format };
}
