/** Hunts asked of a running server, over POST /hunt. To end one is to end its request. */
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { PARQUET_TYPE } from "../../api/hunt-answers.ts";
import type { HuntLine, HuntStatus, HuntTableEntity, HuntTablesResponse } from "../../api/hunt-answers.ts";
import { HUNT_PATH, HUNT_TABLES_PATH } from "../../api/hunt-requests.ts";
import type { HuntRequest } from "../../api/hunt-requests.ts";
import { NDJSON } from "../../api/media-types.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import { isNumericType } from "../../lake/hunt/hunt-result.ts";
import type { HuntColumn, HuntValue } from "../../lake/hunt/hunt-result.ts";
import type { HuntText } from "../../lake/hunt/hunt-session.ts";
import type { HuntDialect } from "../../lake/hunt/sql-tokens.ts";
import { isExactNumber, parseExactJson } from "../client/exact-json.ts";
import { HttpExchange, connectionError } from "../client/http-exchange.ts";
import { serverError } from "../client/server-error.ts";
import type { SentText } from "../client/server-error.ts";
import { cliErrors } from "../errors.ts";
import type { DoorAnswer, HuntDoor } from "./hunt-door.ts";

export interface ServerDoorOptions {
  readonly server: URL;
  readonly timeoutMs: number;
  readonly dialect: HuntDialect;
  /** What the views of events are made of; all topics of events where none is named. */
  readonly topics: readonly string[];
  readonly view: string;
  readonly onNote: (note: string) => void;
}

type Lines = AsyncGenerator<Exclude<HuntLine, { progress: unknown }> | HuntValue[]>;

const BLOCK_ROWS = 1000;
/** A file comes when it is whole: the server's own time limit is the only one. */
const FILE_TIMEOUT_MS = 2 ** 31 - 1;

export class ServerDoor implements HuntDoor {
  readonly dialect: HuntDialect;
  readonly #options: ServerDoorOptions;
  readonly #http: HttpExchange;
  readonly #files: HttpExchange;
  #tables: readonly HuntTableEntity[] = [];
  #running: AbortController | undefined;
  #status: HuntStatus | undefined;

  private constructor(options: ServerDoorOptions) {
    this.#options = options;
    this.dialect = options.dialect;
    this.#http = new HttpExchange(options.server, options.timeoutMs);
    this.#files = new HttpExchange(options.server, FILE_TIMEOUT_MS);
  }

  /** @throws SpoorError CLI_UNREACHABLE, CLI_TIMEOUT */
  static async open(options: ServerDoorOptions): Promise<ServerDoor> {
    const door = new ServerDoor(options);
    try {
      const path = HUNT_TABLES_PATH;
      door.#tables = (await door.#http.json<HuntTablesResponse>({ method: "GET", path })).tables;
      return door;
    } catch (error) {
      await door.close();
      throw error;
    }
  }

  async ask(statement: HuntText, limit: number | undefined): Promise<DoorAnswer> {
    const lines = this.#lines(statement, limit);
    for (;;) {
      const { value: line, done } = await lines.next();
      if (done === true) throw this.#brokenOff();
      if (!Array.isArray(line) && "columns" in line)
        return { columns: columnsOf(line.columns), blocks: this.#blocks(lines) };
    }
  }

  async writeParquet(statement: HuntText, limit: number | undefined, path: string): Promise<void> {
    const { signal } = (this.#running = new AbortController());
    try {
      const json = { ...this.#request(statement, limit), format: "parquet" };
      const sent = sentText(statement);
      const response = await this.#files.send({
        method: "POST",
        path: HUNT_PATH,
        accept: PARQUET_TYPE,
        json,
        sent,
        signal,
      });
      await pipeline(response, createWriteStream(path));
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    } finally {
      this.#running = undefined;
    }
  }

  tables(): readonly HuntTableEntity[] {
    return this.#tables;
  }

  names(): readonly string[] {
    const columns = this.#tables.flatMap((table) => (table.columns ?? []).map(({ name }) => name));
    return [...new Set([...this.#tables.map(({ name }) => name), ...columns])];
  }

  progress(): string | undefined {
    const { state, topic, percent } = this.#status ?? {};
    const part = percent === undefined ? "" : `${Math.floor(percent)} %`;
    if (state === "reading") return `reading topic ${topic} ${part}`;
    return percent === undefined || percent === 0 ? undefined : part;
  }

  interrupt(): void {
    this.#running?.abort();
  }

  async close(): Promise<void> {
    this.interrupt();
    this.#http.close();
    this.#files.close();
  }

  #request({ text }: HuntText, limit: number | undefined): HuntRequest {
    const { dialect, topics, view } = this.#options;
    return { sql: text, dialect, topics: [...topics], view, ...(limit === undefined ? {} : { limit }) };
  }

  /** The answer's lines but those of progress; the end's notes are told. */
  async *#lines(statement: HuntText, limit: number | undefined): Lines {
    const { signal } = (this.#running = new AbortController());
    const sent = sentText(statement);
    try {
      const json = { ...this.#request(statement, limit), format: "ndjson", progress: true };
      const response = await this.#http.send({
        method: "POST",
        path: HUNT_PATH,
        accept: NDJSON,
        json,
        sent,
        signal,
      });
      for await (const text of linesOf(response)) {
        const line = parseExactJson(text) as HuntLine | HuntValue[];
        if (Array.isArray(line)) yield line;
        else if ("progress" in line) this.#status = line.progress;
        else if ("error" in line) throw serverError(line.error, sent);
        else yield line;
      }
    } catch (error) {
      if (signal.aborted) throw cancelled();
      throw error instanceof Error && "code" in error && String(error.code).startsWith("E")
        ? connectionError(this.#options.server, error)
        : error;
    } finally {
      this.#running = undefined;
      this.#status = undefined;
    }
  }

  async *#blocks(lines: Lines): AsyncGenerator<HuntValue[][]> {
    let block: HuntValue[][] = [];
    let isWhole = false;
    for await (const line of lines) {
      if (Array.isArray(line)) block.push(line.map(digitsOf));
      else if ("statistics" in line) {
        isWhole = true;
        for (const note of line.statistics.notes) this.#options.onNote(note);
      }
      if (block.length < BLOCK_ROWS) continue;
      yield block;
      block = [];
    }
    if (block.length > 0) yield block;
    if (!isWhole) throw this.#brokenOff();
  }

  #brokenOff(): Error {
    return cliErrors.CONNECTION_LOST({
      message: `the answer of ${this.#options.server.origin} broke off`,
      hint: "see whether the server still runs: 'spoor doctor'",
    });
  }
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
  // The reader of lines does not tell of a connection that breaks.
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  response.once("error", broken.reject);
  const iterator = lines[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await Promise.race([iterator.next(), broken.promise]);
      if (done === true) return;
      if (value !== "") yield value;
    }
  } finally {
    lines.close();
    response.destroy();
  }
}

function sentText({ text, file }: HuntText): SentText {
  return { text, start: 0, whole: text, file };
}

function columnsOf(columns: readonly { readonly name: string; readonly type: string }[]): HuntColumn[] {
  return columns.map(({ name, type }) => ({ name, type, isNumeric: isNumericType(type) }));
}

/** Numbers that a double would round are texts of their digits, as the database gives them here. */
function digitsOf(value: HuntValue): HuntValue {
  return isExactNumber(value) ? value.rawJSON : value;
}

function cancelled(): Error {
  return huntErrors.CANCELLED({ message: "the hunt was ended before it was done" });
}
