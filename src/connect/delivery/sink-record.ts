/** A record on its way out, with memory of its own: the log may use its blocks' memory again. */
import { recordHeaders } from "../../log/record-headers.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { RecordBlock, RecordHeader } from "../../log/record-block.ts";
import { parseDocument } from "../message/json-document.ts";
import type { JsonDocument } from "../message/json-document.ts";

export class SinkRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970, or −1. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  #document: JsonDocument | undefined;

  constructor(topic: string, partition: number, block: RecordBlock, index: number) {
    this.topic = topic;
    this.partition = partition;
    this.offset = block.offsets[index]!;
    this.timestampMs = block.timestamps[index]!;
    this.key = copied(recordKey(block, index));
    this.value = copied(recordValue(block, index));
    this.headers = recordHeaders(block, index).map(({ key, value }) => ({
      key,
      value: value === null ? null : Buffer.from(value),
    }));
  }

  /** The same whenever the record is sent again: receivers know by it what they have. */
  get id(): string {
    return `${this.topic}-${this.partition}-${this.offset}`;
  }

  get sizeBytes(): number {
    return (this.key?.length ?? 0) + (this.value?.length ?? 0) + 100;
  }

  /** The value as a JSON object, parsed once. @throws SpoorError CONNECT_BAD_RECORD */
  document(): JsonDocument {
    this.#document ??= parseDocument(this.value);
    return this.#document;
  }
}

function copied(view: Buffer | null): Buffer | null {
  return view === null ? null : Buffer.from(view);
}
