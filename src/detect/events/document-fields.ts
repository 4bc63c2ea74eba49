/**
 * The fields of an event read off its JSON document, where they stand: what nobody asks for is never made a value. They
 * are those that {@link RawEventFields} has of the document when it is parsed; for whatever is asked seldom it is parsed.
 *
 * One object for all documents: what it gave for one is no longer good when the next is read.
 */
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { RawEvent, SourceObject } from "../../events/shapes/raw-event.ts";
import { wholeNumberOf } from "../../events/shapes/source-document.ts";
import { CHANNEL_FIELD, EVENT_ID_FIELD, PROVIDER_FIELD } from "../expression/event-fields.ts";
import type { EventFields, FieldScalar, FieldValue, SpelledFields } from "../expression/event-fields.ts";
import {
  ARRAY,
  DocumentMembers,
  NO_MEMBER,
  NOWHERE,
  OBJECT,
  PAYLOAD,
  SCALAR,
  TOP,
  WINLOG,
} from "../../events/shapes/document-members.ts";
import { BEYOND_ASCII, FOLDED_TO_ASCII, NUMBERED_ESCAPE, RESPELLED } from "../../events/shapes/json-text.ts";
import { fieldValue, isHeaderField, RawEventFields, UNNAMED } from "./raw-event-fields.ts";

/** Traits of names of members. */
const SPACED = 1;
const NAMELESS = 2;
/** A flat document has it for its header, or beside the event: what its field is takes the whole document to tell. */
const FLAT_HEADER = 4;

/** In flat documents, names that are not, or not always, those of payload fields. */
const FLAT_HEADERS: ReadonlySet<string> = new Set(
  `@metadata @timestamp @version ERROR_EVT_UNRESOLVED EventReceivedTime EventTime EventTimeWritten EventTypeOrignal
   EventTypeOriginal EventXML FileName MessageSourceAddress SeverityValue SourceModuleName SourceModuleType host port tags
   type EventType SourceName ProviderGuid EventID Version Task Category Keywords RecordNumber EventRecordID Channel
   Hostname ExecutionProcessID ExecutionThreadID ThreadID UserID AccountName Domain AccountType ActivityID RelatedActivityID
   Message LevelValue Level Severity OpcodeValue Opcode TimeCreated`.split(/\s+/),
);

/** Any of these beside EventID makes a flat document an event. */
const FLAT_MARKS =
  `EventReceivedTime SourceModuleName SourceModuleType SeverityValue EventTime Channel SourceName ProviderGuid
   TimeCreated`.split(/\s+/);

const KNOWN = [...`source_name log_name event_id provider_name channel EventID`.split(" "), ...FLAT_MARKS];

function traitsOf(name: string): number {
  const traits = name.includes(" ") ? SPACED : 0;
  return traits | (UNNAMED.test(name) ? NAMELESS : 0) | (FLAT_HEADERS.has(name) ? FLAT_HEADER : 0);
}

/** Where a shape of documents has the header fields that select rules, and where the payload may stand. */
interface Layout {
  readonly object: number;
  readonly channel: number;
  readonly eventId: number;
  readonly provider: number;
  readonly isFlat: boolean;
}

