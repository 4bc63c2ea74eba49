import type { Span } from "../base/errors.ts";
import { takesKsql5 } from "./dialect.ts";
import type { Dialect } from "./dialect.ts";
import type { Directive, Token, TokenKind, TokenList } from "./token.ts";

/**
 * Splits a text into tokens after the lexer rules of ksqlDB's SqlBase.g4. It never throws: what has no end
 * or no meaning becomes an `open` or `unknown` token, which the parser reports only where it gets there.
 *
 * Outside the strict dialect, white space includes a backslash before a line's end, a no-break space, and
 * the prompt `ksql>` where a line and a statement begin.
 */
export function tokenize(text: string, dialect: Dialect): TokenList {
  return new Lexer(text, takesKsql5(dialect)).run();
}

const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy;
const DIGIT_NAME = /\d[a-z0-9_@]+/iy;
const VARIABLE = /\$\{([a-z_][a-z0-9_@]*)\}/iy;
const PROMPT = /ksql>/iy;
const CONTINUATION = /\\[ \t]*(?:\r?\n|$)/y;
const TWO_CHARACTER_SYMBOLS = new Set(["<>", "!=", "<=", ">=", "||", ":=", "->", "=>"]);
const ONE_CHARACTER_SYMBOLS = new Set("=<>+-*/%()[],;.".split(""));

const NEWLINE = 10;
const APOSTROPHE = 39;

class Lexer {
  readonly #text: string;
  readonly #lenient: boolean;
  readonly #tokens: Token[] = [];
  readonly #comments: Span[] = [];
  readonly #directives: Directive[] = [];
  #at = 0;
  #line = 1;
  /** Offset of the first character of the current line. */
  #lineStart = 0;

  constructor(text: string, lenient: boolean) {
    this.#text = text;
    this.#lenient = lenient;
  }

  run(): TokenList {
    for (;;) {
      this.#skipBlanks();
      if (this.#at >= this.#text.length) break;
      this.#next();
    }
    this.#push("end", "", this.#text.length);
    return { tokens: this.#tokens, comments: this.#comments, directives: this.#directives };
  }

  #next(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (isLetter(code) || code === 95) return this.#word();
    if (isDigit(code)) return this.#number();
    if (code === APOSTROPHE) return this.#quoted("'", "string", "string");
    if (code === 96) return this.#quoted("`", "quoted-name", "quoted name");
    if (code === 34) return this.#quoted('"', "quoted-name", "quoted name");
    if (code === 46 && isDigit(this.#text.charCodeAt(this.#at + 1))) return this.#number();
    if (code === 36) {
      const variable = this.#match(VARIABLE);
      if (variable !== undefined)
        return this.#push("variable", variable.slice(2, -1), this.#at + variable.length);
    }
    this.#symbol();
  }

  #word(): void {
    let end = this.#at + 1;
    while (isNamePart(this.#text.charCodeAt(end))) end++;
    this.#push("word", this.#text.slice(this.#at, end).toUpperCase(), end);
  }

  /** The longest match wins; a number wins over a name of the same length (`1e3`). */
  #number(): void {
    const number = this.#match(NUMBER) ?? "";
    const name = this.#match(DIGIT_NAME) ?? "";
    if (name.length > number.length)
      return this.#push("digit-name", name.toUpperCase(), this.#at + name.length);
    const kind = /e/i.test(number) ? "double" : number.includes(".") ? "decimal" : "integer";
    this.#push(kind, number, this.#at + number.length);
  }

  /** A doubled quote stands for one. */
  #quoted(quote: string, kind: TokenKind, what: string): void {
    const start = this.#at;
    let from = start + 1;
    let doubled = false;
    for (;;) {
      const close = this.#text.indexOf(quote, from);
      if (close === -1) return this.#push("open", what, this.#text.length);
      if (this.#text[close + 1] !== quote) {
        const raw = this.#text.slice(start + 1, close);
        return this.#push(kind, doubled ? raw.replaceAll(quote + quote, quote) : raw, close + 1);
      }
      doubled = true;
      from = close + 2;
    }
  }

  #symbol(): void {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (TWO_CHARACTER_SYMBOLS.has(two)) return this.#push("symbol", two === "!=" ? "<>" : two, this.#at + 2);
    const one = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    this.#push(ONE_CHARACTER_SYMBOLS.has(one) ? "symbol" : "unknown", one, this.#at + one.length);
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === NEWLINE) {
        this.#at++;
        this.#startLine(this.#at);
      } else if (code === 32 || code === 9 || code === 13) {
        this.#at++;
      } else if (code === 45 && this.#text.charCodeAt(this.#at + 1) === 45) {
        this.#lineComment();
      } else if (code === 47 && this.#text.charCodeAt(this.#at + 1) === 42) {
        if (!this.#blockComment()) return;
      } else if (!this.#lenient || !this.#skipPasted(code)) {
        return;
      }
    }
  }

  /** Skips what a terminal or a web page adds to a statement that is copied from it. */
  #skipPasted(code: number): boolean {
    if (code === 0xa0 || code === 0xfeff) {
      this.#at++;
      return true;
    }
    if (code === 92) {
      const continuation = this.#match(CONTINUATION);
      if (continuation === undefined) return false;
      this.#advanceLines(this.#at + continuation.length);
      return true;
    }
    if ((code === 107 || code === 75) && this.#startsStatement() && this.#startsLine()) {
      const prompt = this.#match(PROMPT);
      if (prompt === undefined) return false;
      this.#at += prompt.length;
      return true;
    }
    return false;
  }

  #startsStatement(): boolean {
    const last = this.#tokens.at(-1);
    return last === undefined || (last.kind === "symbol" && last.text === ";");
  }

  /** Several prompts may stand in one line: the blank ones that Enter leaves. */
  #startsLine(): boolean {
    return /^(?:[ \t]|ksql>)*$/i.test(this.#text.slice(this.#lineStart, this.#at));
  }

  #lineComment(): void {
    const newline = this.#text.indexOf("\n", this.#at);
    const end = newline === -1 ? this.#text.length : newline;
    this.#comments.push(this.#span(end));
    if (this.#text[this.#at + 2] === "@") {
      const text = this.#text.slice(this.#at + 3, end).trim();
      this.#directives.push({ text, span: this.#span(end) });
    }
    this.#at = end;
  }

  /** False for a comment without an end, which becomes an `open` token. */
  #blockComment(): boolean {
    const close = this.#text.indexOf("*/", this.#at + 2);
    if (close === -1) {
      this.#push("open", "comment", this.#text.length);
      return false;
    }
    this.#comments.push(this.#span(close + 2));
    this.#advanceLines(close + 2);
    return true;
  }

  #push(kind: TokenKind, text: string, end: number): void {
    const { start, line, column } = this.#span(end);
    this.#tokens.push({ kind, text, start, end, line, column });
    if (kind === "string" || kind === "quoted-name" || kind === "open") this.#advanceLines(end);
    else this.#at = end;
  }

  #span(end: number): Span {
    return { start: this.#at, end, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #advanceLines(end: number): void {
    let newline = this.#text.indexOf("\n", this.#at);
    while (newline !== -1 && newline < end) {
      this.#startLine(newline + 1);
      newline = this.#text.indexOf("\n", newline + 1);
    }
    this.#at = end;
  }

  #startLine(offset: number): void {
    this.#line++;
    this.#lineStart = offset;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isNamePart(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 95 || code === 64;
}
