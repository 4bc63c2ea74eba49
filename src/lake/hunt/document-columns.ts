/**
 * Which columns the documents of event files make, whatever shape they have: the payload (`event_data`, `user_data` of
 * Winlogbeat 6; the same under `winlog` for 7 and later) and `winlog` itself are lifted to the top, all else stays where it is.
 * Names count without case, as Spark's and DuckDB's do: Sysmon writes `SourceProcessGuid` in one event and `SourceProcessGUID`
 * in another, and both are one
 * column, in the spelling that was met first.
 *
 * A column's type is the narrowest that holds all its values: texts, whole numbers, numbers, booleans, lists of texts, objects;
 * where kinds are mixed it is text, where an object is among them JSON text.
 */
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { isExactNumber } from "./exact-document.ts";

/** What a value of a document is; a column's kind is that of all its values. */
type Kind = "text" | "integer" | "huge" | "number" | "boolean" | "texts" | "object" | "json";

interface Member {
  readonly name: string;
  kind: Kind | undefined;
  /** Of an object, its members by every spelling they were met in. */
  readonly members: Map<string, Member>;
  /** The same by lower-case name: each once. */
  readonly distinct: Map<string, Member>;
}

/** Names in a document that are not in the one spelling of their column. */
export interface Respelling {
  readonly from: string;
  readonly to: string;
}

function emptyMember(name: string, kind: Kind | undefined): Member {
  return { name, kind, members: new Map(), distinct: new Map() };
}

/** Objects whose members become columns of their own. */
export const LIFTED: ReadonlySet<string> = new Set(["event_data", "user_data", "winlog"]);
/** Deeper objects are JSON text. */
const DEPTH_MAX = 5;
/** Members of all documents together; more (keys made of data) are left to a column of JSON. */
const MEMBERS_MAX = 20_000;

export class DocumentColumns {
  readonly #root = emptyMember("", "object");
  #members = 0;
  #hasFlatDocuments = false;

  /**
   * Takes note of a document.
   * @returns the names in it that are to be written otherwise, one for each place
   */
  add(document: Readonly<Record<string, unknown>>): readonly Respelling[] {
    const respelled: Respelling[] = [];
    this.#object(this.#root, document, respelled, 0);
    if (document["event_data"] === undefined && document["winlog"] === undefined)
      this.#hasFlatDocuments ||= "EventID" in document;
    return respelled;
  }

  /** A document with each name in its column's spelling; only of one that was added. */
  respelled(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return respelledObject(this.#root, document);
  }

  #object(
    into: Member,
    object: Readonly<Record<string, unknown>>,
    respelled: Respelling[],
    depth: number,
  ): void {
    for (const key in object) {
      let member = into.members.get(key) ?? this.#learn(into, key);
      // Two spellings in one document are two values.
      if (member !== undefined && isTaken(member, key, object)) member = this.#learn(into, secondName(key));
      if (member === undefined) {
        into.kind = "json";
        return;
      }
      if (member.name !== key) respelled.push({ from: key, to: member.name });
      this.#value(member, object[key], respelled, depth);
    }
  }

