/**
 * Records of events as rows of the layers. One pass makes both: the event is parsed once, normalised by the model, and
 * stands in bronze as it came and in silver as the model has it. Nothing a record holds makes this throw; what cannot be read
 * is in bronze with the reason, and counted.
 */
import { isUtf8 } from "node:buffer";
import { SpoorError } from "../../base/errors.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import type { DocumentColumns } from "../../events/model/plan/document-columns.ts";
import type { ModelRow } from "../../events/model/columns/column-type.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { LINE_BYTES_MAX } from "../parquet/row-source.ts";
import {
  BRONZE_MODEL_COLUMNS,
  BRONZE_TABLE,
  PLAIN_BRONZE,
  bronzeRow,
  plainBronzeHead,
  sourcetypeOf,
  undecodableRow,
} from "./bronze-table.ts";
import type { RecordOrigin } from "./bronze-table.ts";
import type { PartitionValues } from "../delta/actions.ts";
import { PLAIN_BYTES_MAX } from "./plain-rows.ts";
import type { RowBatch } from "./row-batch.ts";
import { eventDate, silverRow, silverTable } from "./silver-table.ts";
import type { SilverTable } from "./silver-table.ts";

/** Each source type is a folder of every day: what comes beyond so many goes under {@link OTHER_SOURCETYPES}. */
const SOURCETYPES_MAX = 512;
export const OTHER_SOURCETYPES = "other";
/** A character of JSON takes at most so many bytes of a line. */
const LINE_UNITS_MAX = Math.floor(LINE_BYTES_MAX / 3);

/** Days and source types that are remembered; beyond, all are made anew as they come. */
const PARTITIONS_KEPT = 8192;
/** Above it an event is no plain row, whatever its head. */
const PLAIN_UNITS_MAX = PLAIN_BYTES_MAX / 8;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Why a record is no row of silver. `no-table`: a good event of a kind that the model has no table for. */
export type Leftover = "not-utf8" | "not-json" | "not-an-event" | "empty" | "too-large" | "no-table";

export interface EventLayers {
  /** The bronze table's place in the lake, `bronze/<topic>`; undefined: no bronze. */
  readonly bronze: string | undefined;
  readonly silver: boolean;
}

interface PlacedTable extends SilverTable {
  readonly place: string;
}

/** The place of a silver table in its lake. */
export function silverPlace(table: string): string {
  return `silver/${table}`;
}

export class EventShaper {
  /** Records that did not become a row of silver, by reason. */
  readonly leftovers = new Map<Leftover, number>();
  readonly #model: EventModel;
  readonly #documents: DocumentColumns;
  readonly #layers: EventLayers;
  readonly #silver = new Map<string, PlacedTable>();
  readonly #sourcetypes = new Set<string>();
  readonly #partitions = new Map<string, PartitionValues>();

  constructor(model: EventModel, layers: EventLayers) {
    this.#model = model;
    this.#documents = model.documentColumns(BRONZE_MODEL_COLUMNS);
    this.#layers = layers;
  }

