/**
 * Lines of event files as ranges of one buffer: nothing is copied or decoded per line.
 *
 * The bytes of a block's lines and its arrays are never written again: a receiver may keep them. Line `i` (0 ≤ i < count)
 * is `buffer[starts[i] … ends[i])`, without its line end; its number in the member is
 * `firstLine + lineOffsets[i]`, which leaves gaps where blank and bad lines were.
 */
export interface LineBlock {
  readonly buffer: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The key's range where the line had one (zero length: an empty key), −1 where it had none. */
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly lineOffsets: Int32Array;
  readonly count: number;
  /** The file, or file and member of the archive (`a.tar.gz/b.json`). */
  readonly member: string;
  /** The number, from 1, of the first line that `lineOffsets` counts from. */
  readonly firstLine: number;
}

/**
 * `value`: the line is the document. `key:value`: what stands before the first colon is the key, as kafkacat
 * `-K:` writes it. `auto` tells them apart line by line: a document starts with `{`, a keyed line has `:{`
 * before any other brace.
 */
export type LineFormat = "auto" | "value" | "key:value";

/**
 * How a line is checked before it is handed on: `none` not at all; `shape` it begins with `{` and ends
 * with `}`; `full` it is valid UTF-8 and JSON.parse takes it.
 */
export type LineVerification = "none" | "shape" | "full";

/** A line that was left out, and why. */
export interface BadLine {
  readonly member: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  /** The line's first 120 bytes. */
  readonly excerpt: string;
}

/** All bad lines are counted; the first {@link BAD_LINE_SAMPLES} are kept. */
export interface BadLines {
  readonly total: number;
  readonly samples: readonly BadLine[];
}

export const BAD_LINE_SAMPLES = 20;

export interface LineOptions {
  readonly lineFormat: LineFormat;
  readonly verify: LineVerification;
  /** Size of a block's buffer; a longer line makes its block longer. */
  readonly blockBytes: number;
  /** A longer line is a bad line. */
  readonly lineBytesMax: number;
}

export const defaultLineOptions: LineOptions = {
  lineFormat: "auto",
  verify: "shape",
  blockBytes: 1 << 20,
  lineBytesMax: 64 << 20,
};
