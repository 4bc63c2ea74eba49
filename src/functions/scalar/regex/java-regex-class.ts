/** Escapes of Java's regular expressions that stand for a character or a class of them. */

export interface Escape {
  /** JavaScript source, valid inside and outside of brackets. */
  readonly source: string;
  /** How much of the pattern behind the backslash it takes. */
  readonly length: number;
  /** The code point, where it stands for just one. */
  readonly codePoint?: number;
}

/** One character, safe in every place of a pattern with the `v` flag. */
export function literal(char: string): string {
  if (/^[A-Za-z0-9_]$/.test(char)) return char;
  const code = char.codePointAt(0)!;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

const HORIZONTAL = " \\t\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000";
const VERTICAL = "\\n\\v\\f\\r\\u0085\\u2028\\u2029";
const SPACE = " \\t\\n\\v\\f\\r";

const CLASSES: Record<string, string> = {
  d: "[0-9]",
  D: "[^0-9]",
  w: "[a-zA-Z0-9_]",
  W: "[^a-zA-Z0-9_]",
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  h: `[${HORIZONTAL}]`,
  H: `[^${HORIZONTAL}]`,
  v: `[${VERTICAL}]`,
  V: `[^${VERTICAL}]`,
};

const CONTROLS: Record<string, number> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

/** Reads what follows a backslash; undefined when it is no such escape. */
export function classEscape(rest: string): Escape | undefined {
  const first = rest[0];
  if (first === undefined) return undefined;
  const known = CLASSES[first];
  if (known !== undefined) return { source: known, length: 1 };
  const control = CONTROLS[first];
  if (control !== undefined) return single(control, 1);
  const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|x\{([0-9a-fA-F]{1,6})\})/.exec(rest);
  if (hex !== null) {
    const code = Number.parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16);
    return code > 0x10ffff ? undefined : single(code, hex[0].length);
  }
  const octal = /^0([0-3]?[0-7]{1,2})/.exec(rest);
  if (octal !== null) return single(Number.parseInt(octal[1]!, 8), octal[0].length);
  if (first === "c" && rest[1] !== undefined) return single(rest.charCodeAt(1) ^ 64, 2);
  if (/[A-Za-z0-9]/.test(first)) return undefined;
  const char = String.fromCodePoint(rest.codePointAt(0)!);
  return single(char.codePointAt(0)!, char.length);
}

function single(codePoint: number, length: number): Escape {
  return { source: literal(String.fromCodePoint(codePoint)), length, codePoint };
}

const POSIX: Record<string, string> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\u0000-\\u007f",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "\\u0021-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u007e",
  Graph: "\\u0021-\\u007e",
  Print: "\\u0020-\\u007e",
  Blank: " \\t",
  Cntrl: "\\u0000-\\u001f\\u007f",
  XDigit: "0-9a-fA-F",
  Space: SPACE,
  javaLowerCase: "\\p{Lowercase}",
  javaUpperCase: "\\p{Uppercase}",
  javaLetter: "\\p{L}",
  javaDigit: "\\p{Nd}",
  javaLetterOrDigit: "\\p{L}\\p{Nd}",
  javaAlphabetic: "\\p{Alphabetic}",
  javaWhitespace: "\\t-\\r\\u001c-\\u001f \\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000",
  IsDigit: "\\p{Nd}",
  IsPunctuation: "\\p{P}",
  IsControl: "\\p{Cc}",
  L1: "\\u0000-\\u00ff",
  all: "\\p{Any}",
};

/** `p{..}`, `P{..}`, `pL`; undefined when there is no such property. */
export function propertyClass(rest: string): Escape | undefined {
  const match = /^([pP])(?:\{\^?([A-Za-z0-9_= ]+)\}|([A-Z]))/.exec(rest);
  if (match === null) return undefined;
  const name = (match[2] ?? match[3])!;
  const content = POSIX[name] ?? unicodeProperty(name);
  if (content === undefined) return undefined;
  return { source: `[${match[1] === "P" ? "^" : ""}${content}]`, length: match[0].length };
}

function unicodeProperty(name: string): string | undefined {
  const [key, value] = name.split("=") as [string, string | undefined];
  const candidates =
    value === undefined
      ? [key, key.replace(/^Is_?/i, ""), `Script=${titleCase(key.replace(/^Is_?/i, ""))}`]
      : /^(?:sc|script)$/i.test(key)
        ? [`Script=${titleCase(value)}`]
        : /^(?:gc|general_category)$/i.test(key)
          ? [value]
          : [];
  return candidates.map((candidate) => `\\p{${candidate}}`).find(isValid);
}

function titleCase(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/(^|_)([a-z])/g, (_, start: string, letter: string) => start + letter.toUpperCase());
}

function isValid(source: string): boolean {
  try {
    return new RegExp(source, "v") instanceof RegExp;
  } catch {
    return false;
  }
}
