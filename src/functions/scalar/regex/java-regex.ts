/**
 * Java's regular expressions (java.util.regex.Pattern) as JavaScript's: the pattern is translated once, to a
 * RegExp with the `v` flag. Differences that are bridged: possessive quantifiers and atomic groups (a lookahead
 * and a back reference), `\A \Z \z \R \h \Q..\E`, POSIX and java.lang classes, class intersections, inline
 * flags, ASCII `\s`, and what `.`, `^` and `$` take for a line end. Not bridged, and an error: `\G`, `\X`,
 * `\N{..}`, blocks (`\p{InGreek}`) and the flags `d`, `U`. A back reference to a group that has taken no part
 * in the match matches nothing (in Java it fails), and a repeated group forgets what it took the turn before.
 *
 * Groups are named `g1`, `g2`, … in the result, since atomic groups need groups of their own.
 */
import { functionErrors } from "../../errors.ts";
import { classEscape, literal, propertyClass } from "./java-regex-class.ts";
import { translateClass } from "./java-regex-brackets.ts";

const MAX_PATTERN_LENGTH = 10_000;
const LINE_END = "[\\n\\r\\u0085\\u2028\\u2029]";
const LAST_LINE_END = `(?=(?:\\r\\n|(?<!\\r)\\n|[\\r\\u0085\\u2028\\u2029])?$)`;

export interface JavaRegex {
  /** Global; its groups are named g1…gN. */
  readonly regExp: RegExp;
  readonly groupCount: number;
  /** Java names of groups, with their numbers. */
  readonly groupNames: ReadonlyMap<string, number>;
}

/** @throws SpoorError FUNCTION_INVALID_ARGUMENT when `pattern` is none or uses what can't be translated. */
export function compileJavaRegex(pattern: string): JavaRegex {
  if (pattern.length > MAX_PATTERN_LENGTH) throw invalidRegex(pattern, "it is too long", 0);
  const translator = new Translator(pattern);
  const source = translator.translate();
  let regExp: RegExp;
  try {
    regExp = new RegExp(source, "gv");
  } catch (error) {
    throw invalidRegex(pattern, error instanceof Error ? error.message : String(error), 0);
  }
  return { regExp, groupCount: translator.groupCount, groupNames: translator.groupNames };
}

export function invalidRegex(pattern: string, reason: string, position: number) {
  return functionErrors.INVALID_ARGUMENT({
    message: `invalid regular expression pattern '${pattern}': ${reason}`,
    detail: `near index ${position}`,
    hint: "patterns are those of Java's java.util.regex.Pattern",
  });
}

interface Flags {
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly comments: boolean;
  readonly ignoreCase: boolean;
}

class Translator {
  groupCount = 0;
  readonly groupNames = new Map<string, number>();
  readonly #pattern: string;
  #position = 0;
  #atomics = 0;
  #flags: Flags = { dotAll: false, multiline: false, comments: false, ignoreCase: false };

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    const source = this.#alternatives();
    if (this.#position < this.#pattern.length) throw this.#error("unmatched closing ')'");
    return source;
  }

  #error(reason: string) {
    return invalidRegex(this.#pattern, reason, this.#position);
  }