export class DocumentFields implements EventFields, SpelledFields {
  readonly #members = new DocumentMembers(KNOWN, traitsOf);
  readonly #numbers = new Map(
    ["winlog", ...KNOWN].map((name) => [name, this.#members.names.find(name)!] as const),
  );
  readonly #winlogbeat6 = this.#layout(TOP, "log_name", "event_id", "source_name", false);
  readonly #winlogbeat7 = this.#layout(WINLOG, "channel", "event_id", "provider_name", false);
  readonly #flat = this.#layout(TOP, "Channel", "EventID", "SourceName", true);
  #layoutNow = this.#winlogbeat6;
  #text = "";
  #parsed: RawEventFields | undefined;
  /** Of the document at hand, where {@link locate} found a field. */
  start = 0;
  end = 0;

  /** False where the text is not read this way: it has to be parsed, whatever it is. */
  read(text: string): boolean {
    this.#parsed = undefined;
    this.#text = text;
    if (!this.#members.read(text)) return false;
    const layout = this.#shape();
    if (layout === undefined) return false;
    this.#layoutNow = layout;
    const { payloadIn } = this.#members;
    return payloadIn === NOWHERE || (payloadIn === layout.object && !layout.isFlat);
  }

  get spelled(): SpelledFields {
    return this;
  }

  get bytes(): Buffer {
    return this.#members.bytes;
  }

  get words(): Int32Array {
    return this.#members.words;
  }

  get halves(): Uint16Array {
    return this.#members.halves;
  }

  get length(): number {
    return this.#members.length;
  }

  /** The event of the whole document. */
  get event(): RawEvent {
    return this.#whole().event;
  }

  get(name: string): FieldValue | undefined {
    switch (name) {
      case CHANNEL_FIELD:
        return this.#headerText(this.#layoutNow.channel);
      case PROVIDER_FIELD:
        return this.#headerText(this.#layoutNow.provider);
      case EVENT_ID_FIELD:
        return this.#wholeNumber(this.#layoutNow.eventId);
    }
    const member = this.#payloadMember(name);
    if (member >= 0) return this.#value(member);
    if (this.#isAbsent(name)) return undefined;
    return name === "Data" && !this.#layoutNow.isFlat ? this.#nameless() : this.#whole().get(name);
  }

  values(): Iterable<FieldValue> {
    return this.#whole().values();
  }

  locate(name: string): boolean | undefined {
    if (name === CHANNEL_FIELD || name === PROVIDER_FIELD || name === EVENT_ID_FIELD) return undefined;
    const member = this.#payloadMember(name);
    if (member < 0) return this.#isAbsent(name) ? false : undefined;
    const kind = this.#members.kinds[member]!;
    if ((kind & (BEYOND_ASCII | NUMBERED_ESCAPE | RESPELLED | SCALAR | OBJECT | ARRAY)) !== 0)
      return undefined;
    this.start = this.#members.starts[member]!;
    this.end = this.#members.ends[member]!;
    return true;
  }

  isSpelledPlainly(): boolean {
    const { textTraits, count, kinds, objects } = this.#members;
    if ((textTraits & RESPELLED) !== 0) return false;
    if ((textTraits & BEYOND_ASCII) !== 0 && FOLDED.some((letter) => this.#text.includes(letter)))
      return false;
    const payload = this.#layoutNow.isFlat ? TOP : PAYLOAD;
    for (let member = 0; member < count; member++) {
      if (objects[member] !== payload) continue;
      const kind = kinds[member]!;
      if ((kind & (OBJECT | ARRAY)) !== 0) return false;
      if (kind === SCALAR && !this.#isPlainScalar(member)) return false;
    }
    return true;
  }

  #layout(object: number, channel: string, eventId: string, provider: string, isFlat: boolean): Layout {
    const [channelNumber, idNumber, providerNumber] = [channel, eventId, provider].map((name) =>
      this.#numbers.get(name)!,
    );
    return { object, channel: channelNumber!, eventId: idNumber!, provider: providerNumber!, isFlat };
  }

  /** As `detectShape` tells it. */
  #shape(): Layout | undefined {
    const winlog = this.#find(TOP, "winlog");
    if (winlog !== NO_MEMBER && this.#members.kinds[winlog] === OBJECT) return this.#winlogbeat7;
    if (this.#has("event_id") && (this.#has("log_name") || this.#has("source_name")))
      return this.#winlogbeat6;
    if (!this.#has("EventID")) return undefined;
    return FLAT_MARKS.some((name) => this.#has(name)) ? this.#flat : undefined;
  }

  #find(object: number, name: string): number {
    return this.#members.find(object, this.#numbers.get(name)!);
  }

  #has(name: string): boolean {
    return this.#find(TOP, name) !== NO_MEMBER;
  }

  /** A text that is not empty. */
  #headerText(name: number): string | undefined {
    const member = this.#members.find(this.#layoutNow.object, name);
    if (member < 0 || this.#members.kinds[member]! >= SCALAR) return undefined;
    return this.#members.text(member) || undefined;
  }

  #wholeNumber(name: number): number | undefined {
    const member = this.#members.find(this.#layoutNow.object, name);
    if (member < 0) return undefined;
    const { kinds, starts, ends, bytes } = this.#members;
    const digits = kinds[member] === SCALAR ? digitsOf(bytes, starts[member]!, ends[member]!) : undefined;
    return digits ?? wholeNumberOf(this.#members.value(member));
  }

  /** NO_MEMBER where there is none, or where it takes more to tell. */
  #payloadMember(name: string): number {
    const number = this.#members.names.find(name);
    if (number === undefined) return NO_MEMBER;
    if (this.#layoutNow.isFlat) {
      const isHeader = (this.#members.names.traits[number]! & FLAT_HEADER) !== 0;
      return isHeader ? NO_MEMBER : this.#members.find(TOP, number);
    }
    return name === "xml_name" ? NO_MEMBER : this.#members.find(PAYLOAD, number);
  }

  /** For a name without a payload member: whether it is no field in any other way. */
  #isAbsent(name: string): boolean {
    if (isHeaderField(name) || name === "xml_name") return false;
    if (this.#layoutNow.isFlat) return !(FLAT_HEADERS.has(name) || name === "Data" || this.#hasSpacedTop());
    const traits = this.#members.payloadTraits;
    return (traits & SPACED) === 0 && (name !== "Data" || (traits & NAMELESS) === 0);
  }

  #hasSpacedTop(): boolean {
    const { names, nameNumbers, count } = this.#members;
    for (let member = 0; member < count; member++)
      if ((names.traits[nameNumbers[member]!]! & SPACED) !== 0) return true;
    return false;
  }

  /** The values without a name, as a list. */
  #nameless(): FieldValue | undefined {
    const { names, nameNumbers, objects, count, payloadTraits } = this.#members;
    if ((payloadTraits & SPACED) !== 0) return this.#whole().get("Data");
    const values: FieldScalar[] = [];
    for (let member = 0; member < count; member++) {
      if (objects[member] !== PAYLOAD || (names.traits[nameNumbers[member]!]! & NAMELESS) === 0) continue;
      const value = this.#value(member);
      if (typeof value === "object" && value !== null) values.push(...value);
      else values.push(value);
    }
    return values.length === 0 ? undefined : values;
  }

  #value(member: number): FieldValue {
    if (this.#members.kinds[member]! < SCALAR) return this.#members.text(member);
    return fieldValue(this.#members.value(member));
  }

  #isPlainScalar(member: number): boolean {
    const { starts, ends, bytes } = this.#members;
    const [start, end] = [starts[member]!, ends[member]!];
    if (end - start > PLAIN_SCALAR_BYTES_MAX) return false;
    // Digits, true, false and null; a number with an exponent may be written otherwise as a text.
    for (let at = start; at < end; at++)
      if ((bytes[at]! | 0x20) === 0x65 && bytes[start]! <= 0x39) return false;
    return true;
  }

  #whole(): RawEventFields {
    return (this.#parsed ??= new RawEventFields(readRawEvent(JSON.parse(this.#text) as SourceObject)));
  }
}

const PLAIN_SCALAR_BYTES_MAX = 15;
const FOLDED = FOLDED_TO_ASCII.map((unit) => String.fromCharCode(unit));

const DIGITS_MAX = 9;

/** The number that a few digits make; undefined for anything else. */
function digitsOf(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > DIGITS_MAX) return undefined;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}
