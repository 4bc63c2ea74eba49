/** Event time from a column: BIGINT and TIMESTAMP count milliseconds, a STRING needs its date pattern. */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { FunctionError } from "../functions/definition.ts";
import type { OperatorContext } from "./operator.ts";
import { JavaPattern } from "../functions/time/java-pattern.ts";

/** Reads the time of a row whose column `index` has the given type; NaN where there is none. */
export function timestampReader(
  type: SqlType,
  format: string | undefined,
  index: number,
): (values: readonly Value[]) => number {
  if (type.kind === "STRING" && format !== undefined) {
    const pattern = new JavaPattern(format);
    return (values) => {
      const text = values[index];
      return typeof text === "string" ? parsedOrNaN(pattern, text) : Number.NaN;
    };
  }
  if (type.kind === "STRING") {
    return (values) => {
      const text = values[index];
      return typeof text === "string" && /^\d+$/.test(text) ? Number(text) : Number.NaN;
    };
  }
  return (values) => {
    const value = values[index];
    return typeof value === "bigint" || typeof value === "number" ? Number(value) : Number.NaN;
  };
}

function parsedOrNaN(pattern: JavaPattern, text: string): number {
  try {
    return pattern.parseTimestamp(text);
  } catch (error) {
    if (error instanceof FunctionError) return Number.NaN;
    throw error;
  }
}

/** `ksql.timestamp.throw.on.invalid`: a record without a time stops the query instead of being counted. */
export function throwsOnInvalidTime({ properties }: OperatorContext): boolean {
  return properties.get("ksql.timestamp.throw.on.invalid")?.toLowerCase() === "true";
}
