import type { LineBlock } from "../../events/files/line-block.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
const COLON = 0x3a;

/** Lines ready for the wire: either all have keys or none has. */
export interface RecordLines {
  readonly keyed: boolean;
  readonly bytes: Buffer;
  readonly count: number;
}

/**
 * The lines `from … to` of a block as NDJSON, `key:value` where the line has a key, in runs of one kind. A document
 * that was spread over several lines is brought onto one: between the tokens of JSON a blank does for a line end.
 */
export function* recordLines(block: LineBlock, from = 0, to = block.count): Generator<RecordLines> {
  let start = from;
  while (start < to) {
    const keyed = hasKey(block, start);
    let end = start + 1;
    while (end < to && hasKey(block, end) === keyed) end++;
    yield { keyed, bytes: joined(block, start, end, keyed), count: end - start };
    start = end;
  }
}

function hasKey(block: LineBlock, line: number): boolean {
  return block.keyStarts[line]! >= 0;
}

function joined(block: LineBlock, from: number, to: number, keyed: boolean): Buffer {
  const { buffer, starts, ends, keyStarts, keyEnds } = block;
  let size = 0;
  for (let i = from; i < to; i++) {
    size += ends[i]! - starts[i]! + 1 + (keyed ? keyEnds[i]! - keyStarts[i]! + 1 : 0);
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (let i = from; i < to; i++) {
    if (keyed) {
      at += buffer.copy(bytes, at, keyStarts[i], keyEnds[i]);
      bytes[at++] = COLON;
    }
    const valueAt = at;
    at += buffer.copy(bytes, at, starts[i], ends[i]);
    blankLineEnds(bytes, valueAt, at);
    bytes[at++] = NEWLINE;
  }
  return bytes;
}

function blankLineEnds(bytes: Buffer, from: number, to: number): void {
  const value = bytes.subarray(from, to);
  let at = value.indexOf(NEWLINE);
  if (at === -1 && value.indexOf(RETURN) === -1) return;
  for (at = 0; at < value.length; at++) {
    if (value[at] === NEWLINE || value[at] === RETURN) value[at] = BLANK;
  }
}
