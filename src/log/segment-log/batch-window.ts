/** Reading batches of a segment file through a window of bytes that moves along. */
import {
  BASE_OFFSET_AT,
  HEADER_SIZE,
  MAGIC_AT,
  batchFault,
  batchSizeAt,
  framingFault,
  readBatchHeader,
  readInt64,
} from "../batch-header.ts";
import type { BatchHeader } from "../batch-header.ts";
import { readFully } from "./disk.ts";
import type { FileHandles } from "./file-handles.ts";
import type { WireMemory } from "../topic-log.ts";

export interface FoundBatch {
  readonly position: number;
  readonly header: BatchHeader;
}

/** The offset behind the batch before; `exact` where no compaction has made holes. */
export interface ExpectedOffset {
  readonly offset: number;
  readonly exact: boolean;
  /** No batch reaches above it; absent where more may come. */
  readonly below?: number | undefined;
}

export class BatchWindow {
  readonly #handles: FileHandles;
  readonly #path: string;
  readonly #readAhead: number;
  readonly #memory: WireMemory | undefined;
  /** Bytes of the file that count. */
  readonly sizeBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  /** @param memory where what is read stands; absent: in new memory */
  constructor(handles: FileHandles, path: string, sizeBytes: number, readAhead: number, memory?: WireMemory) {
    this.#handles = handles;
    this.#path = path;
    this.sizeBytes = sizeBytes;
    this.#readAhead = readAhead;
    this.#memory = memory;
  }

  /** A view of the bytes from `position` on, at most `length` and up to the file's end. */
  view(position: number, length: number): Buffer {
    const wanted = Math.min(length, this.sizeBytes - position);
    const at = position - this.#start;
    if (at < 0 || at + wanted > this.#bytes.length) {
      const size = Math.min(Math.max(wanted, this.#readAhead), this.sizeBytes - position);
      const file = this.#handles.get(this.#path);
      this.#bytes = readFully(this.#handles.disk, file, position, size, this.#memory?.take(size));
      this.#start = position;
      return this.#bytes.subarray(0, wanted);
    }
    return this.#bytes.subarray(at, at + wanted);
  }

  /**
   * The header of the batch at `position`, or in words why there is no whole batch as the log wrote it. Base
   * offset and leader epoch are not in a batch's checksum: the first is held against `expected` (exactly,
   * where the log has no holes), the second is always 0 here.
   */
  frame(position: number, expected: ExpectedOffset): BatchHeader | string {
    const head = this.view(position, HEADER_SIZE);
    if (head.length < HEADER_SIZE) return `the batch header is cut off after ${head.length} bytes`;
    const size = batchSizeAt(head, 0);
    if (size > this.sizeBytes - position) {
      return `the batch is cut off after ${this.sizeBytes - position} of ${size} bytes`;
    }
    const batch = size < HEADER_SIZE ? head : this.view(position, size);
    const fault = framingFault(batch, 0);
    if (fault !== undefined) return fault;
    const header = readBatchHeader(batch, 0);
    const { baseOffset, leaderEpoch } = header;
    if (baseOffset < expected.offset || (expected.exact && baseOffset > expected.offset)) {
      return `the batch has base offset ${baseOffset} where ${expected.offset} follows`;
    }
    if (expected.below !== undefined && header.nextOffset > expected.below) {
      return `the batch reaches up to ${header.nextOffset}, behind the segment's end at ${expected.below}`;
    }
    if (expected.exact && header.nextOffset - baseOffset !== header.recordCount) {
      return `the batch claims ${header.recordCount} records over ${header.nextOffset - baseOffset} offsets`;
    }
    return leaderEpoch === 0 ? header : `the batch has leader epoch ${leaderEpoch}, not 0`;
  }

  /** The header of the batch at `position` if its checksum is right as well, or why not. */
  checked(position: number, expected: ExpectedOffset): BatchHeader | string {
    const framed = this.frame(position, expected);
    if (typeof framed === "string") return framed;
    return batchFault(this.view(position, framed.sizeBytes), 0) ?? framed;
  }

  /**
   * The first batch at or behind `position` that is whole and right and whose base offset is in
   * `[offsetFrom, offsetTo)`: where reading can go on behind damage. The one at `except` is not it.
   */
  findNext(
    position: number,
    offsetFrom: number,
    offsetTo = offsetFrom + 2 ** 31,
    except = -1,
  ): FoundBatch | undefined {
    for (let at = position; at + HEADER_SIZE <= this.sizeBytes;) {
      const view = this.view(at, SEARCH_STEP);
      const magic = view.indexOf(2, MAGIC_AT);
      if (magic < 0) {
        at += Math.max(1, view.length - MAGIC_AT);
        continue;
      }
      at += magic - MAGIC_AT;
      const offset = readInt64(view, magic - MAGIC_AT + BASE_OFFSET_AT);
      if (offset >= offsetFrom && offset < offsetTo && at !== except) {
        const header = this.checked(at, { offset: offsetFrom, exact: false, below: offsetTo });
        if (typeof header !== "string") return { position: at, header };
      }
      at++;
    }
    return undefined;
  }
}

const SEARCH_STEP = 65_536;
