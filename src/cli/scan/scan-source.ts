/**
 * Events of files, folders, archives and standard input, a batch at a time: memory is one batch's. Event logs are read
 * straight to events; texts are cut into documents first. A fault ends its file, never the scan, and is kept; what is left
 * out is counted under its reason.
 */
import { SpoorError } from "../../base/errors.ts";
import { eventErrors } from "../../events/errors.ts";
import { DamageCount } from "../../events/evtx/evtx-damage.ts";
import { evtxEvents } from "../../events/evtx/evtx-events.ts";
import { ReadFault } from "../../events/files/byte-stream.ts";
import type { ByteStream } from "../../events/files/byte-stream.ts";
import { openEventStream } from "../../events/files/event-file.ts";
import { eventMembers } from "../../events/files/event-members.ts";
import { eventPaths } from "../../events/files/event-paths.ts";
import type { EventPath } from "../../events/files/event-paths.ts";
import { fileMembers, streamMembers } from "../../events/files/file-members.ts";
import type { EventMember, SkippedMember } from "../../events/files/file-members.ts";
import type { LineBlock } from "../../events/files/line-block.ts";
import type { RawEvent, SourceObject } from "../../events/shapes/raw-event.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";

export interface EventBatch {
  /** The file, or file and member of the archive. */
  readonly file: string;
  /** Once through: those of a text are parsed as they are taken. */
  readonly events: Iterable<RawEvent>;
}

/** What was read and what was not. */
export interface SourceCounts {
  /** Files and members with events or documents in them. */
  files: number;
  /** Documents that are no Windows events of a known shape. */
  otherDocuments: number;
  /** Lines that are no documents, records of event logs that cannot be read. */
  badLines: number;
  /** Members and files that hold no events. */
  skipped: number;
  faults: number;
}

export interface ScanSourceOptions {
  readonly stdin: ByteStream;
  /** A path as the user wrote it to one that can be opened. */
  readonly resolve: (path: string) => string;
}

const SAMPLES_MAX = 5;
/** Documents are taken one by one: larger blocks would only hold more memory. */
const BLOCK_BYTES = 256 << 10;

export class ScanSource {
  readonly counts: SourceCounts = { files: 0, otherDocuments: 0, badLines: 0, skipped: 0, faults: 0 };
  /** The first few things that were left out, in words. */
  readonly samples: string[] = [];
  /** The first few faults. */
  readonly faults: unknown[] = [];
  readonly damage = new DamageCount();
  /** What is being read. */
  member = "";
  readonly #paths: readonly string[];
  readonly #options: ScanSourceOptions;
  readonly #counter = { bytesRead: 0 };
  #bytesDone = 0;
  #bytesTotal: number | undefined = 0;

  constructor(paths: readonly string[], options: ScanSourceOptions) {
    this.#paths = paths;
    this.#options = options;
  }

  /** Bytes as they stand on disk; the total is unknown for a stream. */
  progress(): { bytesRead: number; bytesTotal: number | undefined } {
    return { bytesRead: this.#bytesDone + this.#counter.bytesRead, bytesTotal: this.#bytesTotal };
  }

  async *batches(): AsyncGenerator<EventBatch, void, undefined> {
    const found = await this.#found();
    this.#bytesTotal = this.#paths.includes("-")
      ? undefined
      : found.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { named, path, bytes } of found) {
      this.#counter.bytesRead = 0;
      try {
        yield* this.#pathBatches(named, path);
      } catch (error) {
        this.#fault(withFile(error, named));
      }
      this.#counter.bytesRead = 0;
      this.#bytesDone += bytes;
    }
  }

