/**
 * Records of events as rows of the layers. One pass makes both: the event is parsed once, normalised by the model, and
 * stands in bronze as it came and in silver as the model has it. Nothing a record holds makes this throw; what cannot be read
 * is in bronze with the reason, and counted.
 */
import { isUtf8 } from "node:buffer";
import { SpoorError } from "../../base/errors.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import type { ModelRow } from "../../events/model/columns/column-type.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { LINE_BYTES_MAX } from "../parquet/row-source.ts";
import { BRONZE_TABLE, bronzeRow, sourcetypeOf, undecodableRow } from "./bronze-table.ts";
import type { RecordOrigin } from "./bronze-table.ts";
import type { RowBatch } from "./row-batch.ts";
import { silverRow, silverTable } from "./silver-table.ts";
import type { SilverTable } from "./silver-table.ts";

/** Each source type is a folder of every day: what comes beyond so many goes under {@link OTHER_SOURCETYPES}. */
const SOURCETYPES_MAX = 512;
export const OTHER_SOURCETYPES = "other";
/** A character of JSON takes at most so many bytes of a line. */
const LINE_UNITS_MAX = Math.floor(LINE_BYTES_MAX / 3);

/** Why a record is no row of silver. `no-table`: a good event of a kind that the model has no table for. */
export type Leftover = "not-utf8" | "not-json" | "not-an-event" | "empty" | "too-large" | "no-table";

export interface EventLayers {
  /** The bronze table's place in the lake, `bronze/<topic>`; undefined: no bronze. */
  readonly bronze: string | undefined;
  readonly silver: boolean;
}

/** The place of a silver table in its lake. */
export function silverPlace(table: string): string {
  return `silver/${table}`;
}

export class EventShaper {
  /** Records that did not become a row of silver, by reason. */
  readonly leftovers = new Map<Leftover, number>();
  readonly #model: EventModel;
  readonly #layers: EventLayers;
  readonly #silver = new Map<string, SilverTable>();
  readonly #sourcetypes = new Set<string>();

  constructor(model: EventModel, layers: EventLayers) {
    this.#model = model;
    this.#layers = layers;
  }

  /** Adds the record's rows to the batch. `bytes` null is a tombstone; they are not kept. */
  shape(bytes: Buffer | null, origin: RecordOrigin, source: string, batch: RowBatch): void {
    if (bytes === null)
      return this.#leave("empty", "the record has no value", null, null, origin, source, batch);
    if (!isUtf8(bytes)) {
      const base64 = bytes.toString("base64");
      return this.#leave("not-utf8", "the value is no UTF-8", null, base64, origin, source, batch);
    }
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
    if (bronze !== undefined) {
      const line = bronzeRow(row, text, origin, this.#sourcetype(row));
      if (line.length > LINE_UNITS_MAX)
        return this.#leave("too-large", `${bytes.length} bytes`, null, null, origin, source, batch);
      batch.add(bronze, BRONZE_TABLE, source, origin.offset, line);
    }
    if (this.#layers.silver) this.#addSilver(row, origin, source, batch);
  }

  #addSilver(row: ModelRow, origin: RecordOrigin, source: string, batch: RowBatch): void {
    const found = this.#model.tableRow(row);
    if (found === undefined) return this.#count("no-table");
    const { name } = found.table;
    let silver = this.#silver.get(name);
    if (silver === undefined) {
      silver = silverTable(found.table);
      this.#silver.set(name, silver);
    }
    const line = silverRow(found.row, silver, origin);
    if (line.length > LINE_UNITS_MAX) return this.#count("too-large");
    batch.add(silverPlace(name), silver.spec, source, origin.offset, line);
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
