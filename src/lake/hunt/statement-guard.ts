/**
 * What a hunter's statement may be: one question in DuckDB's own grammar (its parser decides, not a pattern), over tables that
 * the session knows, with functions that only compute. Everything else is refused before the database binds it.
 */
import { huntErrors } from "./errors.ts";
import type { ErrorPlace } from "../../base/errors.ts";
import { databaseWords } from "./database-fault.ts";
import type { HuntDatabase } from "./hunt-database.ts";
import { isNode, namesIn } from "./statement-tree.ts";
import type { StatementNames, TreeNode } from "./statement-tree.ts";
import { significantTokens } from "./sql-tokens.ts";

/** Functions of ours that give a file's events, or a topic's records, as a table. */
export const READING_FUNCTIONS: ReadonlySet<string> = new Set(["events", "source_events", "topic"]);

/** Functions in FROM that read nothing but their arguments. */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  ...READING_FUNCTIONS,
  "unnest",
  "range",
  "generate_series",
  "json_each",
  "json_tree",
  "repeat",
  "regexp_split_to_table",
  "histogram",
  "histogram_values",
]);

/** Scalar functions that look outside, change something or wait. */
const FORBIDDEN =
  /^(?:getenv|getvariable|current_setting|set_config|setseed|nextval|currval|write_log|sleep_ms|current_query|current_query_id|current_connection_id|current_transaction_id|stats|parse_duckdb_log_message|json_execute_serialized_sql|read_.*|query|query_table|duckdb_.*|inet_.*|has_.*_privilege|pg_(?!typeof$|size_pretty$).*)$/;

export function isForbiddenFunction(name: string, isTable: boolean): boolean {
  return isTable ? !TABLE_FUNCTIONS.has(name) : FORBIDDEN.test(name);
}

/** A statement that may be asked. */
export interface Question {
  /** `EXPLAIN` or `EXPLAIN ANALYZE` as it stands before the question; else empty. */
  readonly prefix: string;
  readonly tree: TreeNode;
  readonly names: StatementNames;
}

/** Tells where a UTF-8 offset of the text lies in the hunter's own. */
export type Locate = (byte: number | undefined) => ErrorPlace | undefined;

/**
 * @param sql in DuckDB's dialect, without `;`
 * @throws SpoorError HUNT_SYNTAX, HUNT_NOT_A_QUESTION, HUNT_FUNCTION_FORBIDDEN
 */
export async function readQuestion(database: HuntDatabase, sql: string, locate: Locate): Promise<Question> {
  const prefix = explainPrefix(sql);
  // Blanks keep every place where it was.
  const asked = " ".repeat(prefix.length) + sql.slice(prefix.length);
  const tree = await parsedTree(database, asked, locate);
  const names = namesIn(tree);
  for (const { name, isTable, at } of names.functions) {
    if (!isForbiddenFunction(name, isTable)) continue;
    throw huntErrors.FUNCTION_FORBIDDEN({
      message: `a hunt may not call '${name}'`,
      hint: /^read_|^glob$|scan$|_csv$/.test(name) ? "events('file') reads event files" : undefined,
      place: locate(at),
    });
  }
  return { prefix, tree, names };
}

function explainPrefix(sql: string): string {
  const [first, second] = significantTokens(sql, "duckdb");
  if (first?.text.toUpperCase() !== "EXPLAIN") return "";
  return sql.slice(0, second?.text.toUpperCase() === "ANALYZE" ? second.end : first.end);
}

async function parsedTree(database: HuntDatabase, sql: string, locate: Locate): Promise<TreeNode> {
  const text = await database.parsed(sql);
  const parsed = JSON.parse(text) as TreeNode;
  if (parsed["error"] === true) {
    const { type, message, position } = databaseWords(new Error(JSON.stringify(stringly(parsed))));
    if (type === "parser")
      throw huntErrors.SYNTAX({
        message: message.replaceAll('"', "'"),
        place: locate(position ?? Buffer.byteLength(sql)),
      });
    const verb = significantTokens(sql, "duckdb")[0];
    throw huntErrors.NOT_A_QUESTION({
      message: `a hunt only asks: '${verb?.text.toUpperCase() ?? ""}' is not for hunts`,
      hint: "hunts begin with SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES or EXPLAIN",
      place: locate(verb === undefined ? undefined : Buffer.byteLength(sql.slice(0, verb.start))),
    });
  }
  const statements = Array.isArray(parsed["statements"]) ? parsed["statements"] : [];
  const [only] = statements;
  if (statements.length !== 1 || !isNode(only))
    throw huntErrors.NOT_A_QUESTION({ message: "a hunt is one statement at a time" });
  return only;
}

function stringly(node: TreeNode): Record<string, string> {
  const entries = Object.entries(node).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}
