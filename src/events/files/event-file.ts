import { SpoorError } from "../../base/errors.ts";
import { eventErrors } from "../errors.ts";
import { DamageCount } from "../evtx/evtx-damage.ts";
import type { EvtxDamage } from "../evtx/evtx-damage.ts";
import { evtxLines } from "../evtx/evtx-events.ts";
import type { RecordProgress } from "../evtx/evtx-events.ts";
import { xmlLines } from "../xml/xml-events.ts";
import type { BlockCutter } from "./block-cutter.ts";
import { documentLayout, hasContentHead, utf8MarkBytes } from "./content-kind.ts";
import { peek, ReadFault, skipBytes } from "./byte-stream.ts";
import type { ByteStream, ReadCounter } from "./byte-stream.ts";
import { DocumentCutter } from "./document-cutter.ts";
import { eventPaths } from "./event-paths.ts";
import { eventMembers } from "./event-members.ts";
import { fileMembers, streamMembers } from "./file-members.ts";
import type { EventMember, SkippedMember } from "./file-members.ts";
import { BAD_LINE_SAMPLES, defaultLineOptions } from "./line-block.ts";
import type { BadLine, BadLines, LineBlock, LineOptions } from "./line-block.ts";
import { LineCutter } from "./line-cutter.ts";

/** How far the reading is. Rate and time left are for the caller, who has a clock. */
export interface ReadProgress {
  /** Bytes as they stand on disk: compressed ones of a compressed file. */
  readonly bytesRead: number;
  /** Unknown for a stream. */
  readonly bytesTotal: number | undefined;
  /** Documents delivered. */
  readonly lines: number;
  /** What is being read. */
  readonly member: string;
}

export interface EventFileOptions extends Partial<LineOptions> {
  /** What the path `-` reads. */
  readonly stdin?: ByteStream;
  /** Told of each bad line as it is met, beyond the sample that is kept. */
  readonly onBadLine?: (bad: BadLine) => void;
  /** Of one event log that grows: which of its records are new. */
  readonly records?: RecordProgress;
}

const SKIPPED_SAMPLES = 20;

/**
 * Opens a recorded event file, a folder of them, or (`-`) the stream handed in as `stdin`: JSON lines, JSON arrays or
 * pretty-printed objects, Windows event logs (EVTX), event XML; plain, .gz, .zip, .tar, .tar.gz, told by content, read in
 * place. An event of EVTX or XML comes as one line of JSON. Nothing is read before the first block is asked for.
 */
export function openEventFile(path: string, options: EventFileOptions = {}): EventFile {
  if (path !== "-") return new EventFile({ path }, options);
  if (options.stdin !== undefined) return openEventStream("stdin", options.stdin, options);
  throw eventErrors.FILE_UNSUPPORTED({ message: "'-' needs a standard input, and there is none here" });
}

/** Opens a live stream: its complete lines are delivered as they arrive. A zip archive cannot be streamed. */
export function openEventStream(name: string, stream: ByteStream, options: EventFileOptions = {}): EventFile {
  return new EventFile({ name, stream }, options);
}

type EventSource = { readonly path: string } | { readonly name: string; readonly stream: ByteStream };

/**
 * Blocks of lines, once through. Bad lines, skipped members and a file's fault do not end the reading: what
 * can be read is delivered, then the first fault is thrown.
 */
export class EventFile implements AsyncIterable<LineBlock> {
  readonly #source: EventSource;
  readonly #options: LineOptions;
  readonly #onBadLine: ((bad: BadLine) => void) | undefined;
  readonly #records: RecordProgress | undefined;
  readonly #badSamples: BadLine[] = [];
  readonly #skipped: SkippedMember[] = [];
  readonly #counter: ReadCounter = { bytesRead: 0 };
  #badTotal = 0;
  #skippedTotal = 0;
  #bytesDone = 0;
  #bytesTotal: number | undefined;
  #lines = 0;
  #member = "";
  readonly #damage = new DamageCount();
  #fault: Fault | undefined;
  #faults = 0;

