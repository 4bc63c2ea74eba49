import type { ModelRow, ModelValue } from "../columns/column-type.ts";
import { OTHER_COLUMN } from "./event-tables.ts";
import type { EventTable } from "./event-tables.ts";

/**
 * A row as its table has it: the table's columns, null where the row has none, and in `event_other` a JSON text of what
 * else the row holds (nulls apart).
 */
export function tableRow(row: ModelRow, table: EventTable): ModelRow {
  const out: ModelRow = {};
  let taken = 0;
  for (const { name } of table.columns) {
    // A field that a source calls so is one of the others.
    if (name === OTHER_COLUMN) continue;
    const value = row[name];
    out[name] = value ?? null;
    if (value !== undefined) taken++;
  }
  out[OTHER_COLUMN] = taken === Object.keys(row).length ? null : otherText(row, out);
  return out;
}

function otherText(row: ModelRow, out: ModelRow): string | null {
  const other: ModelRow = {};
  let isEmpty = true;
  for (const name in row) {
    const value = row[name];
    if (value === null || value === undefined || out[name] !== undefined) continue;
    other[name] = value;
    isEmpty = false;
  }
  return isEmpty ? null : rowJson(other);
}

/** A row as one line of JSON; integers beyond 2^53 are written with all their digits, so readers must take 64 bits. */
export function rowJson(row: Readonly<Record<string, ModelValue>>): string {
  let hasBigint = false;
  for (const name in row) hasBigint ||= typeof row[name] === "bigint";
  if (!hasBigint) return JSON.stringify(row);
  const members = Object.entries(row).map(([name, value]) => {
    const text = typeof value === "bigint" ? value.toString() : JSON.stringify(value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${members.join(",")}}`;
}
