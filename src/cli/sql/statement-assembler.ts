import { splitStatements } from "../../sql/split.ts";

/** What a line of input brought about. */
export interface Assembled {
  /** The text of one or more statements, complete; empty where the line ended none. */
  readonly statements: string;
  /** True where the line stands alone: no statement was open before it. */
  readonly fresh: boolean;
}

/** Prompts that come along when a session is copied. */
const PASTED_PROMPT = /^\s*(?:(?:spoor|ksql)> ?)+/i;

/** The statement that is being typed or pasted, line by line, until its `;`. */
export class StatementAssembler {
  #open = "";

  /** True where a statement is begun and not ended. */
  get isOpen(): boolean {
    return this.#open !== "";
  }

  get openText(): string {
    return this.#open;
  }

  clear(): void {
    this.#open = "";
  }

  push(line: string): Assembled {
    const fresh = this.#open === "";
    const text = `${this.#open}${fresh ? line.replace(PASTED_PROMPT, "") : line}\n`;
    const last = splitStatements(text).at(-1);
    if (last === undefined) {
      this.#open = "";
      return { statements: "", fresh };
    }
    if (last.complete) {
      this.#open = "";
      return { statements: text, fresh };
    }
    this.#open = text.slice(last.span.start);
    return { statements: text.slice(0, last.span.start), fresh };
  }

  /** What stands unfinished at the input's end; it may be a statement without its `;`. */
  finish(): string {
    const text = this.#open;
    this.#open = "";
    return text;
  }
}
