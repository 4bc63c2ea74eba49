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
  /** Where the event is a JSON document: its fields as they stand there. */
  readonly spelled?: SpelledFields | undefined;
}

/** Fields as a JSON document spells them, for those who need not know what they say but whether something stands in them. */
export interface SpelledFields {
  /** The document as UTF-8, up to `length`; behind it are some more bytes. */
  readonly bytes: Buffer;
  /** The same bytes, four and two at a time. */
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly length: number;
  /**
   * True where the field is one text in ASCII that is spelled as JSON.stringify does, by the bytes from `start` to `end`.
   * False where there is no such field, undefined where it has to be asked for with `get`.
   */
  locate(name: string): boolean | undefined;
  readonly start: number;
  readonly end: number;
  /**
   * Whether printable ASCII that stands in one of the event's values (case folded) stands in the document as JSON.stringify
   * spells it, but for `<`, `>` and `&`, which may be spelled in other ways.
   */
  isSpelledPlainly(): boolean;
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
