/**
 * Where a statement goes, told by its first words, as ksqlDB's CLI does: the session's own (SET, DEFINE …) never
 * leave the client, queries and PRINT are streams of rows, all else is answered by entities. Whether the statement
 * is a good one is for the server to say.
 */
export type StatementRoute = "query" | "print" | "session" | "variables" | "script" | "statement";

const SESSION_WORDS = new Set(["SET", "UNSET", "DEFINE", "UNDEFINE"]);

/** @param text a statement from its first token on */
export function statementRoute(text: string): StatementRoute {
  const [first = "", second = ""] = text.toUpperCase().match(/[A-Z_]+/g) ?? [];
  if (!text.toUpperCase().startsWith(first)) return "statement";
  if (first === "SELECT") return "query";
  if (first === "PRINT") return "print";
  if (SESSION_WORDS.has(first)) return "session";
  if (first === "RUN" && second === "SCRIPT") return "script";
  if ((first === "SHOW" || first === "LIST") && second === "VARIABLES") return "variables";
  return "statement";
}
