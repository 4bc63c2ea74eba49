import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { KsqlEntity } from "../../api/entities.ts";
import { assert } from "../../base/assert.ts";
import { parseStatement } from "../../sql/parser.ts";
import { splitStatements } from "../../sql/split.ts";
import type { StatementText } from "../../sql/split.ts";
import { ServerRefusal } from "../client/http-exchange.ts";
import { entitiesBefore, serverError } from "../client/server-error.ts";
import type { SentText } from "../client/server-error.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { cliErrors } from "../errors.ts";
import { RowPrinter } from "./row-printer.ts";
import type { SqlOutput } from "./sql-output.ts";
import { statementRoute } from "./statement-route.ts";

/** A query without a row for so long gets a hint. */
const SILENCE_MS = 3000;

export interface SessionOptions {
  readonly workingDirectory: string;
  readonly queryTimeoutMs: number | undefined;
  readonly queryRowLimit: number | undefined;
  /** Ends all that runs. */
  readonly interrupted: AbortSignal;
}

/** RUN SCRIPT within RUN SCRIPT, at most. */
const SCRIPT_DEPTH_MAX = 10;

/**
 * A conversation with a server. SET, UNSET, DEFINE and UNDEFINE live here and travel with each request, as in
 * ksqlDB's CLI: the server keeps no session.
 */
export class SqlSession {
  client: SpoorClient;
  readonly output: SqlOutput;
  readonly properties = new Map<string, string>();
  readonly variables = new Map<string, string>();
  readonly #options: SessionOptions;
  #running: AbortController | undefined;

  constructor(client: SpoorClient, output: SqlOutput, options: SessionOptions) {
    this.client = client;
    this.output = output;
    this.#options = options;
  }

  /** Ends the query or PRINT that runs; false where none does. */
  interrupt(): boolean {
    this.#running?.abort();
    return this.#running !== undefined;
  }

  /**
   * Runs the statements of a text in order and stops at the first that fails. Statements that stand together go to
   * the server together, which checks all of them before it runs the first.
   */
  async execute(text: string, file?: string, depth = 0): Promise<void> {
    let together: StatementText[] = [];
    const flush = async (): Promise<void> => {
      const [first] = together;
      const last = together.at(-1);
      together = [];
      if (first !== undefined && last !== undefined) {
        await this.#statements(sentText(text, first.span.start, last.span.end, file));
      }
    };
    for (const statement of splitStatements(text)) {
      if (this.#options.interrupted.aborted) return;
      // Throws with the place where the string or comment begins that is never closed.
      if (statement.open !== undefined) parseStatement(text, { file });
      const route = statementRoute(statement.text);
      if (route === "statement") {
        together.push(statement);
        continue;
      }
      await flush();
      await this.#single(route, sentText(text, statement.span.start, statement.span.end, file), depth);
    }
    await flush();
  }

  async runScript(file: string, depth = 0): Promise<void> {
    if (depth > SCRIPT_DEPTH_MAX) {
      throw cliErrors.SCRIPT_DEPTH({
        message: `'${file}' is the ${depth}th script in a row`,
        hint: "look for a RUN SCRIPT that leads back to its own file",
      });
    }
    let text: string;
    try {
      text = await readFile(resolve(this.#options.workingDirectory, file), "utf8");
    } catch (error) {
      throw cliErrors.FILE_UNREADABLE({
        message: `cannot read '${file}'`,
        detail: error instanceof Error ? error.message : String(error),
        hint: "paths begin at the folder that spoor was started in",
        cause: error,
      });
    }
    await this.execute(text, file, depth);
  }

  async #single(
    route: Exclude<ReturnType<typeof statementRoute>, "statement">,
    sent: SentText,
    depth: number,
  ): Promise<void> {
    switch (route) {
      case "query":
        return this.#query(sent);
      case "print":
        return this.#print(sent);
      case "session":
        return this.#changeSession(sent);
      case "variables":
        return this.output.entities([this.#variablesEntity(sent.text)]);
      case "script": {
        const statement = parseStatement(sent.text, { variables: this.variables, testStatements: true });
        assert(statement.kind === "run-script", "RUN SCRIPT is parsed as such");
        return this.runScript(statement.file, depth + 1);
      }
    }
  }

  async #statements(sent: SentText): Promise<void> {
    let entities: readonly KsqlEntity[];
    try {
      entities = await this.client.ksql(sent, this.#state(), this.#options.interrupted);
    } catch (error) {
      if (error instanceof ServerRefusal) {
        const before = entitiesBefore(error.entity);
        if (before.length > 0) this.output.entities(before);
      }
      throw error;
    }
    this.output.entities(entities.filter((entity) => !isFailure(entity)));
    const failed = entities.find(isFailure);
    if (failed?.["@type"] === "currentStatus") {
      const [message = "", ...detail] = failed.commandStatus.message.split("\n");
      throw cliErrors.SERVER_REFUSED({
        message,
        detail: detail.length === 0 ? undefined : detail.join("\n"),
      });
    }
    await this.output.drained();
  }

  async #query(sent: SentText): Promise<void> {
    const printer = new RowPrinter(this.output);
    const hint = setTimeout(() => this.#hintAtSilence(printer), SILENCE_MS);
    try {
      await this.#untilInterrupted(async (signal) => {
        for await (const rows of this.client.query(sent, this.#state(), signal)) {
          for (const row of rows) {
            if (row.errorMessage !== undefined) throw serverError(row.errorMessage, sent);
            if (row.header !== undefined) printer.header(row.header.schema);
            if (row.row !== undefined) printer.row(row.row);
            if (printer.rows === this.#options.queryRowLimit) return "Row limit reached";
            if (row.finalMessage !== undefined) return row.finalMessage;
          }
          await this.output.drained();
        }
        return undefined;
      }, printer);
    } finally {
      clearTimeout(hint);
      printer.finish();
    }
    await this.output.drained();
  }

  /** A person who waits for rows that will never come is told why. */
  #hintAtSilence(printer: RowPrinter): void {
    const { io } = this.output;
    if (printer.rows > 0 || !io.stderrIsTerminal) return;
    const earliest = [...this.properties].some(
      ([name, value]) => name.endsWith("auto.offset.reset") && value.toLowerCase() === "earliest",
    );
    const why = earliest
      ? "No rows yet. 'spoor queries' shows what the queries before it have read and left out."
      : "No rows yet: only what arrives from now on is read. To read from the beginning: SET 'auto.offset.reset' = 'earliest';";
    this.output.talk(io.paintErr("dim", `${why} (Ctrl-C ends the query.)`));
  }

  /** Runs a query; its last words follow the last row. */
  async #untilInterrupted(
    run: (signal: AbortSignal) => Promise<string | undefined>,
    printer: RowPrinter,
  ): Promise<void> {
    const lastWord = await this.#stoppable(run);
    printer.finish();
    if (this.output.format !== "tabular") return;
    if (lastWord !== undefined && lastWord !== "Query terminated") this.output.talk(lastWord);
    this.output.talk("Query terminated");
  }

  async #print(sent: SentText): Promise<void> {
    await this.#stoppable(async (signal) => {
      for await (const lines of this.client.print(sent, this.#state(), signal)) {
        for (const line of lines) this.output.record(line);
        await this.output.drained();
      }
      return undefined;
    });
    this.output.talk("Topic printing ceased");
  }

