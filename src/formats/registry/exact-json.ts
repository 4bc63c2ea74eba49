/**
 * JSON whose numbers keep their text: a default of 9223372036854775807 or 1.0 must be the same after a schema was
 * parsed and written again. A number that JavaScript would write otherwise is an {@link ExactNumber}.
 */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | ExactNumber
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export type JsonObject = Readonly<Record<string, JsonValue>>;

/** @throws SyntaxError */
export function parseExactJson(text: string): JsonValue {
  return JSON.parse(text, revive) as JsonValue;
}

function revive(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return JSON.stringify(value) === context.source ? value : new ExactNumber(context.source);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/** The number as JavaScript has it, or undefined where the value is none. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  return value instanceof ExactNumber ? Number(value.text) : undefined;
}

/** Equal as JSON: 1, 1.0 and 1e0 are one number, names have no order. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return sortedJson(a) === sortedJson(b);
}

/** One text for equal values: names in order, numbers as JavaScript writes them. */
export function sortedJson(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  const number = numberOf(value);
  if (number !== undefined)
    return Number.isFinite(number) ? JSON.stringify(number) : (value as ExactNumber).text;
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => sortedJson(item)).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${sortedJson(value[name])}`).join(",")}}`;
}

function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
