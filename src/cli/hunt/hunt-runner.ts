/** Runs statements of a hunt one by one: rows to stdout or a file, talk to stderr, each of them to be ended by Ctrl-C. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { once } from "node:events";
import { extname, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import type { HuntText } from "../../lake/hunt/hunt-session.ts";
import type { HuntValue } from "../../lake/hunt/hunt-result.ts";
import { splitHunts } from "../../lake/hunt/sql-tokens.ts";
import type { HuntStatement } from "../../lake/hunt/sql-tokens.ts";
import { cliErrors } from "../errors.ts";
import type { Io } from "../io.ts";
import { durationText, plural } from "../render/quantity.ts";
import { answerLines } from "./answer-writer.ts";
import type { AnswerFormat } from "./answer-writer.ts";
import type { DoorAnswer, HuntDoor } from "./hunt-door.ts";

export interface RunnerOptions {
  readonly io: Io;
  readonly clock: Clock;
  readonly format: AnswerFormat;
  readonly limit: number | undefined;
  readonly workingDirectory: string;
  /** Aborted once the whole command is to end. */
  readonly interrupted: AbortSignal;
}

/** What a format's name is told by. */
const OUTPUT_FORMATS: Readonly<Record<string, AnswerFormat | "parquet">> = {
  ".parquet": "parquet",
  ".csv": "csv",
  ".json": "json",
  ".jsonl": "json",
  ".ndjson": "json",
  ".txt": "table",
};

const PROGRESS_EVERY_MS = 500;

/** Takes lines; the promise is done when there is room for more. */
type LineSink = (text: string) => Promise<void>;

export class HuntRunner {
  readonly door: HuntDoor;
  readonly #options: RunnerOptions;
  #running = false;
  #stopped = false;
  #answers = 0;
  #isDrawn = false;
  /** Rows come: the line of progress would stand among them. */
  #isPrinting = false;

  constructor(door: HuntDoor, options: RunnerOptions) {
    this.door = door;
    this.#options = options;
  }

  /** True once the running statement is to end; readers of event files ask it. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Ends the running statement; false where none runs. */
  interrupt(): boolean {
    if (!this.#running) return false;
    this.#stopped = true;
    this.door.interrupt();
    return true;
  }

  /** Runs the statements of a text in order and stops at the first that fails. */
  async execute(text: string, file?: string): Promise<void> {
    for (const statement of splitHunts(text, this.door.dialect)) {
      const placed = { text: placedText(text, statement), file };
      await inWholeText(text, placed, () => this.#statement(placed));
    }
  }

  /** Writes the answer of one statement to a file. @throws SpoorError CLI_BAD_OPTION, CLI_FILE_UNWRITABLE */
  async writeFile(text: string, output: string, file?: string): Promise<void> {
    const path = resolve(this.#options.workingDirectory, output);
    const format = OUTPUT_FORMATS[extname(path).toLowerCase()];
    const [only, ...more] = splitHunts(text, this.door.dialect);
    if (format === undefined)
      throw cliErrors.BAD_OPTION({
        message: `--output cannot be '${output}'`,
        hint: `the name's end says the format: ${Object.keys(OUTPUT_FORMATS).join(", ")}`,
      });
    if (only === undefined || more.length > 0)
      throw cliErrors.BAD_OPTION({ message: "--output takes the answer of exactly one statement" });
    const placed = { text: placedText(text, only), file };
    await inWholeText(text, placed, () => this.#write(placed, format, path));
    this.#options.io.err(`written to ${path}\n`);
  }

  /** What is half written stands beside the file. */
  async #write(statement: HuntText, format: AnswerFormat | "parquet", path: string): Promise<void> {
    const part = `${path}.part`;
    await this.#asRunning(async () => {
      const { limit } = this.#options;
      // A statement that is wrong makes no file.
      const answer = format === "parquet" ? undefined : await this.door.ask(statement, limit);
      try {
        if (answer === undefined || format === "parquet")
          await this.door.writeParquet(statement, limit, part);
        else await this.#writeLines(answer, format, part);
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
        throw cliErrors.FILE_UNWRITABLE({
          message: `cannot write '${path}'`,
          detail: error instanceof Error ? error.message : String(error),
          cause: error,
        });
      }
    });
  }

  async #writeLines(answer: DoorAnswer, format: AnswerFormat, path: string): Promise<void> {
    const stream = createWriteStream(path);
    await once(stream, "open");
    const sink: LineSink = async (text) => {
      if (!stream.write(text)) await once(stream, "drain");
    };
    try {
      await this.#print(answer, format, false, sink);
    } finally {
      stream.end();
      await once(stream, "close");
    }
  }

  async #statement(statement: HuntText): Promise<void> {
    const { io, clock, format } = this.#options;
    const startedMs = clock.monotonicMs();
    const rows = await this.#asRunning(async () => {
      const answer = await this.door.ask(statement, this.#options.limit);
      if (this.#answers++ > 0 && format === "table") io.out("\n");
      return this.#print(answer, format, io.stdoutIsTerminal, async (lines) => {
        this.#isPrinting = true;
        this.#clearProgress();
        io.out(lines);
        await io.drained();
      });
    });
    if (format === "table")
      io.err(`${plural(rows, "row")}, ${durationText(clock.monotonicMs() - startedMs)}\n`);
  }

  async #print(answer: DoorAnswer, format: AnswerFormat, seen: boolean, sink: LineSink): Promise<number> {
    const { io, limit = Number.POSITIVE_INFINITY } = this.#options;
    const { columns, blocks } = answer;
    const lines = answerLines(format, columns, {
      longCells: seen ? "wrap" : "keep",
      terminalColumns: seen ? io.columns() : Number.POSITIVE_INFINITY,
      unicode: false,
    });
    let count = 0;
    for await (const block of blocks) {
      const rows: HuntValue[][] = count + block.length > limit ? block.slice(0, limit - count) : block;
      count += rows.length;
      await sink(joined(lines.rows(rows)));
      if (count >= limit || io.outputClosed.aborted) break;
    }
    await sink(joined(lines.end()));
    return count;
  }

  #clearProgress(): void {
    if (this.#isDrawn) this.#options.io.err("\r\u001b[2K");
    this.#isDrawn = false;
  }

  async #asRunning<T>(work: () => Promise<T>): Promise<T> {
    const { io, interrupted } = this.#options;
    if (interrupted.aborted) throw huntErrors.CANCELLED({ message: "the hunt was ended before it began" });
    this.#running = true;
    this.#stopped = false;
    this.#isPrinting = false;
    const timer = setInterval(() => {
      const isSeen = io.stderrIsTerminal && !this.#isPrinting;
      const progress = isSeen ? this.door.progress() : undefined;
      if (progress === undefined) return;
      this.#isDrawn = true;
      io.err(`\r\u001b[2K${progress}`);
    }, PROGRESS_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.#clearProgress();
      this.#running = false;
    }
  }
}

/** With blanks before it, a statement's places are those of the whole text. */
function placedText(whole: string, statement: HuntStatement): string {
  return whole.slice(0, statement.start).replaceAll(/[^\n]/g, " ") + statement.text;
}

/** Errors show the whole text, not the blanks. */
async function inWholeText<T>(whole: string, placed: HuntText, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SpoorError) || error.place?.text !== placed.text) throw error;
    const { code, kind, message, detail, hint, place, cause } = error;
    const parts = { message, detail, hint, place: { ...place, text: whole }, cause };
    throw new SpoorError({ code, kind, summary: "", cure: "" }, parts);
  }
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