  /** Runs under a signal that Ctrl-C, the time limit and a reader that goes away give. */
  async #stoppable<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const running = new AbortController();
    this.#running = running;
    const { queryTimeoutMs, interrupted } = this.#options;
    const signals = [running.signal, interrupted, this.output.io.outputClosed];
    if (queryTimeoutMs !== undefined) signals.push(AbortSignal.timeout(queryTimeoutMs));
    const signal = AbortSignal.any(signals);
    try {
      return await run(signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      this.#running = undefined;
      // Closes the connection of a query that was left before its end.
      running.abort();
    }
  }

  async #changeSession(sent: SentText): Promise<void> {
    const statement = parseStatement(sent.text, { variables: this.variables });
    switch (statement.kind) {
      case "set-property":
        return this.setProperty(statement.name, statement.value);
      case "unset-property":
        return this.unsetProperty(statement.name);
      case "define-variable":
        this.variables.set(statement.name, statement.value);
        return;
      case "undefine-variable":
        if (this.variables.delete(statement.name)) return;
        this.output.talk(`Cannot undefine variable '${statement.name}' which was never defined.`);
        return;
      default:
        assert(false, `${statement.kind} changes no session`);
    }
  }

  /** @throws the server's error where it does not know the property */
  async setProperty(name: string, value: string): Promise<void> {
    await this.client.isValidProperty(name);
    const before = this.properties.get(name);
    this.properties.set(name, value);
    const from = before === undefined ? "" : ` from '${before}'`;
    const cure = before === undefined ? " Use the UNSET command to revert your change." : "";
    this.output.talk(`Successfully changed local property '${name}'${from} to '${value}'.${cure}`);
  }

  unsetProperty(name: string): void {
    const value = this.properties.get(name);
    if (value === undefined) {
      throw cliErrors.BAD_OPTION({
        message: `property '${name}' was never set here`,
        hint: "'SHOW PROPERTIES;' marks with SESSION what is",
      });
    }
    this.properties.delete(name);
    this.output.talk(`Successfully unset local property '${name}' (value was '${value}').`);
  }

  #variablesEntity(statementText: string): KsqlEntity {
    const variables = [...this.variables].map(([name, value]) => ({ name, value }));
    return { "@type": "variables", statementText, warnings: [], variables };
  }

  #state() {
    return {
      properties: Object.fromEntries(this.properties),
      variables: Object.fromEntries(this.variables),
    };
  }
}

function isFailure(entity: KsqlEntity): boolean {
  return entity["@type"] === "currentStatus" && entity.commandStatus.status === "ERROR";
}

function sentText(whole: string, start: number, end: number, file: string | undefined): SentText {
  return { text: whole.slice(start, end), start, whole, file };
}
