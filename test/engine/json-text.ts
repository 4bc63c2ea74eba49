/** JSON whose numbers keep their text: `1`, `1.0` and `1.00` are three different things in the corpus. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | NumberText | readonly Json[] | { readonly [name: string]: Json };

/** What JSON.parse gives a reviver, newer than its published type. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepNumberText: Reviver = (_key, value, context) =>
  typeof value === "number" ? new NumberText(context.source ?? String(value)) : value;

export function parseJson(text: string): Json {
  return JSON.parse(text, keepNumberText as Parameters<typeof JSON.parse>[1]) as Json;
}

export function printJson(value: Json): string {
  if (value instanceof NumberText) return value.text;
  if (isArray(value)) return `[${value.map((item) => printJson(item)).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${printJson(item)}`);
  return `{${fields.join(",")}}`;
}

export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json): value is { readonly [name: string]: Json } {
  return value !== null && typeof value === "object" && !isArray(value) && !(value instanceof NumberText);
}
