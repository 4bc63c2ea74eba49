/** Where a field of Sigma's taxonomy stands in an event, when it has another name there. */
import { fieldTexts } from "../expression/event-fields.ts";
import type { EventFields, FieldValue } from "../expression/event-fields.ts";

export type FieldOrigin =
  | {
      readonly kind: "field";
      readonly name: string;
      readonly values: ReadonlyMap<string, string> | undefined;
    }
  | {
      readonly kind: "join";
      readonly names: readonly string[];
      readonly separator: string;
      /** Beginnings of the joined text and what stands for them. */
      readonly starts: readonly (readonly [from: string, to: string])[];
    }
  | { readonly kind: "value"; readonly value: string };

/** Field of the taxonomy → origin; a field that is not here has its own name in the event. */
export type FieldOrigins = ReadonlyMap<string, FieldOrigin>;

/** Equal for origins that always give the same value. */
export function originKey(origin: FieldOrigin): string {
  if (origin.kind === "field" && origin.values === undefined) return origin.name;
  return JSON.stringify(origin, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}

export function originValue(origin: FieldOrigin, event: EventFields): FieldValue | undefined {
  switch (origin.kind) {
    case "value":
      return origin.value;
    case "field": {
      const value = event.get(origin.name);
      if (origin.values === undefined || value === undefined || value === null) return value;
      const texts = fieldTexts(value).map((text) => origin.values!.get(text) ?? text);
      return texts.length === 1 ? texts[0] : texts;
    }
    case "join": {
      const parts = origin.names.flatMap((name) => fieldTexts(event.get(name)).filter((text) => text !== ""));
      if (parts.length === 0) return undefined;
      const joined = parts.join(origin.separator);
      const start = origin.starts.find(([from]) => joined.toLowerCase().startsWith(from.toLowerCase()));
      return start === undefined ? joined : start[1] + joined.slice(start[0].length);
    }
  }
}

/** An event under the names of Sigma's taxonomy. */
export class MappedFields implements EventFields {
  readonly #event: EventFields;
  readonly #origins: FieldOrigins;

  constructor(event: EventFields, origins: FieldOrigins) {
    this.#event = event;
    this.#origins = origins;
  }

  get(name: string): FieldValue | undefined {
    const origin = this.#origins.get(name);
    return origin === undefined ? this.#event.get(name) : originValue(origin, this.#event);
  }

  values(): Iterable<FieldValue> {
    return this.#event.values();
  }
}
