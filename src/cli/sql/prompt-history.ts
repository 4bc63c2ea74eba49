import { appendFileSync, readFileSync, writeFileSync } from "node:fs";

/** Entries kept, in memory and in the file. */
export const HISTORY_MAX = 1000;

/**
 * Statements typed before, in a file with one a line (a statement's own line ends become blanks). Where the file
 * cannot be read or written, history lasts for the session only: no reason to stop anybody.
 */
export class PromptHistory {
  readonly #file: string | undefined;
  /** Oldest first. */
  #entries: string[] = [];

  constructor(file: string | undefined) {
    this.#file = file;
    if (file !== undefined) this.#load(file);
  }

  /** Newest first, as node:readline wants them. */
  newestFirst(): string[] {
    return this.#entries.toReversed();
  }

  oldestFirst(): readonly string[] {
    return this.#entries;
  }

  add(statement: string): void {
    const entry = oneLine(statement);
    if (entry === "" || entry === this.#entries.at(-1)) return;
    this.#entries.push(entry);
    if (this.#entries.length > HISTORY_MAX) this.#entries = this.#entries.slice(-HISTORY_MAX);
    if (this.#file === undefined) return;
    try {
      appendFileSync(this.#file, `${entry}\n`, { mode: 0o600 });
    } catch {
      // Kept in memory only.
    }
  }

  #load(file: string): void {
    try {
      const lines = readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      this.#entries = lines.slice(-HISTORY_MAX);
      if (lines.length > HISTORY_MAX * 2)
        writeFileSync(file, `${this.#entries.join("\n")}\n`, { mode: 0o600 });
    } catch {
      this.#entries = [];
    }
  }
}

/** On one line a `--` comment would swallow what follows it: it is left out. */
function oneLine(statement: string): string {
  return statement
    .split("\n")
    .map((line) => (line.includes("'") ? line : line.replace(/--.*$/, "")).replace(/\\\s*$/, "").trim())
    .filter((line) => line !== "")
    .join(" ");
}
