/**
 * How detection sees an event: fields by name. The names are the source's own (`Image`, `CommandLine`, `EventID`, `Channel`,
 * `Provider_Name`), as Sigma's taxonomy has them for Windows events: attributes of the System element are joined by an
 * underscore. A field is asked for only when a rule needs it, so an implementation may decode lazily.
 */
export interface EventFields {
  /** `undefined` where the event has no such field, `null` where it has one without a value. */
  get(name: string): FieldValue | undefined;
  /** Every value of the event, for keyword searches. */
  values(): Iterable<FieldValue>;
}

export type FieldScalar = string | number | bigint | boolean | null;

/** A field that occurs several times in an event is a list; a test holds when it holds for one element. */
export type FieldValue = FieldScalar | readonly FieldScalar[];

export const CHANNEL_FIELD = "Channel";
export const EVENT_ID_FIELD = "EventID";
export const PROVIDER_FIELD = "Provider_Name";

/** A scalar as the text that tests compare with. */
export function scalarText(value: Exclude<FieldScalar, null>): string {
  return typeof value === "string" ? value : String(value);
}

/** The texts of a field; nothing for a field that is absent or null. */
export function fieldTexts(value: FieldValue | undefined): readonly string[] {
  if (value === undefined || value === null) return NO_TEXTS;
  if (typeof value !== "object") return [scalarText(value)];
  return value.filter((item) => item !== null).map(scalarText);
}

const NO_TEXTS: readonly string[] = [];

/** An event as a plain record of names and values. */
export class RecordFields implements EventFields {
  readonly #record: Readonly<Record<string, FieldValue>>;

  constructor(record: Readonly<Record<string, FieldValue>>) {
    this.#record = record;
  }

  get(name: string): FieldValue | undefined {
    return Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
  }

  values(): Iterable<FieldValue> {
    return Object.values(this.#record);
  }
}