  #value(member: Member, value: unknown, respelled: Respelling[], depth: number): void {
    if (value === null || value === undefined) return;
    const kind = kindOf(value);
    if (member.kind !== kind) member.kind = member.kind === undefined ? kind : joined(member.kind, kind);
    if (kind !== "object") return;
    if (depth < DEPTH_MAX)
      this.#object(member, value as Readonly<Record<string, unknown>>, respelled, depth + 1);
    else member.kind = "json";
  }

  #learn(into: Member, key: string): Member | undefined {
    const lower = key.toLowerCase();
    let member = into.distinct.get(lower);
    if (member === undefined) {
      if (this.#members >= MEMBERS_MAX) return undefined;
      this.#members++;
      member = emptyMember(key, undefined);
      into.distinct.set(lower, member);
    }
    into.members.set(key, member);
    return member;
  }

  /** The documents' own members, with the types that hold all their values. */
  top(): readonly { readonly name: string; readonly type: string }[] {
    return [...this.#root.distinct.values()].map((member) => ({ name: member.name, type: typeOf(member) }));
  }

  /** The documents' columns as `read_json` wants them: name and type. */
  readerColumns(): string {
    const columns = this.top().map(({ name, type }) => `${quotedText(name)}: ${quotedText(type)}`);
    return columns.length === 0 ? "'@timestamp': 'VARCHAR'" : columns.join(", ");
  }

  /**
   * A SELECT of the flattened columns over what `read_json` gives.
   * @param others columns of the lines besides the documents' own: they stand last. No document has a member of their names
   */
  flattened(from: string, others: readonly string[] = []): string {
    const columns = this.#flat(others);
    const list = columns.map(({ name, source }) => `${source} AS ${quotedName(name)}`);
    list.push(...others.map(quotedName));
    return `SELECT ${list.length === 0 ? '"@timestamp"' : list.join(", ")} FROM ${from}`;
  }

  /** What each column of {@link flattened} is made of, by its name: where that has changed, so has the column. */
  shape(others: readonly string[] = []): ReadonlyMap<string, string> {
    return new Map(this.#flat(others).map(({ name, source, types }) => [name, `${source}: ${types}`]));
  }

  #flat(others: readonly string[]): FlatColumn[] {
    return flatColumns(this.#root, this.#hasFlatDocuments, others);
  }
}

/** A value's place in the documents. */
interface Place {
  readonly name: string;
  readonly source: string;
  readonly type: string;
}

interface FlatColumn {
  readonly name: string;
  readonly source: string;
  readonly types: string;
}

/** Places by the lower-case name that their column has, in the order in which they were met. */
type Places = Map<string, Place[]>;

/**
 * The columns: one for each name, of the first place of its that has a value. Where a name stands in the payload and beside it,
 * the payload has it; but for names that hunts ask of every event.
 */
function flatColumns(root: Member, hasFlatDocuments: boolean, reserved: readonly string[]): FlatColumn[] {
  const payload: Places = new Map();
  const envelope: Places = new Map();
  collect(root, [], envelope, payload);
  const named: FlatColumn[] = [];
  const taken = new Set<string>(reserved);
  const put = (places: readonly Place[], prefix: string): void => {
    let name = prefix + places[0]!.name;
    while (taken.has(name.toLowerCase())) name = `${name}_2`;
    taken.add(name.toLowerCase());
    named.push({ name, source: firstValue(places), types: places.map(({ type }) => type).join() });
  };
  const later: (() => void)[] = [];
  for (const [lower, places] of envelope) {
    const inPayload = payload.get(lower);
    if (inPayload === undefined) put(places, "");
    else if (KEPT.has(lower)) {
      put(places, "");
      payload.delete(lower);
      later.push(() => put(inPayload, "event_data_"));
    } else if (hasFlatDocuments && !COLLECTORS.has(lower)) inPayload.push(...places);
    else later.push(() => put(places, "envelope_"));
  }
  for (const places of payload.values()) put(places, "");
  for (const each of later) each();
  return named;
}

function collect(member: Member, path: readonly string[], into: Places, payload: Places): void {
  for (const each of member.distinct.values()) {
    const here = [...path, each.name];
    const lower = each.name.toLowerCase();
    if (each.kind === "object" && each.distinct.size > 0 && LIFTED.has(lower))
      collect(each, here, lower === "winlog" ? into : payload, payload);
    else {
      const name = columnName(each.name);
      const place = { name, source: here.map(quotedName).join("."), type: typeOf(each) };
      const known = into.get(name.toLowerCase());
      if (known === undefined) into.set(name.toLowerCase(), [place]);
      else known.push(place);
    }
  }
}

function firstValue(places: readonly Place[]): string {
  const [first, ...others] = places;
  if (others.length === 0) return first!.source;
  const isOneType = others.every(({ type }) => type === first!.type);
  const sources = places.map(({ source }) => (isOneType ? source : `CAST(${source} AS VARCHAR)`));
  return `COALESCE(${sources.join(", ")})`;
}

/** What hunts ask of every event: a payload's own field of that name does not hide it. */
const KEPT: ReadonlySet<string> = new Set(
  "@timestamp channel computer_name hostname event_id eventid source_name sourcename provider_name record_number record_id message".split(
    " ",
  ),
);

/** What collectors say of themselves or of the event as a whole, whatever the payload calls so. */
const COLLECTORS: ReadonlySet<string> = new Set(
  "type version level task opcode keywords user host beat agent tags port ecs event log process process_id thread_id activity_id".split(
    " ",
  ),
);

/** Winlogbeat 6 calls the channel `log_name`; hunts call it `channel`. */
function columnName(name: string): string {
  return name === "log_name" ? "channel" : name;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);
}

function isTaken({ name }: Member, key: string, object: Readonly<Record<string, unknown>>): boolean {
  return name !== key && Object.hasOwn(object, name);
}

function secondName(key: string): string {
  return `${key}_2`;
}

function respelledObject(
  member: Member,
  object: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const key in object) {
    const met = member.members.get(key);
    const inner = met !== undefined && isTaken(met, key, object) ? member.members.get(secondName(key)) : met;
    const value = object[key];
    const isObject = inner !== undefined && isPlainObject(value);
    out[inner?.name ?? key] = isObject
      ? respelledObject(inner, value as Readonly<Record<string, unknown>>)
      : value;
  }
  return out;
}

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "boolean";
    case "bigint":
      return "integer";
    case "number":
      if (!Number.isInteger(value)) return "number";
      return value >= 2 ** 63 || value < -(2 ** 63) ? "huge" : "integer";
    default:
      if (Array.isArray(value)) return value.every((each) => typeof each === "string") ? "texts" : "json";
      return "object";
  }
}

const NUMBERS: readonly Kind[] = ["integer", "huge", "number"];

function joined(a: Kind, b: Kind): Kind {
  const [x, y] = [NUMBERS.indexOf(a), NUMBERS.indexOf(b)];
  if (x >= 0 && y >= 0) return NUMBERS[Math.max(x, y)]!;
  return isScalar(a) && isScalar(b) ? "text" : "json";
}

function isScalar(kind: Kind): boolean {
  return kind !== "object" && kind !== "texts" && kind !== "json";
}

function typeOf({ kind, distinct }: Member): string {
  switch (kind) {
    case "integer":
      return "BIGINT";
    case "huge":
      return "HUGEINT";
    case "number":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "texts":
      return "VARCHAR[]";
    case "json":
      return "JSON";
    case "object": {
      const inner = [...distinct.values()].map((each) => `${quotedName(each.name)} ${typeOf(each)}`);
      return inner.length === 0 ? "JSON" : `STRUCT(${inner.join(", ")})`;
    }
    case "text":
    case undefined:
      return "VARCHAR";
  }
}
