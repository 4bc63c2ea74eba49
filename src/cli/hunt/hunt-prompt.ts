import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { splitHunts, sqlTokens } from "../../lake/hunt/sql-tokens.ts";
import type { Io } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { HISTORY_MAX } from "../sql/prompt-history.ts";
import type { PromptHistory } from "../sql/prompt-history.ts";
import type { HuntRunner } from "./hunt-runner.ts";

const PROMPT = "hunt> ";
const CONTINUED = "    > ";
/** Pasted lines that may wait while a statement runs. */
const WAITING_LINES_MAX = 100_000;

const HELP = `Statements end with ';' and may go over several lines.
  SHOW TABLES;            what can be asked
  DESCRIBE sysmon;        a table's columns
  SUMMARIZE sysmon;       what its columns hold
  FROM events('file');    a file, folder or pattern read on the spot
  help, history, exit     (Ctrl-D leaves too; Ctrl-C ends the running statement)
`;

const WORDS =
  "SELECT FROM WHERE GROUP BY ORDER LIMIT HAVING JOIN LEFT INNER ON USING AND OR NOT IN LIKE ILIKE BETWEEN IS NULL DISTINCT COUNT UNION ALL WITH AS CASE WHEN THEN ELSE END DESCRIBE SUMMARIZE SHOW TABLES EXPLAIN events( source_events( topic(".split(
    " ",
  );

/** The interactive prompt of `spoor hunt`. Lines typed or pasted while a statement runs wait and run in order. */
export class HuntPrompt {
  readonly #runner: HuntRunner;
  readonly #history: PromptHistory;
  readonly #io: Io;
  readonly #lines: Interface;
  readonly #waiting: string[] = [];
  #open = "";
  #busy = false;
  #leaving = false;
  #interruptedOnNothing = false;
  #finished: (() => void) | undefined;

  constructor(runner: HuntRunner, history: PromptHistory, io: Io) {
    this.#runner = runner;
    this.#history = history;
    this.#io = io;
    this.#lines = createInterface({
      input: io.stdin,
      output: io.promptStream,
      terminal: true,
      prompt: PROMPT,
      history: history.newestFirst(),
      historySize: HISTORY_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string): [string[], string] => this.#completions(line),
    });
  }

  /** Resolves when the user leaves. */
  run(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lines.on("line", (line) => {
      this.#interruptedOnNothing = false;
      if (this.#waiting.length < WAITING_LINES_MAX) this.#waiting.push(line);
      else this.#io.err(`more than ${WAITING_LINES_MAX} lines wait: this one is left out\n`);
      if (!this.#busy) void this.#work();
    });
    this.#lines.on("SIGINT", () => this.#interrupt());
    this.#lines.on("close", () => {
      this.#leaving = true;
      this.#runner.interrupt();
      if (this.#busy) this.#finished = resolve;
      else resolve();
    });
    this.#lines.prompt();
    return promise;
  }

  /** Takes the waiting lines one by one; never rejects. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (;;) {
      const line = this.#waiting.shift();
      if (line === undefined || this.#leaving) break;
      try {
        await this.#take(line);
      } catch (error) {
        this.#io.err(`${errorReport(error, this.#io.paintErr)}\n`);
      }
    }
    this.#busy = false;
    if (this.#leaving) {
      this.#finished?.();
      return;
    }
    this.#lines.setPrompt(this.#open === "" ? PROMPT : CONTINUED);
    this.#lines.prompt();
  }

  async #take(line: string): Promise<void> {
    if (this.#open === "" && this.#command(line.trim().toLowerCase().replace(/;$/, ""))) return;
    const text = `${this.#open}${line}\n`;
    const statements = splitHunts(text, this.#runner.door.dialect);
    const last = statements.at(-1);
    const isOpen = last !== undefined && !last.complete;
    this.#open = isOpen ? text.slice(last.start) : "";
    const complete = isOpen ? text.slice(0, last.start) : text;
    if (complete.trim() === "" || statements.length === (isOpen ? 1 : 0)) return;
    this.#history.add(complete);
    await this.#runner.execute(complete);
  }

  #command(words: string): boolean {
    switch (words) {
      case "exit":
      case "quit":
        this.#lines.close();
        return true;
      case "help":
        this.#io.err(HELP);
        return true;
      case "history":
        for (const entry of this.#history.oldestFirst()) this.#io.err(`${entry}\n`);
        return true;
      default:
        return false;
    }
  }

  #interrupt(): void {
    this.#waiting.length = 0;
    if (this.#runner.interrupt() || this.#busy) return;
    if (this.#open !== "" || this.#lines.line !== "") {
      this.#open = "";
      this.#io.err("^C\n");
    } else if (this.#interruptedOnNothing) {
      this.#io.err("\n");
      this.#lines.close();
      return;
    } else {
      this.#interruptedOnNothing = true;
      this.#io.err("\n(Ctrl-C again, Ctrl-D or 'exit' leaves)\n");
    }
    // Clears the line under the cursor without running it.
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
    this.#lines.setPrompt(PROMPT);
    this.#lines.prompt();
  }

  #completions(line: string): [string[], string] {
    const { door } = this.#runner;
    const last = sqlTokens(this.#open + line, door.dialect).at(-1);
    if (last === undefined || last.kind === "text" || last.kind === "comment") return [[], line];
    const typed = last.kind === "word" ? last.text : "";
    const words =
      typed !== "" && typed === typed.toLowerCase() ? WORDS.map((word) => word.toLowerCase()) : WORDS;
    const found = [...door.names(), ...words].filter((name) =>
      name.toLowerCase().startsWith(typed.toLowerCase()),
    );
    return [[...new Set(found)].toSorted(), typed];
  }
}
