/** REGEXP_EXTRACT, REGEXP_EXTRACT_ALL, REGEXP_REPLACE, REGEXP_SPLIT_TO_ARRAY: Java's regular expressions. */
import { SpoorError } from "../../../base/errors.ts";
import { arrayType, INTEGER, STRING } from "../../../data/types.ts";
import { FunctionError, type CallContext, type ScalarFunction } from "../../definition.ts";
import { boundOverload, parameter } from "../../define.ts";
import { compileJavaRegex, type JavaRegex } from "./java-regex.ts";

const MAX_CACHED = 100;

/** The compiled patterns of one call site; a literal one is compiled, and refused, when the call is bound. */
function regexesFor(context: CallContext, argument: number): (pattern: string) => JavaRegex {
  const cache = new Map<string, JavaRegex>();
  const literal = context.literals[argument];
  if (typeof literal === "string") cache.set(literal, compileJavaRegex(literal));
  return (pattern) => {
    let regex = cache.get(pattern);
    if (regex === undefined) {
      regex = compileForRecord(pattern);
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(pattern, regex);
    }
    regex.regExp.lastIndex = 0;
    return regex;
  };
}

function compileForRecord(pattern: string): JavaRegex {
  try {
    return compileJavaRegex(pattern);
  } catch (error) {
    // A bad pattern in a column is the record's fault, not the statement's.
    if (error instanceof SpoorError) throw new FunctionError(error.message);
    throw error;
  }
}

function groupOf(match: RegExpExecArray, group: number): string | null {
  return group === 0 ? match[0] : (match.groups?.[`g${group}`] ?? null);
}

function checkGroup(group: number): void {
  if (group < 0) throw new FunctionError(`there is no group ${group}`);
}

const PATTERN = parameter("pattern", STRING, "a regular expression of Java");
const INPUT = parameter("input", STRING, "the text to search");
const GROUP = [parameter("group", INTEGER, "the number of a capturing group; 0 is the whole match")];

const regexpExtract: ScalarFunction = {
  kind: "scalar",
  name: "REGEXP_EXTRACT",
  category: "REGULAR EXPRESSION",
  description:
    "The first part of a text that matches, or one of the groups in it. NULL when nothing matches.",
  examples: [
    { sql: "REGEXP_EXTRACT('[a-z]at', 'the cat sat')", result: "cat" },
    { sql: "REGEXP_EXTRACT('(.*) (.*)', 'hello there', 2)", result: "there" },
  ],
  overloads: [[], GROUP].map((group) =>
    boundOverload([PATTERN, INPUT, ...group], STRING, (context) => {
      const regexes = regexesFor(context, 0);
      return (pattern: string, input: string, wanted: number = 0) => {
        const { regExp, groupCount } = regexes(pattern);
        if (wanted > groupCount) return null;
        checkGroup(wanted);
        const match = regExp.exec(input);
        return match === null ? null : groupOf(match, wanted);
      };
    }),
  ),
};

const regexpExtractAll: ScalarFunction = {
  kind: "scalar",
  name: "REGEXP_EXTRACT_ALL",
  category: "REGULAR EXPRESSION",
  description: "All parts of a text that match, or one of the groups in each.",
  examples: [
    { sql: "REGEXP_EXTRACT_ALL('.at', 'cat hat')", result: "[cat, hat]" },
    { sql: "REGEXP_EXTRACT_ALL('(\\w)at', 'cat hat', 1)", result: "[c, h]" },
  ],
  overloads: [[], GROUP].map((group) =>
    boundOverload([PATTERN, INPUT, ...group], arrayType(STRING), (context) => {
      const regexes = regexesFor(context, 0);
      return (pattern: string, input: string, wanted: number = 0) => {
        const { regExp, groupCount } = regexes(pattern);
        if (wanted > groupCount) return null;
        checkGroup(wanted);
        return Array.from(input.matchAll(regExp), (match) => groupOf(match, wanted));
      };
    }),
  ),
};