  /** Every file of every path, before the first is read: the total must be known. */
  async #found(): Promise<(EventPath & { readonly named: string })[]> {
    const found: (EventPath & { readonly named: string })[] = [];
    for (const named of this.#paths) {
      if (named === "-") {
        found.push({ named, path: named, bytes: 0 });
        continue;
      }
      try {
        const absolute = this.#options.resolve(named);
        for (const each of await eventPaths(absolute))
          found.push({ ...each, named: named + each.path.slice(absolute.length) });
      } catch (error) {
        this.#fault(error);
      }
    }
    return found;
  }

  async *#pathBatches(named: string, path: string): AsyncGenerator<EventBatch, void, undefined> {
    const isStream = path === "-";
    const root = isStream ? "stdin" : path;
    const shown = (name: string): string => (isStream ? name : named + name.slice(path.length));
    const skip = (skipped: SkippedMember): void => this.#skip(skipped, root, shown, isStream);
    const members = isStream
      ? streamMembers(root, this.#counted(this.#options.stdin), skip)
      : fileMembers(path, this.#counter, skip);
    for await (const member of eventMembers(members, root, skip)) {
      const file = shown(member.name);
      this.member = file;
      this.counts.files++;
      try {
        yield* member.content === "evtx" ? this.#logBatches(file, member) : this.#textBatches(file, member);
      } catch (error) {
        this.#fault(withFile(error, file));
      }
    }
  }

  async *#logBatches(file: string, { bytes }: EventMember): AsyncGenerator<EventBatch, void, undefined> {
    const batches = evtxEvents(file, bytes, (damage) => {
      this.damage.add(damage);
      if (!DamageCount.isLoss(damage)) return;
      this.counts.badLines++;
      this.#sample(`${file}, byte ${damage.offset}: ${damage.reason}: ${damage.detail}`);
    });
    for await (const events of batches) yield { file, events };
  }

  async *#textBatches(file: string, { bytes }: EventMember): AsyncGenerator<EventBatch, void, undefined> {
    const onBadLine = ({ line, reason }: { line: number; reason: string }): void => {
      this.counts.badLines++;
      this.#sample(`${file}, line ${line}: ${reason}`);
    };
    for await (const block of openEventStream(file, bytes, { onBadLine, blockBytes: BLOCK_BYTES }))
      yield { file, events: this.#blockEvents(file, block) };
  }

  *#blockEvents(
    file: string,
    { buffer, starts, ends, lineOffsets, firstLine, count }: LineBlock,
  ): Generator<RawEvent> {
    for (let at = 0; at < count; at++) {
      const text = buffer.toString("utf8", starts[at], ends[at]);
      const event = this.#event(text, file, firstLine + lineOffsets[at]!);
      if (event !== undefined) yield event;
    }
  }

  #event(text: string, file: string, line: number): RawEvent | undefined {
    try {
      return readRawEvent(JSON.parse(text) as SourceObject);
    } catch (error) {
      if (error instanceof SyntaxError) {
        this.counts.badLines++;
        this.#sample(`${file}, line ${line}: is not JSON: ${error.message}`);
      } else if (error instanceof SpoorError) {
        this.counts.otherDocuments++;
        this.#sample(`${file}, line ${line}: ${error.message}`);
      } else throw error;
      return undefined;
    }
  }

  async *#counted(stream: ByteStream): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of stream) {
      this.#counter.bytesRead += piece.length;
      yield piece;
    }
  }

  /** What was asked for itself and cannot be read is a fault; among other members it is passed over. */
  #skip(
    { member, reason }: SkippedMember,
    root: string,
    shown: (name: string) => string,
    isStream: boolean,
  ): void {
    const isNamed = member === root && (isStream || this.#paths.includes(shown(member)));
    if (isNamed) {
      this.#fault(
        eventErrors.FILE_UNSUPPORTED({
          message: `'${shown(member)}' ${reason}`,
          hint: "give .evtx, JSON lines, a JSON array or event XML, plain or inside .gz, .zip, .tar or .tar.gz",
        }),
      );
      return;
    }
    this.counts.skipped++;
    this.#sample(`${shown(member)}: ${reason}`);
  }

  #sample(text: string): void {
    if (this.samples.length < SAMPLES_MAX) this.samples.push(text);
  }

  #fault(error: unknown): void {
    this.counts.faults++;
    if (this.faults.length < SAMPLES_MAX) this.faults.push(error);
  }
}

/** Faults of bytes and packing do not know their file's name. */
function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof ReadFault)) return error;
  const [raise, what] =
    error.kind === "cut-off"
      ? [eventErrors.FILE_CUT_OFF, "is cut off"]
      : [eventErrors.FILE_DAMAGED, "is damaged"];
  return raise({
    message: `'${file}' ${what}`,
    detail: error.message,
    hint: "what could be read was scanned; fetch the file again to have it all",
    cause: error,
  });
}
