/** The events of a run as blocks of NDJSON bytes that end at a line end. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { LabOptions } from "../src/events/lab/lab-options.ts";
import { LabWriter } from "../src/events/lab/lab-writer.ts";

const BLOCK_BYTES = 1024 * 1024;
const LAB_START_MS = Date.UTC(2026, 0, 5, 8);

export interface LineBlocks {
  /**
   * Calls `use` with each block of whole lines; the memory is used again for the next. Answers the milliseconds that
   * reading took.
   */
  each(use: (block: Buffer) => Promise<void> | void): Promise<number>;
}

/** Writes generated lines to a file, so that the runs that are measured only read. */
export function writeLabFile(path: string, options: Omit<LabOptions, "startMs"> & Partial<LabOptions>): void {
  const writer = new LabWriter({ startMs: LAB_START_MS, mix: "load", ...options });
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const file = openSync(path, "w");
  try {
    for (let size = writer.fillLines(block); size > 0; size = writer.fillLines(block))
      writeSync(file, block, 0, size);
  } finally {
    closeSync(file);
  }
}

/** Lines of a file, read anew in each pass. */
export function fileLines(path: string, events: number): LineBlocks {
  return {
    each: async (use) => {
      const file = openSync(path, "r");
      try {
        return await readBlocks(file, events, use);
      } finally {
        closeSync(file);
      }
    },
  };
}

async function readBlocks(
  file: number,
  events: number,
  use: (block: Buffer) => Promise<void> | void,
): Promise<number> {
  let readingMs = 0;
  let buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  let held = 0;
  let left = events;
  while (left > 0) {
    if (held === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
    const started = performance.now();
    const read = readSync(file, buffer, held, buffer.length - held, null);
    readingMs += performance.now() - started;
    const size = held + read;
    const { end, lines } = wholeLines(buffer, size, left, read === 0);
    if (end > 0) await use(buffer.subarray(0, end));
    left -= lines;
    buffer.copyWithin(0, end, size);
    held = size - end;
    if (read === 0) break;
  }
  return readingMs;
}

function wholeLines(
  buffer: Buffer,
  size: number,
  linesMax: number,
  last: boolean,
): { end: number; lines: number } {
  let end = 0;
  let lines = 0;
  while (lines < linesMax) {
    const newline = buffer.indexOf(0x0a, end);
    if (newline < 0 || newline >= size) break;
    end = newline + 1;
    lines += 1;
  }
  if (last && lines < linesMax && end < size) return { end: size, lines: lines + 1 };
  return { end, lines };
}
