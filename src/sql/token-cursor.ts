import type { ErrorPlace, Span, SpoorError } from "../base/errors.ts";
import { takesKsql5 } from "./dialect.ts";
import type { Dialect } from "./dialect.ts";
import { sqlErrors } from "./errors.ts";
import { expectedText } from "./expectation.ts";
import type { Expectation } from "./expectation.ts";
import { KSQL5_NAMES, RESERVED_WORDS } from "./keywords.ts";
import type { ParseOptions, TypeLookup } from "./parse-options.ts";
import { syntaxHint } from "./syntax-hint.ts";
import type { Situation } from "./syntax-hint.ts";
import type { Token } from "./token.ts";

/** Nesting that a statement may have: parentheses, CASE, types, EXPLAIN within EXPLAIN. */
export const MAX_NESTING = 200;

/** Height that an expression tree may have, so that every walk over it may recurse. */
export const MAX_HEIGHT = 1500;

/**
 * A place in a token list, with what the parser looked for there. Each `accept…` that fails notes its
 * expectation; each step forward forgets them, so {@link fail} knows all that could have stood at the place
 * where parsing stopped.
 */
export class TokenCursor {
  readonly text: string;
  readonly dialect: Dialect;
  readonly lenient: boolean;
  readonly testStatements: boolean;
  readonly typeRegistry: TypeLookup | undefined;
  readonly file: string | undefined;
  readonly variables: Map<string, string>;
  /** Names bound by the lambdas around the current place, innermost last. */
  lambdaParams: readonly string[] = [];
  /** Names and aliases in FROM clauses of the current statement. */
  readonly sources = new Set<string>();
  /** The qualifiers of `name.column` and `name.*` in the current statement. */
  readonly qualifiers: { readonly name: string; readonly span: Span }[] = [];
  /** Height of the tallest expression finished since it was last set to 0. */
  height = 0;
  readonly #tokens: readonly Token[];
  #index = 0;
  #nesting = 0;
  #expected: Expectation[] = [];

  constructor(text: string, tokens: readonly Token[], options: ParseOptions) {
    this.text = text;
    this.#tokens = tokens;
    this.dialect = options.dialect ?? "auto";
    this.lenient = takesKsql5(this.dialect);
    this.testStatements = options.testStatements ?? false;
    this.typeRegistry = options.typeRegistry;
    this.file = options.file;
    this.variables = new Map(options.variables);
  }

  get token(): Token {
    return this.#tokens[this.#index]!;
  }

  /** The token `ahead` places on; the last one is always `end`. */
  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  /** What was looked for at the current place. */
  get expected(): readonly Expectation[] {
    return this.#expected;
  }

  advance(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#index++;
    this.#expected.length = 0;
    return token;
  }

  note(expectation: Expectation): void {
    this.#expected.push(expectation);
  }

  atWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "word" && token.text === word;
  }

  atSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "symbol" && token.text === symbol;
  }

  acceptWord(word: string): boolean {
    const { token } = this;
    if (token.kind === "word" && token.text === word) {
      this.advance();
      return true;
    }
    this.#expected.push(word);
    return false;
  }

  /** Takes the first word only if the second follows it. */
  acceptWords(first: string, second: string): boolean {
    if (this.atWord(first) && this.atWord(second, 1)) {
      this.advance();
      this.advance();
      return true;
    }
    if (this.atWord(first) && this.peek(1).kind === "end") {
      this.advance();
      return this.expectWord(second);
    }
    this.#expected.push(first);
    return false;
  }

  acceptSymbol(symbol: string): boolean {
    const { token } = this;
    if (token.kind === "symbol" && token.text === symbol) {
      this.advance();
      return true;
    }
    this.#expected.push(`'${symbol}'`);
    return false;
  }

  expectWord(word: string): true {
    if (!this.acceptWord(word)) throw this.fail();
    return true;
  }

  expectWords(...words: readonly string[]): void {
    for (const word of words) this.expectWord(word);
  }

  expectSymbol(symbol: string): Token {
    const { token } = this;
    if (!this.acceptSymbol(symbol)) throw this.fail();
    return token;
  }

  /** Expects the bracket that closes `open`; the error tells which one is open. */
  expectClosing(symbol: string, open: Token): void {
    if (this.acceptSymbol(symbol)) return;
    const { token } = this;
    const outside = token.kind === "end" || this.atSymbol(";") || RESERVED_WORDS.has(token.text);
    const hint = `the '${open.text}' at line ${open.line}, column ${open.column} is not closed`;
    throw this.fail(outside ? hint : undefined);
  }

  /** Items between commas, at least one. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.acceptSymbol(",")) items.push(item());
    return items;
  }

  /** True where a name may stand: words that are not reserved, quoted names, 1name, ${variable}. */
  isName(ahead = 0): boolean {
    const token = this.peek(ahead);
    switch (token.kind) {
      case "word":
        return !RESERVED_WORDS.has(token.text) || (this.lenient && KSQL5_NAMES.has(token.text));
      case "quoted-name":
      case "digit-name":
      case "variable":
        return true;
      default:
        return false;
    }
  }

  expectString(): string {
    if (this.token.kind === "string") return this.substitute(this.advance().text);
    this.note("<string>");
    throw this.fail();
  }

  /** Replaces `${name}` in a string by the values of the variables that are defined. */
  substitute(text: string): string {
    if (this.variables.size === 0 || !text.includes("${")) return text;
    return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => this.variables.get(name) ?? whole);
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (++this.#nesting > MAX_NESTING) {
      throw sqlErrors.TOO_DEEP({
        message: "statement is nested too deeply",
        detail: `more than ${MAX_NESTING} levels`,
        place: this.place(),
      });
    }
    try {
      return parse();
    } finally {
      this.#nesting--;
    }
  }

  /** Notes that an expression of this height is finished at the current place. */
  checkHeight(height: number): number {
    if (height <= MAX_HEIGHT) return height;
    throw sqlErrors.TOO_DEEP({
      message: "expression is too long",
      detail: `more than ${MAX_HEIGHT} operators in one chain`,
      hint: "write many alternatives as IN (…), or split the statement",
      place: this.place(),
    });
  }

  /** From `start` to the end of the token before the current one. */
  spanFrom(start: Span): Span {
    const end = this.#index === 0 ? start.end : Math.max(start.end, this.#tokens[this.#index - 1]!.end);
    return { start: start.start, end, line: start.line, column: start.column };
  }

  place(span: Span = this.token): ErrorPlace {
    const { start, end, line, column } = span;
    const place = { text: this.text, span: { start, end, line, column } };
    return this.file === undefined ? place : { ...place, file: this.file };
  }

  /** Goes to the token after the next `;` (or to the end): where parsing goes on after an error. */
  skipStatement(): void {
    while (this.token.kind !== "end") {
      const token = this.advance();
      if (token.kind === "symbol" && token.text === ";") return;
    }
  }

  resetStatement(): void {
    this.lambdaParams = [];
    this.sources.clear();
    this.qualifiers.length = 0;
    this.height = 0;
    this.#nesting = 0;
  }

  /** The syntax error for the current token. */
  fail(hint?: string): SpoorError {
    const { token } = this;
    if (token.kind === "open") {
      return sqlErrors.UNTERMINATED({
        message: `${token.text} is not closed`,
        detail: `it begins at line ${token.line}, column ${token.column}`,
        place: this.place({ ...token, end: Math.min(token.end, token.start + 1) }),
      });
    }
    return sqlErrors.SYNTAX({
      message: this.#expected.includes("<statement>")
        ? `unknown statement ${this.found()}`
        : `unexpected ${this.found()}`,
      detail: expectedText(this.#expected),
      hint: hint ?? syntaxHint(this.#situation()),
      place: this.place(),
    });
  }

  found(token = this.token): string {
    if (token.kind === "end") return "end of input";
    if (token.kind === "symbol" && token.text === ";") return "end of statement";
    const text = this.text.slice(token.start, token.end);
    return `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
  }

  #situation(): Situation {
    const { token } = this;
    const previous = this.#index === 0 ? undefined : this.#tokens[this.#index - 1];
    return { token, previous, text: this.text, expected: this.#expected, lenient: this.lenient };
  }
}
