import type { JsonValue } from "../../api/query-rows.ts";

/**
 * JSON whose numbers keep all their digits: BIGINTs beyond 2^53 and DECIMALs like `1.50` come back as
 * {@link ExactNumber}, which JSON.stringify writes as the digits they came with.
 */
export interface ExactNumber {
  readonly rawJSON: string;
}

export type ExactValue =
  | JsonValue
  | ExactNumber
  | readonly ExactValue[]
  | { readonly [name: string]: ExactValue };

/** The parts of ECMAScript's JSON that the compiler's library does not declare yet. */
const exactJson = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
};

/** A digit run that a double may not hold, or a fraction that ends in a zero; texts match too, which costs time only. */
const MAY_LOSE_DIGITS = /\d{16}|\.\d*0\b|\d[eE]/;

export function parseExactJson(text: string): unknown {
  if (!MAY_LOSE_DIGITS.test(text)) return JSON.parse(text);
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source
      ? exactJson.rawJSON(source)
      : value,
  );
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return exactJson.isRawJSON(value);
}