  /**
   * A bronze row whose columns are read off the document as it stands: no value is made that nobody asks for. False where that
   * cannot be, for whatever reason.
   */
  #addUnparsed(bytes: Buffer, origin: RecordOrigin, source: string, batch: RowBatch): boolean {
    const { bronze, silver } = this.#layers;
    if (bronze === undefined || silver || bytes.length >= PLAIN_UNITS_MAX) return false;
    if (bytes.includes(NEWLINE) || bytes.includes(RETURN)) return false;
    const row = this.#documents.read(bytes);
    return row !== undefined && this.#addPlain(bronze, row, bytes, origin, source, batch);
  }

  /** Adds the record's rows to the batch. `bytes` null is a tombstone; they are not kept. */
  shape(bytes: Buffer | null, origin: RecordOrigin, source: string, batch: RowBatch): void {
    if (bytes === null)
      return this.#leave("empty", "the record has no value", null, null, origin, source, batch);
    if (!isUtf8(bytes)) {
      const base64 = bytes.toString("base64");
      return this.#leave("not-utf8", "the value is no UTF-8", null, base64, origin, source, batch);
    }
    if (this.#addUnparsed(bytes, origin, source, batch)) return;
    const text = bytes.toString("utf8");
    let row: ModelRow;
    try {
      row = this.#model.normalize(readRawEvent(documentOf(text)));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof SpoorError)) throw error;
      const reason = error instanceof SyntaxError ? "not-json" : "not-an-event";
      return this.#leave(reason, error.message, text, null, origin, source, batch);
    }
    const { bronze } = this.#layers;
    if (bronze !== undefined && !this.#addBronze(bronze, row, bytes, text, origin, source, batch))
      return this.#leave("too-large", `${bytes.length} bytes`, null, null, origin, source, batch);
    if (this.#layers.silver) this.#addSilver(row, origin, source, batch);
  }

  /** False where the row is too large. */
  #addBronze(
    bronze: string,
    row: ModelRow,
    bytes: Buffer,
    text: string,
    origin: RecordOrigin,
    source: string,
    batch: RowBatch,
  ): boolean {
    const isOneLine = text.length < PLAIN_UNITS_MAX && !text.includes("\n") && !text.includes("\r");
    if (isOneLine && this.#addPlain(bronze, row, bytes, origin, source, batch)) return true;
    const line = bronzeRow(row, text, origin, this.#sourcetype(row));
    if (line.length > LINE_UNITS_MAX) return false;
    batch.add(bronze, BRONZE_TABLE, source, origin.offset, line);
    return true;
  }

  /** False where the row cannot be a plain one. */
  #addPlain(
    bronze: string,
    row: ModelRow,
    bytes: Buffer,
    origin: RecordOrigin,
    source: string,
    batch: RowBatch,
  ): boolean {
    const sourcetype = this.#sourcetype(row);
    const head = plainBronzeHead(row, origin, sourcetype);
    if (head === undefined) return false;
    const partition = this.#partitionOf(eventDate(row, origin), sourcetype);
    batch.addPlain(bronze, PLAIN_BRONZE, source, origin.offset, head, bytes, partition);
    return true;
  }

  #addSilver(row: ModelRow, origin: RecordOrigin, source: string, batch: RowBatch): void {
    const name = this.#model.tableOf(row);
    const silver = name === undefined ? undefined : this.#silverOf(name);
    if (silver === undefined) return this.#count("no-table");
    const date = eventDate(row, origin);
    const line = silverRow(row, silver, origin, date);
    if (line.length > LINE_UNITS_MAX) return this.#count("too-large");
    const known = { partition: this.#partitionOf(date), columns: silver.columns };
    batch.add(silver.place, silver.spec, source, origin.offset, line, known);
  }

  /** One object for each partition, so that the rows of a batch find together. */
  #partitionOf(date: string, sourcetype?: string): PartitionValues {
    const key = sourcetype === undefined ? date : `${date}/${sourcetype}`;
    let partition = this.#partitions.get(key);
    if (partition === undefined) {
      if (this.#partitions.size >= PARTITIONS_KEPT) this.#partitions.clear();
      partition =
        sourcetype === undefined ? { _event_date: date } : { _event_date: date, _sourcetype: sourcetype };
      this.#partitions.set(key, partition);
    }
    return partition;
  }

  #silverOf(name: string): PlacedTable | undefined {
    const known = this.#silver.get(name);
    if (known !== undefined) return known;
    const table = this.#model.table(name);
    if (table === undefined) return undefined;
    const silver = { ...silverTable(table), place: silverPlace(name) };
    this.#silver.set(name, silver);
    return silver;
  }

  /** Into bronze as it is, where it fits; where not, its place in the topic is there. */
  #leave(
    reason: Leftover,
    detail: string,
    text: string | null,
    base64: string | null,
    origin: RecordOrigin,
    source: string,
    batch: RowBatch,
  ): void {
    this.#count(reason);
    const { bronze } = this.#layers;
    if (bronze === undefined) return;
    const error = `${reason}: ${detail}`.slice(0, 500);
    const line = undecodableRow({ text, base64 }, error, origin);
    const fits = line.length <= LINE_UNITS_MAX;
    const kept = fits ? line : undecodableRow({ text: null, base64: null }, `${error}; too large`, origin);
    batch.add(bronze, BRONZE_TABLE, source, origin.offset, kept);
  }

  #sourcetype(row: ModelRow): string {
    const name = sourcetypeOf(row);
    if (this.#sourcetypes.has(name)) return name;
    if (this.#sourcetypes.size >= SOURCETYPES_MAX) return OTHER_SOURCETYPES;
    this.#sourcetypes.add(name);
    return name;
  }

  #count(reason: Leftover): void {
    this.leftovers.set(reason, (this.leftovers.get(reason) ?? 0) + 1);
  }
}

/** @throws SyntaxError where the text is no JSON object */
function documentOf(text: string): SourceObject {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as SourceObject;
  throw new SyntaxError("the value is no JSON object");
}
