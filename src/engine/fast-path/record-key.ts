/**
 * The key of the records that a byte pipeline writes, as bytes: none, the source record's own, or a text path of the
 * message in the KAFKA format (its UTF-8 bytes).
 */
import { jsonString } from "../../formats/json/json-reader.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { Expression } from "../../plan/expression.ts";
import type { Sink, SourceStep } from "../../plan/physical.ts";
import type { MessagePaths, MessageReader } from "./message-paths.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** After `position`: the key is bytes[start, end); `bytes` null: the record has no key. */
export class RecordKey {
  bytes: Buffer | null = null;
  start = 0;
  end = 0;
  readonly #locate: (key: RecordKey, block: RecordBlock, index: number, reader: MessageReader) => void;

  constructor(locate: (key: RecordKey, block: RecordBlock, index: number, reader: MessageReader) => void) {
    this.#locate = locate;
  }

  position(block: RecordBlock, index: number, reader: MessageReader): void {
    this.#locate(this, block, index, reader);
  }

  set(bytes: Buffer | null, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

/** Types whose values have one form in a text format, so that a key may go through as bytes. */
const ONE_FORM: ReadonlySet<string> = new Set(["STRING", "BOOLEAN", "INTEGER", "BIGINT"]);

/** Undefined: a key that only the operators can make. */
export function compileKey(
  keys: readonly Expression[],
  source: SourceStep,
  sink: Sink,
  paths: MessagePaths,
): RecordKey | undefined {
  if (keys.length === 0) return new RecordKey((key) => key.set(null, 0, 0));
  if (sink.keyFormat.format === "NONE") return new RecordKey((key) => key.set(null, 0, 0));
  const only = keys[0]!;
  if (keys.length > 1) return undefined;
  if (only.kind === "column" && source.schema.columns[only.index]!.role === "key") {
    const sameFormat =
      source.keyFormat.format === sink.keyFormat.format &&
      source.keyFormat.wrapping === sink.keyFormat.wrapping &&
      source.schema.columns.filter((column) => column.role === "key").length === 1 &&
      (source.keyFormat.format === "KAFKA" || ONE_FORM.has(only.type.kind));
    return sameFormat ? new RecordKey(sourceKey) : undefined;
  }
  const slot = paths.slotOf(only);
  if (slot === undefined || only.type.kind !== "STRING" || sink.keyFormat.format !== "KAFKA")
    return undefined;
  return new RecordKey((key, _block, _index, reader) => textKey(key, slot, reader));
}

function sourceKey(key: RecordKey, block: RecordBlock, index: number): void {
  const start = block.keyStarts[index]!;
  if (start < 0) key.set(null, 0, 0);
  else key.set(block.bytes, start, block.keyEnds[index]!);
}

function textKey(key: RecordKey, slot: number, reader: MessageReader): void {
  const start = reader.slots[2 * slot]!;
  if (start < 0) {
    key.set(null, 0, 0);
    return;
  }
  const end = reader.slots[2 * slot + 1]!;
  const bytes = reader.bytes;
  if (bytes[start] === QUOTE) {
    let at = start + 1;
    while (at < end && bytes[at] !== BACKSLASH) at += 1;
    if (at === end) {
      key.set(bytes, start + 1, end - 1);
      return;
    }
  }
  const text = bytes[start] === QUOTE ? jsonString(bytes, start, end) : bytes.utf8Slice(start, end);
  const encoded = Buffer.from(text, "utf8");
  key.set(encoded, 0, encoded.length);
}
