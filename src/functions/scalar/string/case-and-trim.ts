/** Letter case, blanks, lengths: LCASE, UCASE, INITCAP, TRIM, LEN, CHR. */
import { trimControls } from "../../../data/java-double.ts";
import { BYTES, INTEGER, STRING } from "../../../data/types.ts";
import type { ScalarFunction } from "../../definition.ts";
import { overload, parameter } from "../../define.ts";

const INPUT = parameter("input", STRING);

const lcase: ScalarFunction = {
  kind: "scalar",
  name: "LCASE",
  category: "STRING",
  description: "The text in lower case.",
  examples: [{ sql: "LCASE('ÄbC')", result: "äbc" }],
  overloads: [overload([INPUT], STRING, (text: string) => text.toLowerCase())],
};

const ucase: ScalarFunction = {
  kind: "scalar",
  name: "UCASE",
  category: "STRING",
  description: "The text in upper case.",
  examples: [{ sql: "UCASE('äBc')", result: "ÄBC" }],
  overloads: [overload([INPUT], STRING, (text: string) => text.toUpperCase())],
};

const initcap: ScalarFunction = {
  kind: "scalar",
  name: "INITCAP",
  category: "STRING",
  description:
    "The text with every word's first letter in upper case and the rest in lower case. Blanks before the first word are dropped.",
  examples: [{ sql: "INITCAP('the QUICK fox')", result: "The Quick Fox" }],
  overloads: [
    overload([INPUT], STRING, (text: string) => {
      const words = text.toLowerCase().match(/[^ \t\n\v\f\r]+[ \t\n\v\f\r]*/g) ?? [];
      return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
    }),
  ],
};

const trim: ScalarFunction = {
  kind: "scalar",
  name: "TRIM",
  category: "STRING",
  description: "The text without blanks and control characters at its ends.",
  examples: [{ sql: "TRIM('  a b ')", result: "a b" }],
  overloads: [overload([INPUT], STRING, trimControls)],
};

const len: ScalarFunction = {
  kind: "scalar",
  name: "LEN",
  category: "STRING",
  description: "The length of a text in UTF-16 units, or of bytes.",
  examples: [
    { sql: "LEN('abc')", result: "3" },
    { sql: "LEN('😀')", result: "2" },
  ],
  overloads: [
    overload([INPUT], INTEGER, (text: string) => text.length),
    overload([parameter("input", BYTES)], INTEGER, (bytes: Uint8Array) => bytes.length),
  ],
};

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** Java's escapes: `\u004b`, `\n`, `\101`. */
function unescape(text: string): string {
  return text.replace(/\\(?:u+([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(.))/gs, (_, hex, octal, char) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return ESCAPES[char as string] ?? (char as string);
  });
}

const chr: ScalarFunction = {
  kind: "scalar",
  name: "CHR",
  category: "STRING",
  description:
    "The character of a Unicode code point, or of an escape such as '\\u004b'. NULL when there is none.",
  examples: [
    { sql: "CHR(75)", result: "K" },
    { sql: "CHR('\\u004b')", result: "K" },
  ],
  overloads: [
    overload([parameter("codePoint", INTEGER)], STRING, (code: number) =>
      code < 0 || code > 0x10ffff ? null : String.fromCodePoint(code),
    ),
    overload([parameter("escape", STRING)], STRING, (text: string) =>
      text.length < 6 || !text.startsWith("\\u") ? null : unescape(text),
    ),
  ],
};

export const caseAndTrimFunctions = [lcase, ucase, initcap, trim, len, chr];
