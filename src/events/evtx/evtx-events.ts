import type { ByteStream } from "../files/byte-stream.ts";
import { eventDocument } from "../shapes/event-document.ts";
import type { RawEvent } from "../shapes/raw-event.ts";
import { rawEventOf } from "../xml/element-event.ts";
import type { EventElement } from "../xml/event-element.ts";
import { fileTimeText } from "./binary-text.ts";
import { BinXmlFault } from "./binxml-fault.ts";
import { BinXmlParser } from "./binxml-parser.ts";
import { CHUNK_BYTES, chunkRecords, WRITTEN_BEFORE } from "./evtx-chunk.ts";
import type { RecordPlace } from "./evtx-chunk.ts";
import type { DamageSink, FoundDamageSink } from "./evtx-damage.ts";
import { evtxChunks } from "./evtx-file.ts";
import type { EvtxChunk } from "./evtx-file.ts";
import { EventExpander } from "./expand-event.ts";

/** A record of a log file, its XML as a tree. */
export interface EvtxRecord {
  readonly element: EventElement;
  /** The record's number in the file, which is not the event's record id where the file is an export. */
  readonly number: number;
  /** When the event log service wrote it: ISO 8601 in UTC with seven decimals. */
  readonly written: string;
}

/**
 * The records of an event log file, a chunk's at a time; memory is one chunk's, however large the file is. A record that
 * cannot be read is told to `damage` and left out.
 * @throws SpoorError EVENTS_NOT_EVTX where the file is none
 */
export async function* evtxRecords(
  name: string,
  source: ByteStream,
  damage: DamageSink,
): AsyncGenerator<readonly EvtxRecord[], void, undefined> {
  let reader: ChunkReader | undefined;
  let afterEvents = 0;
  const found: FoundDamageSink = (each) => damage({ ...each, afterEvents });
  for await (const chunk of evtxChunks(name, source, found)) {
    reader ??= new ChunkReader(chunk.bytes);
    const records: EvtxRecord[] = [];
    for (const record of reader.records(chunk, found)) {
      records.push(record);
      afterEvents++;
    }
    yield records;
  }
}

/** The events of an event log file, a chunk's at a time, as {@link evtxRecords} gives them. */
export async function* evtxEvents(
  name: string,
  source: ByteStream,
  damage: DamageSink,
): AsyncGenerator<readonly RawEvent[], void, undefined> {
  for await (const records of evtxRecords(name, source, damage)) yield records.map(evtxEvent);
}

/** How far a log that grows was read, by the numbers of its records, which only rise. */
export interface RecordProgress {
  /** Records up to this number were delivered before and are left out; −1: none was. */
  readonly after: number;
  /** The greatest number met; it grows while the log is read. */
  last: number;
}

/** The events of an event log file as documents, one a line, a chunk's at a time; see `eventDocument`. */
export async function* evtxLines(
  name: string,
  source: ByteStream,
  damage: DamageSink,
  progress: RecordProgress = { after: -1, last: -1 },
): AsyncGenerator<Buffer, void, undefined> {
  for await (const records of evtxRecords(name, source, damage)) {
    let lines = "";
    for (const record of records) {
      if (record.number <= progress.after) continue;
      lines += `${eventDocument(evtxEvent(record))}\n`;
      progress.last = Math.max(progress.last, record.number);
    }
    if (lines !== "") yield Buffer.from(lines, "utf8");
  }
}

/** `rest` has the record's number and time of writing as `Record`. */
export function evtxEvent({ element, number, written }: EvtxRecord): RawEvent {
  return rawEventOf(element, "evtx", { Record: { Number: number, TimeWritten: written } });
}

/** Reads chunk after chunk in the same buffer. */
class ChunkReader {
  readonly #bytes: Buffer;
  readonly #parser: BinXmlParser;
  readonly #expander: EventExpander;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#parser = new BinXmlParser(bytes);
    this.#expander = new EventExpander(bytes, this.#parser);
  }

  *records({ place }: EvtxChunk, damage: FoundDamageSink): Generator<EvtxRecord> {
    this.#parser.reset();
    for (const record of chunkRecords(this.#bytes, place, damage)) {
      try {
        yield this.#record(record);
      } catch (error) {
        if (!(error instanceof BinXmlFault)) throw error;
        const offset = place.fileOffset + Math.min(error.offset, CHUNK_BYTES);
        const detail = `record ${record.number} in chunk ${place.number}: ${error.message}`;
        damage({ reason: "bad BinXML", offset, detail, lostEvents: 1 });
      }
    }
  }

  #record({ start, end, number }: RecordPlace): EvtxRecord {
    const element = this.#expander.event(this.#parser.record(start, end), start);
    return { element, number, written: fileTimeText(this.#bytes, start - WRITTEN_BEFORE) };
  }
}
