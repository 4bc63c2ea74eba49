/**
 * Reads date patterns as `DateTimeFormatterBuilder.appendPattern` does: letters, quoted text, `[optional]`
 * parts, `p` for padding, and the adjacent-value rule (`yyyyMMdd`: the later numbers reserve their digits).
 */
import { functionErrors } from "../errors.ts";
import { letterToken, type Token } from "./pattern-token.ts";

const LETTER = /[A-Za-z]/;
const MAX_PATTERN_LENGTH = 500;

/** @throws SpoorError FUNCTION_INVALID_ARGUMENT when the pattern is none. */
export function parsePattern(pattern: string): readonly Token[] {
  if (pattern.length > MAX_PATTERN_LENGTH) throw invalid(pattern, "the pattern is too long");
  return new PatternReader(pattern).read();
}

/** One open `[`: its tokens, and where among them is the number that adjacent ones reserve digits of. */
interface Level {
  readonly tokens: Token[];
  numberAt: number;
}

class PatternReader {
  readonly #pattern: string;
  readonly #levels: Level[] = [{ tokens: [], numberAt: -1 }];
  #position = 0;
  #padWidth = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): readonly Token[] {
    while (this.#position < this.#pattern.length) this.#readOne(this.#pattern[this.#position]!);
    if (this.#padWidth > 0) throw invalid(this.#pattern, "pad letter 'p' must be followed by a field");
    while (this.#levels.length > 1) this.#closeOptional();
    return this.#levels[0]!.tokens;
  }

  #readOne(char: string): void {
    if (LETTER.test(char)) return this.#readLetters(char);
    this.#position++;
    if (char === "'") return this.#readQuoted();
    if (char === "[") {
      this.#levels.push({ tokens: [], numberAt: -1 });
      this.#levels.at(-2)!.numberAt = -1;
      return;
    }
    if (char === "]") {
      if (this.#levels.length === 1) throw invalid(this.#pattern, "']' without a '['");
      return this.#closeOptional();
    }
    if (char === "{" || char === "}" || char === "#") {
      throw invalid(this.#pattern, `'${char}' is a reserved character; write it in quotes`);
    }
    this.#append({ kind: "literal", text: char });
  }

  #readQuoted(): void {
    let text = "";
    for (;;) {
      const end = this.#pattern.indexOf("'", this.#position);
      if (end < 0) throw invalid(this.#pattern, "a quoted text has no closing quote");
      text += this.#pattern.slice(this.#position, end);
      this.#position = end + 1;
      if (this.#pattern[this.#position] !== "'") break;
      text += "'";
      this.#position++;
    }
    this.#append({ kind: "literal", text: text === "" ? "'" : text });
  }

  #readLetters(letter: string): void {
    let count = 1;
    while (this.#pattern[this.#position + count] === letter) count++;
    this.#position += count;
    if (letter === "p") {
      this.#padWidth = count;
      const next = this.#pattern[this.#position];
      if (next === undefined || !LETTER.test(next)) {
        throw invalid(this.#pattern, "pad letter 'p' must be followed by a field");
      }
      return;
    }
    const token = letterToken(letter, count);
    if (token === undefined) {
      throw invalid(this.#pattern, `'${letter.repeat(count)}' is an unknown letter or has too many letters`);
    }
    this.#append(token);
  }

  #append(token: Token): void {
    const level = this.#levels.at(-1)!;
    if (this.#padWidth > 0) {
      level.tokens.push({ kind: "pad", width: this.#padWidth, inner: token });
      this.#padWidth = 0;
      level.numberAt = -1;
      return;
    }
    const fixed =
      token.kind === "two-digit-year"
        ? 2
        : token.kind === "fraction"
          ? token.digits
          : token.kind === "number" && token.min === token.max && token.sign === "not-negative"
            ? token.max
            : 0;
    const first = level.tokens[level.numberAt];
    if (first?.kind === "number" && fixed > 0) {
      level.tokens[level.numberAt] = { ...first, reserved: first.reserved + fixed };
      level.tokens.push(token.kind === "number" ? { ...token, reserved: -1 } : token);
      return;
    }
    if (first?.kind === "number" && token.kind === "number") {
      level.tokens[level.numberAt] = { ...first, reserved: -1 };
    }
    level.tokens.push(token);
    level.numberAt = token.kind === "number" ? level.tokens.length - 1 : -1;
  }

  #closeOptional(): void {
    const { tokens } = this.#levels.pop()!;
    const outer = this.#levels.at(-1)!;
    if (tokens.length > 0) outer.tokens.push({ kind: "optional", tokens });
    outer.numberAt = -1;
  }
}

function invalid(pattern: string, reason: string) {
  return functionErrors.INVALID_ARGUMENT({
    message: `'${pattern}' is no date pattern: ${reason}`,
    hint: "patterns are those of Java's DateTimeFormatter, for example 'yyyy-MM-dd HH:mm:ss.SSS'",
  });
}
