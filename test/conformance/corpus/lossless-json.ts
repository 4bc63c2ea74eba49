/**
 * JSON whose numbers keep their text: `1`, `1.0` and `1.00` are three different expectations in the corpus, and 2^53 + 1
 * must not become 2^53. Objects are records without a prototype's names; their fields stand in the text's order, except
 * that names of whole numbers come first, which no rule of comparison looks at.
 */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | NumberText | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** What JSON.parse hands a reviver: the published type does not know the third argument yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepNumberText: Reviver = (_key, value, context) =>
  typeof value === "number" ? new NumberText(context.source ?? String(value)) : value;

/** @throws SyntaxError */
export function parseJson(text: string): Json {
  return JSON.parse(text, keepNumberText as Parameters<typeof JSON.parse>[1]) as Json;
}

export function printJson(value: Json): string {
  if (value instanceof NumberText) return value.text;
  if (isArray(value)) return `[${value.map((item) => printJson(item)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${printJson(item)}`);
  return `{${fields.join(",")}}`;
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return (
    value !== null &&
    value !== undefined &&
    typeof value === "object" &&
    !isArray(value) &&
    !(value instanceof NumberText)
  );
}

/** The value with its numbers as JavaScript's: for what is configuration and no datum. */
export function plainJson(value: Json): unknown {
  if (value instanceof NumberText) return Number(value.text);
  if (isArray(value)) return value.map((item) => plainJson(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainJson(item)]));
}
