import { once } from "node:events";
import type { WriteStream } from "node:tty";
import { painter, wantsColor } from "./color.ts";
import type { ColorChoice } from "./color.ts";
import type { Io } from "./io.ts";

/** The process's own streams. A reader that went away (`spoor … | head`) is no error. */
export class ProcessIo implements Io {
  readonly stdin = process.stdin;
  readonly stdinIsTerminal = process.stdin.isTTY;
  readonly stdoutIsTerminal = process.stdout.isTTY;
  readonly stderrIsTerminal = process.stderr.isTTY;
  readonly unicode = showsUnicode(process.env, process.platform);
  readonly promptStream = process.stdout.isTTY ? process.stdout : process.stderr;
  readonly #closed = new AbortController();
  readonly outputClosed = this.#closed.signal;
  paintOut = painter(false);
  paintErr = painter(false);

  constructor() {
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      this.#closed.abort();
    });
    // Nobody is left to tell where stderr is gone.
    process.stderr.on("error", () => undefined);
    this.setColor("auto");
  }

  setColor(choice: ColorChoice): void {
    this.paintOut = painter(wantsColor(choice, process.env, this.stdoutIsTerminal));
    this.paintErr = painter(wantsColor(choice, process.env, this.stderrIsTerminal));
  }

  out(text: string | Uint8Array): void {
    if (!this.outputClosed.aborted) process.stdout.write(text);
  }

  err(text: string): void {
    process.stderr.write(text);
  }

  async drained(): Promise<void> {
    if (!process.stdout.writableNeedDrain || this.outputClosed.aborted) return;
    await once(process.stdout, "drain", { signal: this.outputClosed }).catch(() => undefined);
  }

  columns(): number {
    for (const stream of [process.stdout, process.stderr] as WriteStream[]) {
      if (stream.isTTY && stream.columns > 0) return stream.columns;
    }
    const columns = Number(process.env["COLUMNS"]);
    return Number.isInteger(columns) && columns > 0 ? columns : 80;
  }

  /** Resolves when all that was written has left the process. */
  async flush(): Promise<void> {
    await Promise.all([process.stdout, process.stderr].map(flushed));
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.write("", () => resolve());
  });
}

function showsUnicode(env: NodeJS.ProcessEnv, platform: string): boolean {
  if (env["TERM"] === "dumb" || env["TERM"] === "linux") return false;
  if (platform === "win32") return env["WT_SESSION"] !== undefined || env["TERM_PROGRAM"] !== undefined;
  const locale = env["LC_ALL"] ?? env["LC_CTYPE"] ?? env["LANG"] ?? "";
  return locale === "" || /utf-?8/i.test(locale);
}
