import type { Readable, Writable } from "node:stream";
import type { Painter } from "./color.ts";

/**
 * Where a command reads and writes: stdout is data, stderr is talk. Handed in, so that tests own it.
 *
 * `out` and `err` never block and never throw; who writes much (rows, generated events) awaits `drained` now and
 * then, so that a slow reader slows the writer down. Once `outputClosed` the reader of stdout has gone (`| head`):
 * what is written then goes nowhere, and a command may stop early with success.
 */
export interface Io {
  readonly stdin: Readable;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  out(text: string | Uint8Array): void;
  err(text: string): void;
  drained(): Promise<void>;
  readonly outputClosed: AbortSignal;
  /** Where a prompt is shown: stdout on a terminal, else stderr. */
  readonly promptStream: Writable;
  /** Width of the terminal in columns, 80 where there is none. */
  columns(): number;
  /** True where box-drawing characters can be shown. */
  readonly unicode: boolean;
  paintOut: Painter;
  paintErr: Painter;
}

/** One line of data. */
export function outLine(io: Io, text = ""): void {
  io.out(`${text}\n`);
}

/** One line of talk. */
export function errLine(io: Io, text = ""): void {
  io.err(`${text}\n`);
}