  constructor(source: EventSource, options: EventFileOptions) {
    this.#source = source;
    this.#onBadLine = options.onBadLine;
    this.#records = options.records;
    this.#options = {
      lineFormat: options.lineFormat ?? defaultLineOptions.lineFormat,
      verify: options.verify ?? defaultLineOptions.verify,
      blockBytes: options.blockBytes ?? defaultLineOptions.blockBytes,
      lineBytesMax: options.lineBytesMax ?? defaultLineOptions.lineBytesMax,
    };
  }

  get badLines(): BadLines {
    return { total: this.#badTotal, samples: this.#badSamples };
  }

  /** What is wrong with event logs, by reason; what it lost is among the bad lines too. */
  get damage(): DamageCount {
    return this.#damage;
  }

  /** Members that hold no events (at most 20 of them are kept). */
  get skipped(): { readonly total: number; readonly samples: readonly SkippedMember[] } {
    return { total: this.#skippedTotal, samples: this.#skipped };
  }

  progress(): ReadProgress {
    const read = this.#bytesDone + this.#counter.bytesRead;
    const bytesRead = this.#bytesTotal === undefined ? read : Math.min(read, this.#bytesTotal);
    return { bytesRead, bytesTotal: this.#bytesTotal, lines: this.#lines, member: this.#member };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LineBlock, void, undefined> {
    const skip = (skipped: SkippedMember) => this.#skip(skipped);
    if ("stream" in this.#source) {
      const { name, stream } = this.#source;
      yield* this.#blocks(name, streamMembers(name, this.#counted(stream), skip), true);
    } else {
      const paths = await eventPaths(this.#source.path);
      this.#bytesTotal = paths.reduce((sum, file) => sum + file.bytes, 0);
      for (const { path, bytes } of paths) {
        this.#counter.bytesRead = 0;
        yield* this.#blocks(path, fileMembers(path, this.#counter, skip), false);
        this.#counter.bytesRead = 0;
        this.#bytesDone += bytes;
      }
    }
    this.#throwFault();
  }

  async *#blocks(
    source: string,
    members: AsyncGenerator<EventMember, void, undefined>,
    live: boolean,
  ): AsyncGenerator<LineBlock, void, undefined> {
    try {
      const ofEvents = eventMembers(members, source, (skipped) => this.#skip(skipped));
      for await (const member of ofEvents) yield* this.#memberBlocks(member, live);
    } catch (error) {
      this.#noteFault(source, error);
    }
  }

  async *#memberBlocks(member: EventMember, live: boolean): AsyncGenerator<LineBlock, void, undefined> {
    this.#member = member.name;
    let cutter: BlockCutter | undefined;
    try {
      const { layout, bytes } = await this.#jsonText(member, live);
      const Cutter = layout === "array" ? DocumentCutter : LineCutter;
      cutter = new Cutter(member.name, this.#options, (bad) => this.#bad(bad));
      for await (const piece of bytes) {
        yield* this.#delivered(cutter.push(piece));
        if (live) yield* this.#delivered(cutter.flush());
      }
    } catch (error) {
      this.#memberFault(member.name, error);
    }
    if (cutter !== undefined) yield* this.#delivered(cutter.finish());
  }

  /** The member's documents as JSON text, whatever it holds. */
  async #jsonText(member: EventMember, live: boolean): Promise<JsonText> {
    const { name } = member;
    if (member.content === "evtx") {
      return {
        layout: "lines",
        bytes: evtxLines(name, member.bytes, (damage) => this.#evtxDamage(name, damage), this.#records),
      };
    }
    // A live stream's first bytes are what the first piece holds: waiting for more would hold lines back.
    const { head, bytes } = await peek(member.bytes, live ? isSomething : hasContentHead);
    const mark = utf8MarkBytes(head);
    const layout = documentLayout(head.subarray(mark));
    const text = skipBytes(bytes, mark);
    if (layout !== "xml") return { layout, bytes: text };
    const options = { lengthMax: this.#options.lineBytesMax };
    const lines = xmlLines(
      text,
      ({ line, column, reason, excerpt }) =>
        this.#bad({ member: name, line, reason: `column ${column}: ${reason}`, excerpt }),
      options,
    );
    return { layout: "lines", bytes: lines };
  }

  /** What loses events is a bad line as well; there is no line to show, only a place in the file. */
  #evtxDamage(member: string, damage: EvtxDamage): void {
    this.#damage.add(damage);
    if (!DamageCount.isLoss(damage)) return;
    const reason = `${damage.reason}: ${damage.detail}`;
    this.#bad({ member, line: damage.afterEvents + 1, reason, excerpt: `at byte ${damage.offset}` });
  }

  /** A file that only its name makes an event log is passed over, unless it is what was asked for. */
  #memberFault(name: string, error: unknown): void {
    if (error instanceof SpoorError && error.code === "EVENTS_NOT_EVTX" && name !== this.#sourceName()) {
      this.#skip({ member: name, reason: error.detail ?? error.message });
    } else this.#noteFault(name, error);
  }

  *#delivered(blocks: Iterable<LineBlock>): Generator<LineBlock> {
    for (const block of blocks) {
      this.#lines += block.count;
      yield block;
    }
  }

  async *#counted(stream: ByteStream): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of stream) {
      this.#counter.bytesRead += piece.length;
      yield piece;
    }
  }

  #bad(bad: BadLine): void {
    this.#badTotal++;
    if (this.#badSamples.length < BAD_LINE_SAMPLES) this.#badSamples.push(bad);
    this.#onBadLine?.(bad);
  }

  #skip(skipped: SkippedMember): void {
    this.#skippedTotal++;
    if (this.#skipped.length < SKIPPED_SAMPLES) this.#skipped.push(skipped);
    if (skipped.member !== this.#sourceName()) return;
    throw eventErrors.FILE_UNSUPPORTED({
      message: `'${skipped.member}' ${skipped.reason}`,
      hint: "give JSON lines, a JSON array, .evtx or event XML, plain or inside .gz, .zip, .tar or .tar.gz",
    });
  }

  #sourceName(): string {
    return "path" in this.#source ? this.#source.path : this.#source.name;
  }

  #noteFault(place: string, error: unknown): void {
    this.#faults++;
    if (this.#fault !== undefined) return;
    if (!(error instanceof ReadFault)) throw error;
    const kind = error.kind === "cut-off" ? "is cut off" : "is damaged";
    this.#fault = {
      error,
      message: `'${place}' ${kind}`,
      lines: this.#lines,
      bytes: this.progress().bytesRead,
    };
  }

  #throwFault(): void {
    if (this.#fault === undefined) return;
    const { error, message, lines, bytes } = this.#fault;
    const others = this.#faults === 1 ? "" : `; ${this.#faults - 1} more files or members have faults`;
    const raise = error.kind === "cut-off" ? eventErrors.FILE_CUT_OFF : eventErrors.FILE_DAMAGED;
    throw raise({
      message,
      detail: `${error.message}; read up to there: ${lines} lines, ${bytes} bytes${others}`,
      hint: "what could be read was delivered; fetch the file again to have it all",
      cause: error,
    });
  }
}

interface JsonText {
  readonly layout: "lines" | "array";
  readonly bytes: ByteStream;
}

/** The first fault met, and what had been read by then. */
interface Fault {
  readonly error: ReadFault;
  readonly message: string;
  readonly lines: number;
  readonly bytes: number;
}

function isSomething(seen: Buffer): boolean {
  return seen.length > 0;
}
