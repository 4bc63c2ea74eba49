/** How the dialects of SQL write the tests of rules. Operands are texts of SQL; results are conditions. */
import type { TextRelation } from "../expression/matcher.ts";

export interface SqlDialect {
  readonly name: string;
  /** A column by its name. */
  column(name: string): string;
  lower(text: string): string;
  /** False where a LIKE with an ESCAPE clause or `_` misreads backslashes and quotes of its pattern (Flink 2.2). */
  readonly likeEscapes: boolean;
  /** The condition that a regular expression, an SQL literal, is found in the text. */
  regex(text: string, pattern: string): string;
  /** A text as a number. */
  number(text: string): string;
  /** True where a test of NULL, or of a text that is no number, fails the row instead of giving NULL. */
  readonly failsOnNull: boolean;
  /** `length` characters from `start`, which counts from 1; all that follow without a length. */
  substring(text: string, start: number, length?: number): string;
  /** Relation of two texts, neither of which is a literal. */
  relation(relation: TextRelation, text: string, other: string): string;
  /** ISO week of a date written `YYYY-MM-DD…`; undefined where the dialect has none. */
  week(text: string): string | undefined;
  /** Joined texts, those that are NULL left out. */
  join(separator: string, texts: readonly string[]): string;
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function backticked(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

export const duckDb: SqlDialect = {
  name: "DuckDB",
  likeEscapes: true,
  column: (name) => `"${name.replaceAll('"', '""')}"`,
  lower: (text) => `lower(${text})`,
  regex: (text, pattern) => `regexp_matches(${text}, ${pattern})`,
  number: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  failsOnNull: false,
  substring: (text, start, length) => `substr(${text}, ${start}${length === undefined ? "" : `, ${length}`})`,
  relation(relation, text, other) {
    if (relation === "equals") return `${text} = ${other}`;
    const name =
      relation === "contains" ? "contains" : relation === "starts-with" ? "starts_with" : "ends_with";
    return `${name}(${text}, ${other})`;
  },
  week: (text) => `week(TRY_CAST(substr(${text}, 1, 10) AS DATE))`,
  join: (separator, texts) => `concat_ws(${sqlText(separator)}, ${texts.join(", ")})`,
};

export const ksql: SqlDialect = {
  name: "ksqlDB",
  likeEscapes: true,
  column: backticked,
  lower: (text) => `LCASE(${text})`,
  regex: (text, pattern) => `REGEXP_EXTRACT(${pattern}, ${text}) IS NOT NULL`,
  number: (text) => `CAST(${text} AS DOUBLE)`,
  failsOnNull: true,
  substring: (text, start, length) =>
    `SUBSTRING(${text}, ${start}${length === undefined ? "" : `, ${length}`})`,
  relation(relation, text, other) {
    if (relation === "equals") return `${text} = ${other}`;
    // INSTR does not find the empty text.
    if (relation === "contains") return `(${other} = '' OR INSTR(${text}, ${other}) > 0)`;
    if (relation === "starts-with") return `(${other} = '' OR INSTR(${text}, ${other}) = 1)`;
    return `(LEN(${text}) >= LEN(${other}) AND SUBSTRING(${text}, LEN(${text}) - LEN(${other}) + 1) = ${other})`;
  },
  week: () => undefined,
  join: (separator, texts) => `CONCAT_WS(${sqlText(separator)}, ${texts.join(", ")})`,
};

export const flink: SqlDialect = {
  name: "Flink SQL",
  likeEscapes: false,
  column: backticked,
  lower: (text) => `LOWER(${text})`,
  regex: (text, pattern) => `REGEXP(${text}, ${pattern})`,
  number: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  failsOnNull: false,
  substring: (text, start, length) =>
    `SUBSTRING(${text}, ${start}${length === undefined ? "" : `, ${length}`})`,
  relation(relation, text, other) {
    if (relation === "equals") return `${text} = ${other}`;
    if (relation === "contains") return `POSITION(${other} IN ${text}) > 0`;
    if (relation === "starts-with") return `POSITION(${other} IN ${text}) = 1`;
    return `RIGHT(${text}, CHAR_LENGTH(${other})) = ${other}`;
  },
  week: (text) => `EXTRACT(WEEK FROM TRY_CAST(SUBSTRING(${text}, 1, 10) AS DATE))`,
  join: (separator, texts) => `CONCAT_WS(${sqlText(separator)}, ${texts.join(", ")})`,
};
