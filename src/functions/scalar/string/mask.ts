/** Making texts unreadable while keeping their shape: MASK and its relatives. */
import { INTEGER, STRING } from "../../../data/types.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { overload, parameter } from "../../define.ts";

/** Replacements by class of character; null keeps the character. */
interface Masks {
  readonly upper: string | null;
  readonly lower: string | null;
  readonly digit: string | null;
  readonly other: string | null;
}

const DEFAULT_MASKS: Masks = { upper: "X", lower: "x", digit: "n", other: "-" };

function maskText(text: string, masks: Masks): string {
  let result = "";
  for (const char of text) {
    const mask = maskFor(char, masks);
    // A character of two UTF-16 units is masked twice, so that the length stays.
    result += mask === null ? char : mask.repeat(char.length);
  }
  return result;
}

function maskFor(char: string, masks: Masks): string | null {
  if (/\p{Lu}/u.test(char)) return masks.upper;
  if (/\p{Ll}/u.test(char)) return masks.lower;
  return /\p{Nd}/u.test(char) ? masks.digit : masks.other;
}

const MASK_PARAMETERS = [
  parameter("upper", STRING, "replaces upper-case letters; NULL keeps them"),
  parameter("lower", STRING, "replaces lower-case letters; NULL keeps them"),
  parameter("digit", STRING, "replaces digits; NULL keeps them"),
  parameter("other", STRING, "replaces other characters; NULL keeps them"),
];

function masksOf(given: readonly (string | null)[]): Masks {
  if (given.length === 0) return DEFAULT_MASKS;
  const bad = given.find((mask) => mask !== null && mask.length !== 1);
  if (bad !== undefined) throw new FunctionError(`a mask must be a single character, but was '${bad}'`);
  const [upper = null, lower = null, digit = null, other = null] = given;
  return { upper, lower, digit, other };
}

/** Where the masked part of a text of `length` begins and ends, for `count` characters. */
type Part = (length: number, count: number) => readonly [start: number, end: number];

function partialMask(name: string, what: string, part: Part, result: string): ScalarFunction {
  const mask = (text: string | null, count: number | null, ...given: (string | null)[]) => {
    if (count === null) return null;
    if (count < 0)
      throw new FunctionError(`function ${name} needs a number of characters that is not negative`);
    const masks = masksOf(given);
    if (text === null) return null;
    const [start, end] = part(text.length, Math.min(count, text.length));
    return text.slice(0, start) + maskText(text.slice(start, end), masks) + text.slice(end);
  };
  const parameters = [parameter("input", STRING), parameter("count", INTEGER, "how many characters")];
  return {
    kind: "scalar",
    name,
    category: "STRING",
    description: `Masks ${what}: upper-case letters become X, lower-case ones x, digits n and others -, or what is given.`,
    examples: [{ sql: `${name}('My Test $123', 4)`, result }],
    overloads: [
      overload(parameters, STRING, mask, { seesNull: true }),
      overload([...parameters, ...MASK_PARAMETERS], STRING, mask, { seesNull: true }),
    ],
  };
}

const mask: ScalarFunction = {
  kind: "scalar",
  name: "MASK",
  category: "STRING",
  description:
    "Masks a whole text: upper-case letters become X, lower-case ones x, digits n and others -, or what is given.",
  examples: [
    { sql: "MASK('My Test $123')", result: "Xx-Xxxx--nnn" },
    { sql: "MASK('My Test $123', '*', NULL, '1', NULL)", result: "*y *est $111" },
  ],
  overloads: [[], MASK_PARAMETERS].map((masks) =>
    overload(
      [parameter("input", STRING), ...masks],
      STRING,
      (text: string | null, ...given: (string | null)[]) => {
        const chosen = masksOf(given);
        return text === null ? null : maskText(text, chosen);
      },
      { seesNull: true },
    ),
  ),
};

export const maskFunctions = [
  mask,
  partialMask("MASK_LEFT", "the first characters of a text", (_, n) => [0, n], "Xx-Xest $123"),
  partialMask(
    "MASK_RIGHT",
    "the last characters of a text",
    (length, n) => [length - n, length],
    "My Test -nnn",
  ),
  partialMask(
    "MASK_KEEP_LEFT",
    "all but the first characters of a text",
    (length, n) => [n, length],
    "My Txxx--nnn",
  ),
  partialMask(
    "MASK_KEEP_RIGHT",
    "all but the last characters of a text",
    (length, n) => [0, length - n],
    "Xx-Xxxx-$123",
  ),
];
