/**
 * Forms that a topic's records take as a table: as they are, as the columns of their documents, as events of the model. A form
 * gives each record a line of JSON, and then the SELECT that reads the lines. Nothing is left out: what has no document has its
 * text in `_value`.
 */
import { SpoorError } from "../../base/errors.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { DocumentColumns } from "./document-columns.ts";
import { objectOf } from "./event-staging.ts";
import { absentColumns, modelColumns, modelRowLine, readLines } from "./event-tables.ts";
import { exactDocument } from "./exact-document.ts";

/** A record of a topic, read and decoded. */
export interface TopicRecord {
  readonly key: string | null;
  /** JSON where the value is of a registered schema; bytes that are no text as `0x…`. */
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
  /** −1: the producer gave none. */
  readonly timestampMs: number;
  readonly partition: number;
  readonly offset: number;
}

export interface RecordForm {
  line(record: TopicRecord): string;
  /**
   * A SELECT over a file of lines that the form gave, with the columns of all lines so far.
   * @param longest bytes of the longest line
   */
  select(path: string, longest: number): string;
  /** What each column is, by its name: where that has changed, what was made before does not fit any more. */
  shape(): ReadonlyMap<string, string>;
}

/** What every form says of a record, besides what is in it. */
const RECORD_COLUMNS = {
  _key: "VARCHAR",
  _timestamp: "BIGINT",
  _partition: "INTEGER",
  _offset: "BIGINT",
  _headers: "STRUCT(name VARCHAR, value VARCHAR)[]",
} as const;
const RECORD_COLUMN_NAMES = Object.keys(RECORD_COLUMNS);
/** The text of a record that has no document. */
const VALUE_COLUMN = "_value";
/** A document's member of such a name gets another. */
const OWN_NAMES: ReadonlySet<string> = new Set([VALUE_COLUMN, ...RECORD_COLUMN_NAMES]);

/** The record's own members of a line, without the closing brace. */
function recordMembers({ key, timestampMs, partition, offset, headers }: TopicRecord): string {
  const headerText = headers.length === 0 ? "" : `,"_headers":${JSON.stringify(headers)}`;
  return `{"_key":${JSON.stringify(key)},"_timestamp":${timestampMs < 0 ? "null" : timestampMs},"_partition":${partition},"_offset":${offset}${headerText}`;
}

/** @param others name and type of the columns that documents have */
function reader(
  path: string,
  longest: number,
  others: readonly (readonly [name: string, type: string])[],
): string {
  const own: readonly [string, string][] = [...Object.entries(RECORD_COLUMNS), [VALUE_COLUMN, "VARCHAR"]];
  const list = [...own, ...others]
    .map(([name, type]) => `${quotedText(name)}: ${quotedText(type)}`)
    .join(", ");
  return `(SELECT * REPLACE (make_timestamp(_timestamp * 1000) AS _timestamp) FROM ${readLines(path, list, longest)})`;
}

/** Records as they are. */
export class RawForm implements RecordForm {
  line(record: TopicRecord): string {
    return `${recordMembers(record)},"_value":${JSON.stringify(record.value)}}`;
  }

  select(path: string, longest: number): string {
    return `SELECT _key, _value, _timestamp, _partition, _offset, _headers FROM ${reader(path, longest, [])}`;
  }

  shape(): ReadonlyMap<string, string> {
    return new Map();
  }
}

/** JSON documents as their members: see {@link DocumentColumns}. */
export class DocumentForm implements RecordForm {
  readonly #columns = new DocumentColumns();
  readonly #rewritten: boolean;

  /** @param rewritten every document is written anew: the database takes no object in which a name stands twice */
  constructor(rewritten: boolean) {
    this.#rewritten = rewritten;
  }

  line(record: TopicRecord): string {
    const { value } = record;
    const document = value === null ? undefined : objectOf(value);
    if (value === null || document === undefined)
      return `${recordMembers(record)},"_value":${JSON.stringify(value)}}`;
    const free = withoutOwnNames(document);
    const isOther =
      this.#columns.add(free).length > 0 || free !== document || this.#rewritten || value.includes("\n");
    return joined(record, isOther ? this.#exact(value) : value.trim());
  }

  select(path: string, longest: number): string {
    const columns = this.#columns.top().map(({ name, type }) => [name, type] as const);
    return this.#columns.flattened(reader(path, longest, columns), [...OWN_NAMES]);
  }

  shape(): ReadonlyMap<string, string> {
    return this.#columns.shape([...OWN_NAMES]);
  }

  #exact(value: string): string {
    return JSON.stringify(this.#columns.respelled(withoutOwnNames(exactDocument(Buffer.from(value)))));
  }
}

/** A record's own members and those of the document. */
function joined(record: TopicRecord, object: string): string {
  const members = object.slice(1).trimStart();
  return `${recordMembers(record)}${members === "}" ? "" : ","}${members}`;
}

/** The document itself where it has no member of a record's own names, else a copy with other names for these. */
function withoutOwnNames(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Object.keys(document).some(isOwnName)) return document;
  const entries = Object.entries(document).map(([name, value]) => [
    isOwnName(name) ? `document${name}` : name,
    value,
  ]);
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}

function isOwnName(name: string): boolean {
  return name.startsWith("_") && OWN_NAMES.has(name.toLowerCase());
}

/** Windows events in OSSEM's words. */
export class EventForm implements RecordForm {
  readonly #columns = new DocumentColumns();
  readonly #model: EventModel;

  constructor(model: EventModel) {
    this.#model = model;
  }

  line(record: TopicRecord): string {
    const document = record.value === null ? undefined : objectOf(record.value);
    const row = document === undefined ? undefined : this.#row(document);
    return row === undefined
      ? `${recordMembers(record)},"_value":${JSON.stringify(record.value)}}`
      : joined(record, row);
  }

  select(path: string, longest: number): string {
    const columns = modelColumns(this.#model, this.#columns);
    const types = columns.map(({ name, read }) => [name, read] as const);
    const list = columns.map(({ name, isTime }) => {
      const column = quotedName(name);
      return isTime ? `make_timestamp(${column}) AS ${column}` : column;
    });
    list.push(...absentColumns(columns), ...OWN_NAMES);
    return `SELECT ${list.join(", ")} FROM ${reader(path, longest, types)}`;
  }

  shape(): ReadonlyMap<string, string> {
    return new Map(modelColumns(this.#model, this.#columns).map(({ name, read }) => [name, read]));
  }

  /** Undefined where the document is no Windows event. */
  #row(document: Readonly<Record<string, unknown>>): string | undefined {
    try {
      return modelRowLine(this.#model, this.#columns, withoutOwnNames(document));
    } catch (error) {
      if (error instanceof SpoorError) return undefined;
      throw error;
    }
  }
}