/** Java's replacement text: `$1`, `${name}`, and a backslash before what is meant literally. */
function replacementFor(text: string, regex: JavaRegex): (match: RegExpExecArray) => string {
  const parts: (string | number)[] = [];
  for (const [token, escaped, name, digits] of text.matchAll(
    /\\([^])|\$\{([a-zA-Z][a-zA-Z0-9]*)\}|\$(\d+)|[^]/g,
  )) {
    if (escaped !== undefined) parts.push(escaped);
    else if (name !== undefined) parts.push(regex.groupNames.get(name) ?? NaN);
    else if (digits !== undefined) pushGroup(parts, digits, regex.groupCount);
    else if (token === "$" || token === "\\") throw new FunctionError(`illegal replacement text '${text}'`);
    else parts.push(token);
  }
  if (parts.some((part) => Number.isNaN(part)))
    throw new FunctionError(`'${text}' names a group that does not exist`);
  return (match) =>
    parts.map((part) => (typeof part === "string" ? part : (groupOf(match, part) ?? ""))).join("");
}

/** As many digits as still name a group; the others are text. */
function pushGroup(parts: (string | number)[], digits: string, groupCount: number): void {
  let length = 1;
  if (Number(digits[0]) > groupCount) throw new FunctionError(`there is no group ${digits[0]}`);
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= groupCount) length++;
  parts.push(Number(digits.slice(0, length)), ...digits.slice(length));
}

const regexpReplace: ScalarFunction = {
  kind: "scalar",
  name: "REGEXP_REPLACE",
  category: "REGULAR EXPRESSION",
  description: "The text with every match replaced; $1, $2, … in the replacement stand for the groups.",
  examples: [
    { sql: "REGEXP_REPLACE('cat hat', '[ch]at', 'bat')", result: "bat bat" },
    { sql: "REGEXP_REPLACE('a-b', '(.)-(.)', '$2-$1')", result: "b-a" },
  ],
  overloads: [
    boundOverload([INPUT, PATTERN, parameter("replacement", STRING)], STRING, (context) => {
      const regexes = regexesFor(context, 1);
      return (input: string, pattern: string, replacement: string) => {
        const regex = regexes(pattern);
        let write: ((match: RegExpExecArray) => string) | undefined;
        let result = "";
        let last = 0;
        for (const match of input.matchAll(regex.regExp)) {
          write ??= replacementFor(replacement, regex);
          result += input.slice(last, match.index) + write(match);
          last = match.index + match[0].length;
        }
        return result + input.slice(last);
      };
    }),
  ],
};

/** Where a pattern matches nothing between two characters, Java splits there, but never before the first. */
function splitAtMatches(input: string, regExp: RegExp): string[] {
  const parts: string[] = [];
  let last = 0;
  for (const match of input.matchAll(regExp)) {
    const end = match.index + match[0].length;
    if (end === 0) continue;
    parts.push(input.slice(last, match.index));
    last = end;
  }
  parts.push(input.slice(last));
  if (parts.length === 1) return parts;
  while (parts.length > 0 && parts.at(-1) === "") parts.pop();
  return parts;
}

function splitKeepingAll(input: string, regExp: RegExp): string[] {
  const parts: string[] = [];
  let last = 0;
  for (const match of input.matchAll(regExp)) {
    parts.push(input.slice(last, match.index));
    last = match.index + match[0].length;
  }
  parts.push(input.slice(last));
  return parts;
}

const regexpSplit: ScalarFunction = {
  kind: "scalar",
  name: "REGEXP_SPLIT_TO_ARRAY",
  category: "REGULAR EXPRESSION",
  description:
    "The parts of a text between matches, empty ones too. An expression that matches nothing splits into single characters.",
  examples: [{ sql: "REGEXP_SPLIT_TO_ARRAY('a1b22c', '[0-9]+')", result: "[a, b, c]" }],
  overloads: [
    boundOverload([INPUT, PATTERN], arrayType(STRING), (context) => {
      const regexes = regexesFor(context, 1);
      return (input: string, pattern: string) => {
        const { regExp } = regexes(pattern);
        const matchesNothing = regExp.test("");
        regExp.lastIndex = 0;
        return matchesNothing ? splitAtMatches(input, regExp) : splitKeepingAll(input, regExp);
      };
    }),
  ],
};

export const regexpFunctions = [regexpExtract, regexpExtractAll, regexpReplace, regexpSplit];
