import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import { once } from "node:events";
import { resolve } from "node:path";
import type { KsqlEntity } from "../../api/entities.ts";
import { cliErrors } from "../errors.ts";
import type { Io } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { entityLines } from "../render/entity-text.ts";

/** `jsonl` is `--json`: every answer and row is one line. `json` is the prompt's `output json`, spread out. */
export type OutputFormat = "tabular" | "json" | "jsonl";

/** What statements print, and the file that a copy of it goes to while SPOOL is on. */
export class SqlOutput {
  readonly io: Io;
  format: OutputFormat;
  wrap = true;
  /** 0 fits columns to what they hold. */
  columnWidth = 0;
  #spool: WriteStream | undefined;

  constructor(io: Io, format: OutputFormat) {
    this.io = io;
    this.format = format;
  }

  /** A line of data. */
  line(text: string): void {
    this.io.out(`${text}\n`);
    this.#spool?.write(`${text}\n`);
  }

  /** A line of what an event holds: it may not steer the terminal. */
  record(text: string): void {
    this.line(this.io.stdoutIsTerminal ? safeText(text) : text);
  }

  /** A line of talk. */
  talk(text: string): void {
    this.io.err(`${text}\n`);
    this.#spool?.write(`${text}\n`);
  }

  entities(entities: readonly KsqlEntity[]): void {
    switch (this.format) {
      case "jsonl":
        for (const entity of entities) this.line(JSON.stringify(entity));
        return;
      case "json":
        this.line(JSON.stringify(entities, null, 2));
        return;
      case "tabular":
        for (const entity of entities) {
          this.line("");
          if (entities.length > 1) this.line(entity.statementText);
          for (const line of entityLines(entity, this.io.columns())) this.line(line);
        }
    }
  }

  /** Resolves when the terminal and the spool have room for more. */
  async drained(): Promise<void> {
    if (this.#spool?.writableNeedDrain === true) await once(this.#spool, "drain");
    await this.io.drained();
  }

  /** Begins a copy of all output, also of talk. @throws SpoorError CLI_FILE_UNWRITABLE */
  async spoolTo(file: string, workingDirectory: string): Promise<string> {
    await this.spoolOff();
    const path = resolve(workingDirectory, file);
    const stream = createWriteStream(path);
    try {
      await once(stream, "open");
    } catch (error) {
      throw cliErrors.FILE_UNWRITABLE({
        message: `cannot spool to '${path}'`,
        detail: error instanceof Error ? error.message : String(error),
        hint: "name a file in a folder that exists and can be written",
        cause: error,
      });
    }
    stream.on("error", (error) => {
      this.#spool = undefined;
      this.io.err(`spooling to '${path}' stopped: ${error.message}\n`);
    });
    this.#spool = stream;
    return path;
  }

  /** The file that was written, or undefined where SPOOL was off. */
  async spoolOff(): Promise<string | undefined> {
    const stream = this.#spool;
    this.#spool = undefined;
    if (stream === undefined) return undefined;
    stream.end();
    await once(stream, "finish");
    return String(stream.path);
  }
}
