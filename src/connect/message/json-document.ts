/** A record's value as a JSON object whose keys are found in any case, as SQL's columns are. */
import { connectErrors } from "../errors.ts";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export class JsonDocument {
  readonly members: ReadonlyMap<string, JsonValue>;
  readonly #byUpperName = new Map<string, JsonValue>();

  constructor(object: Readonly<Record<string, JsonValue>>) {
    this.members = new Map(Object.entries(object));
    for (const [name, value] of this.members) {
      const upper = name.toUpperCase();
      if (!this.#byUpperName.has(upper)) this.#byUpperName.set(upper, value);
    }
  }

  /** Null where there is no such column. @param name in upper case */
  get(name: string): JsonValue {
    return this.#byUpperName.get(name) ?? null;
  }

  /** Numbers and booleans as text; null for what is absent, empty or nested. */
  text(name: string): string | null {
    const value = this.get(name);
    if (value === null || typeof value === "object") return null;
    const text = String(value);
    return text === "" ? null : text;
  }

  number(name: string): number | null {
    const value = this.get(name);
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : null;
  }

  texts(name: string): readonly string[] {
    const value = this.get(name);
    if (typeof value === "string") return value === "" ? [] : [value];
    if (!Array.isArray(value)) return [];
    return value.filter((each) => each !== null && typeof each !== "object").map(String);
  }
}

/** @throws SpoorError CONNECT_BAD_RECORD */
export function parseDocument(value: Uint8Array | null): JsonDocument {
  if (value === null)
    throw connectErrors.BAD_RECORD({
      message: "the record has no value",
      hint: "only JSON objects are sent",
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8"));
  } catch {
    throw connectErrors.BAD_RECORD({
      message: "the record's value is no JSON",
      hint: "make a stream of it with VALUE_FORMAT='JSON' and send that one's topic",
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw connectErrors.BAD_RECORD({
      message: "the record's value is no JSON object",
      hint: "make a stream of it with columns and VALUE_FORMAT='JSON'",
    });
  return new JsonDocument(parsed as Record<string, JsonValue>);
}
