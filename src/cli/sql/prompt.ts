import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import type { Clock } from "../../base/clock.ts";
import type { Io } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { findPromptCommand } from "./prompt-commands.ts";
import type { PromptContext } from "./prompt-commands.ts";
import { PromptCompleter } from "./prompt-completer.ts";
import { HISTORY_MAX } from "./prompt-history.ts";
import type { PromptHistory } from "./prompt-history.ts";
import type { SqlSession } from "./sql-session.ts";
import { StatementAssembler } from "./statement-assembler.ts";

export interface PromptOptions {
  readonly session: SqlSession;
  readonly history: PromptHistory;
  readonly io: Io;
  readonly clock: Clock;
  readonly version: string;
  readonly workingDirectory: string;
  readonly timeoutMs: number;
}

const PROMPT = "spoor> ";
const CONTINUED = "     > ";
/** Pasted lines that may wait while a statement runs. */
const WAITING_LINES_MAX = 100_000;

/**
 * The interactive prompt. Lines are taken while a statement runs too (a paste of many statements arrives at once)
 * and run in order. Ctrl-C ends the running query; else it clears what is typed; twice on nothing, it leaves.
 */
export class Prompt {
  readonly #options: PromptOptions;
  readonly #assembler = new StatementAssembler();
  readonly #waiting: string[] = [];
  readonly #lines: Interface;
  #busy = false;
  #leaving = false;
  #interruptedOnNothing = false;
  #finished: (() => void) | undefined;
  /** The array that readline walks with the arrow keys, newest first. */
  #shownHistory: string[] = [];

  constructor(options: PromptOptions) {
    this.#options = options;
    const { session, clock, io, history } = options;
    const completer = new PromptCompleter(() => session.client.completions(), clock);
    this.#lines = createInterface({
      input: io.stdin,
      output: io.promptStream,
      terminal: true,
      prompt: PROMPT,
      history: history.newestFirst(),
      historySize: HISTORY_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        completer.complete(this.#assembler.openText, line).then(
          (found) => done(null, found),
          () => done(null, [[], line]),
        );
      },
    });
  }

  /** Resolves when the user leaves. */
  run(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lines.on("line", (line) => this.#line(line));
    this.#lines.on("SIGINT", () => this.#interrupt());
    this.#lines.on("close", () => {
      this.#leaving = true;
      this.#options.session.interrupt();
      if (!this.#busy) resolve();
      else this.#finished = resolve;
    });
    this.#lines.on("history", (history: string[]) => {
      this.#shownHistory = history;
    });
    this.#lines.prompt();
    return promise;
  }

  #line(line: string): void {
    this.#interruptedOnNothing = false;
    if (this.#waiting.length >= WAITING_LINES_MAX) {
      this.#options.session.output.talk(`more than ${WAITING_LINES_MAX} lines wait: this one is left out`);
      return;
    }
    this.#waiting.push(line);
    if (!this.#busy) void this.#work();
  }

  /** Takes the waiting lines one by one; never rejects. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (;;) {
      const line = this.#waiting.shift();
      if (line === undefined || this.#leaving) break;
      await this.#take(line);
    }
    this.#busy = false;
    if (this.#leaving) {
      this.#finished?.();
      return;
    }
    this.#lines.setPrompt(this.#assembler.isOpen ? CONTINUED : PROMPT);
    this.#lines.prompt();
  }

  async #take(line: string): Promise<void> {
    const { session, io } = this.#options;
    try {
      const found = this.#assembler.isOpen
        ? undefined
        : findPromptCommand(line.replace(/^(?:spoor|ksql)> /, ""));
      if (found !== undefined) {
        this.#remember(line);
        await found.command.run(this.#context(), found.rest);
        return;
      }
      const { statements } = this.#assembler.push(line);
      if (statements.trim() === "") return;
      this.#remember(statements);
      await session.execute(statements);
    } catch (error) {
      // What was pasted after a failing statement still runs: each may stand on its own.
      io.err(`${errorReport(error, io.paintErr)}\n`);
    }
  }

  /** A statement of several lines is one entry, not one a line. */
  #remember(statements: string): void {
    const { history } = this.#options;
    history.add(statements);
    this.#shownHistory.splice(0, this.#shownHistory.length, ...history.newestFirst());
  }

  #interrupt(): void {
    const { session, io } = this.#options;
    this.#waiting.length = 0;
    if (session.interrupt()) return;
    if (this.#busy) return;
    if (this.#assembler.isOpen || this.#lines.line !== "") {
      this.#assembler.clear();
      io.err("^C\n");
    } else if (this.#interruptedOnNothing) {
      io.err("\n");
      this.#lines.close();
      return;
    } else {
      this.#interruptedOnNothing = true;
      io.err("\n(Ctrl-C again, Ctrl-D or 'exit' leaves)\n");
    }
    // Clears the line under the cursor without running it.
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
    this.#lines.setPrompt(PROMPT);
    this.#lines.prompt();
  }

  #context(): PromptContext {
    const { session, version, workingDirectory, timeoutMs, io, history } = this.#options;
    return {
      session,
      version,
      workingDirectory,
      timeoutMs,
      history: () => history.oldestFirst(),
      clearScreen: () => io.promptStream.write("\u001b[2J\u001b[3J\u001b[H"),
      exit: () => this.#lines.close(),
    };
  }
}