  #peek(text: string): boolean {
    return this.#pattern.startsWith(text, this.#position);
  }

  /** Up to the `)` of the group or the end. Flags set inside hold to its end. */
  #alternatives(): string {
    const outer = this.#flags;
    let source = "";
    /** Groups `(?i:` opened by inline flags, closed at the next `|` and opened again. */
    let opened = "";
    let depth = 0;
    while (this.#position < this.#pattern.length && !this.#peek(")")) {
      if (this.#peek("|")) {
        this.#position++;
        source += ")".repeat(depth) + "|" + opened;
        continue;
      }
      const inline = this.#inlineFlags();
      if (inline !== undefined) {
        if (inline !== "") {
          source += inline;
          opened += inline;
          depth++;
        }
        continue;
      }
      source += this.#quantified();
    }
    this.#flags = outer;
    return source + ")".repeat(depth);
  }

  /** `(?i)`: undefined when there is none here; the text that opens the JavaScript group, or "". */
  #inlineFlags(): string | undefined {
    const match = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?\)/.exec(
      this.#pattern.slice(this.#position, this.#position + 24),
    );
    if (match === null) return undefined;
    const before = this.#flags.ignoreCase;
    this.#setFlags(match[1]!, match[2] ?? "");
    this.#position += match[0].length;
    if (this.#flags.ignoreCase === before) return "";
    return this.#flags.ignoreCase ? "(?i:" : "(?-i:";
  }

  #setFlags(on: string, off: string): void {
    const bad = [...on, ...off].find((flag) => !"imsxu".includes(flag));
    if (bad !== undefined) throw this.#error(`the flag '${bad}' is not supported`);
    const has = (flag: string, now: boolean) => (on.includes(flag) ? true : off.includes(flag) ? false : now);
    this.#flags = {
      dotAll: has("s", this.#flags.dotAll),
      multiline: has("m", this.#flags.multiline),
      comments: has("x", this.#flags.comments),
      ignoreCase: has("i", this.#flags.ignoreCase),
    };
  }

  #quantified(): string {
    if (this.#skipComment()) return "";
    const atom = this.#atom();
    while (this.#skipComment()) continue;
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.#pattern.slice(this.#position))?.[0];
    if (quantifier === undefined) return atom;
    this.#position += quantifier.length;
    const repeated = isAssertion(atom) ? `(?:${atom})` : atom;
    if (this.#peek("+")) {
      this.#position++;
      return this.#atomic(repeated + quantifier);
    }
    if (!this.#peek("?")) return repeated + quantifier;
    this.#position++;
    return `${repeated}${quantifier}?`;
  }

  /** Matches once and gives nothing back. */
  #atomic(source: string): string {
    const name = `a${++this.#atomics}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  #skipComment(): boolean {
    if (!this.#flags.comments) return false;
    const blank = /^(?:[ \t\n\v\f\r]+|#[^\n\r]*)/.exec(this.#pattern.slice(this.#position))?.[0];
    if (blank === undefined) return false;
    this.#position += blank.length;
    return true;
  }

  #atom(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#position)!);
    switch (char) {
      case "(":
        return this.#group();
      case "[": {
        const { source, end } = translateClass(this.#pattern, this.#position, (reason, at) =>
          invalidRegex(this.#pattern, reason, at),
        );
        this.#position = end;
        return source;
      }
      case "\\":
        return this.#escape();
      case ".":
        this.#position++;
        return this.#flags.dotAll ? "[^]" : "[^\\n\\r\\u0085\\u2028\\u2029]";
      case "^":
        this.#position++;
        if (!this.#flags.multiline) return "(?<![^])";
        return `(?:(?:(?<![^])|(?<=${LINE_END})(?<!\\r(?=\\n)))(?=[^]))`;
      case "$":
        this.#position++;
        return this.#flags.multiline ? `(?:(?=${LINE_END})(?<!\\r(?=\\n))|$)` : LAST_LINE_END;
      case "*":
      case "+":
      case "?":
        throw this.#error(`dangling meta character '${char}'`);
      case "{":
        throw this.#error("illegal repetition");
      default:
        this.#position += char.length;
        return literal(char);
    }
  }

  #group(): string {
    const rest = this.#pattern.slice(this.#position, this.#position + 80);
    const named = /^\(\?<([a-zA-Z][a-zA-Z0-9]*)>/.exec(rest);
    if (named !== null) return this.#capture(named[0].length, named[1]);
    if (!rest.startsWith("(?")) return this.#capture(1, undefined);
    const plain = /^\(\?(?:<?[=!]|:)/.exec(rest)?.[0];
    if (plain !== undefined) return this.#enclosed(plain.length, plain);
    if (rest.startsWith("(?>")) {
      const inner = this.#enclosed(3, "(?:");
      return this.#atomic(inner);
    }
    const flagged = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?:/.exec(rest);
    if (flagged === null) throw this.#error("unknown group type");
    const outer = this.#flags;
    this.#setFlags(flagged[1]!, flagged[2] ?? "");
    const open =
      this.#flags.ignoreCase === outer.ignoreCase ? "(?:" : this.#flags.ignoreCase ? "(?i:" : "(?-i:";
    const source = this.#enclosed(flagged[0].length, open);
    this.#flags = outer;
    return source;
  }

  #capture(length: number, name: string | undefined): string {
    const number = ++this.groupCount;
    if (name !== undefined) {
      if (this.groupNames.has(name)) throw this.#error(`named capturing group <${name}> is already defined`);
      this.groupNames.set(name, number);
    }
    return this.#enclosed(length, `(?<g${number}>`);
  }

  #enclosed(length: number, open: string): string {
    this.#position += length;
    const inner = this.#alternatives();
    if (!this.#peek(")")) throw this.#error("unclosed group");
    this.#position++;
    return `${open}${inner})`;
  }

  #escape(): string {
    const rest = this.#pattern.slice(this.#position + 1);
    const quoted = /^Q([^]*?)(?:\\E|$)/.exec(rest);
    if (quoted !== null) {
      this.#position += 1 + quoted[0].length;
      return Array.from(quoted[1]!, literal).join("");
    }
    const reference = /^(?:k<([a-zA-Z][a-zA-Z0-9]*)>|([1-9]\d*))/.exec(rest);
    if (reference !== null) return this.#backReference(reference[0], reference[1], reference[2]);
    const assertion = ASSERTIONS[rest[0] ?? ""];
    if (assertion !== undefined) {
      this.#position += 2;
      return assertion;
    }
    const escape = classEscape(rest) ?? propertyClass(rest);
    if (escape === undefined)
      throw this.#error(`illegal or unsupported escape sequence '\\${rest[0] ?? ""}'`);
    this.#position += 1 + escape.length;
    return escape.source;
  }

  #backReference(text: string, name: string | undefined, digits: string | undefined): string {
    let number = name === undefined ? 0 : this.groupNames.get(name);
    let length = text.length;
    if (digits !== undefined) {
      // As many digits as still name a group; the others are text.
      length = 1;
      while (length < digits.length && Number(digits.slice(0, length + 1)) <= this.groupCount) length++;
      number = Number(digits.slice(0, length));
    }
    this.#position += 1 + length;
    if (number === undefined) throw this.#error(`named capturing group <${name}> does not exist`);
    // A group that does not exist is never matched again.
    return number > this.groupCount ? "(?!)" : `\\k<g${number}>`;
  }
}

function isAssertion(atom: string): boolean {
  return atom.startsWith("(?=") || atom.startsWith("(?!") || atom.startsWith("(?<");
}

const ASSERTIONS: Record<string, string> = {
  A: "(?<![^])",
  z: "(?![^])",
  Z: LAST_LINE_END,
  b: "\\b",
  B: "\\B",
  R: "(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])",
};
