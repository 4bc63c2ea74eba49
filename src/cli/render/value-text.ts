import { isExactNumber } from "../client/exact-json.ts";
import type { ExactValue } from "../client/exact-json.ts";

/** A value as a cell shows it: texts bare, null as `null`, arrays and structs as JSON. */
export function valueText(value: ExactValue | undefined): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return value;
  if (isExactNumber(value)) return value.rawJSON;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** True for SQL types whose cells are set to the right. */
export function isNumericType(type: string): boolean {
  return /^(?:INTEGER|BIGINT|DOUBLE|DECIMAL)/.test(type);
}
