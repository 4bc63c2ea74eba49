import { keywordHint } from "./expectation.ts";
import type { Expectation } from "./expectation.ts";
import { RESERVED_WORDS } from "./keywords.ts";
import type { Token } from "./token.ts";

/** Where a parser stopped. */
export interface Situation {
  /** The token that could not stand there, and the one before it. */
  readonly token: Token;
  readonly previous: Token | undefined;
  readonly text: string;
  readonly expected: readonly Expectation[];
  readonly lenient: boolean;
}

/** The most likely cure for a syntax error, or undefined where none suggests itself. */
export function syntaxHint(at: Situation): string | undefined {
  const { token, previous } = at;
  const written = at.text.slice(token.start, token.end);
  if (token.kind === "unknown") return unknownCharacterHint(written, at.lenient);
  if (token.kind === "end" && at.expected.includes("';'")) return "end the statement with ';'";
  if (isSymbol(previous, ",") && RESERVED_WORDS.has(token.text))
    return `remove the comma before '${written}'`;
  if (isSymbol(previous, "=") && isSymbol(token, "=")) return "write one '=' to compare";
  return otherSqlHint(at) ?? wordHint(at, written) ?? misreadHint(at);
}

/** What other SQL databases have, with what to use instead. */
const OTHER_SQL = new Map<string, string>([
  ["DISTINCT", "there is no DISTINCT here: use GROUP BY, or COUNT_DISTINCT(…)"],
  ["OFFSET", "there is no OFFSET: use WHERE on a key or time range"],
  ["ORDER", "there is no ORDER BY: rows come as they arrive"],
  ["UNION", "there is no UNION: use several INSERT INTO … SELECT with the same target"],
  ["UPDATE", "there is no UPDATE: insert a row with the same key into the table's stream"],
  ["DELETE", "there is no DELETE: write a null value for the key"],
  ["USING", "there is no USING: write ON a.x = b.x"],
]);

function otherSqlHint({ token, previous, expected }: Situation): string | undefined {
  if (isSymbol(token, "(") && (expected.includes("<source>") || expected.includes("<relation>"))) {
    return "there are no subqueries: make it a stream or table of its own with CREATE … AS SELECT";
  }
  const here = token.kind === "word" ? OTHER_SQL.get(token.text) : undefined;
  if (here !== undefined || previous?.kind !== "word") return here;
  const readAsAlias = FOLLOWERS.get(previous.text)?.has(token.text) ?? false;
  return readAsAlias ? OTHER_SQL.get(previous.text) : undefined;
}

/** Words that were taken for an alias, as what follows them shows. */
const FOLLOWERS = new Map<string, ReadonlySet<string>>([
  ["ORDER", new Set(["BY"])],
  ["USING", new Set(["("])],
  ["UNION", new Set(["ALL", "SELECT"])],
]);

const WANTED_NAMES: ReadonlySet<Expectation> = new Set([
  "<source>",
  "<relation>",
  "<column>",
  "<name>",
  "<expression>",
  "<function>",
  "<topic>",
  "<property>",
  "<query-id>",
]);

function wordHint({ token, expected }: Situation, written: string): string | undefined {
  if (token.kind !== "word") return undefined;
  if (RESERVED_WORDS.has(token.text) && expected.some((expectation) => WANTED_NAMES.has(expectation))) {
    return `'${written}' is a reserved word; write \`${token.text}\` to use it as a name`;
  }
  return keywordHint(written, expected);
}

/** A keyword with a typing error is often taken for a name or alias first: `SELECT a FORM s`. */
function misreadHint({ previous, text, expected }: Situation): string | undefined {
  if (previous?.kind !== "word" || RESERVED_WORDS.has(previous.text)) return undefined;
  const near = keywordHint(previous.text, expected);
  return near === undefined
    ? undefined
    : `'${text.slice(previous.start, previous.end)}' was read as a name; ${near}`;
}

function unknownCharacterHint(character: string, lenient: boolean): string | undefined {
  if ("‘’“”´".includes(character)) return "strings stand in straight quotes: '…'";
  if (character === "\\" && !lenient) {
    return "a line needs no backslash at its end; the dialect 'auto' or 'ksql5' accepts it";
  }
  if (character === "\u00a0") return "this is a no-break space; write a plain space";
  return undefined;
}

function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === "symbol" && token.text === symbol;
}
