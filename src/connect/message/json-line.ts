/** A record's JSON in one line, digit for digit: in valid JSON line breaks stand between tokens only. */
import type { SinkRecord } from "../delivery/sink-record.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;

/** The record's own bytes where they have no breaks. @throws SpoorError CONNECT_BAD_RECORD */
export function jsonLine(record: SinkRecord): Buffer {
  record.document();
  const value = record.value!;
  if (!value.includes(NEWLINE) && !value.includes(RETURN)) return value;
  return Buffer.from(value.map((byte) => (byte === NEWLINE || byte === RETURN ? SPACE : byte)));
}
