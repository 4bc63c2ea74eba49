import { readFile } from "node:fs/promises";
import { parseStatement } from "../../sql/parser.ts";
import { splitStatements } from "../../sql/split.ts";
import type { SessionState, SpoorClient } from "../client/spoor-client.ts";
import { statementRoute } from "../sql/statement-route.ts";

export const RECIPE_TOPIC = "winlogbeat";
const RECIPE_FILE = new URL("../../../examples/sysmon-join.sql", import.meta.url);

/** What the recipe makes, in its order. */
export const recipeSources: readonly { readonly name: string; readonly what: string }[] = [
  { name: "WINLOGBEAT_STREAM", what: "the topic 'winlogbeat', read as a stream" },
  { name: "WINLOGBEAT_STREAM_REKEY", what: "Sysmon's events, flat, keyed by process GUID" },
  { name: "SYSMON_PROCESS_CREATE", what: "event 1: processes as they are created" },
  { name: "SYSMON_PROCESS_CREATE_TABLE", what: "the same as a table: what is known of each process" },
  { name: "SYSMON_NETWORK_CONNECT", what: "event 3: network connections" },
  { name: "SYSMON_JOIN", what: "each connection with the process that made it" },
];

/** Runs the recipe's file; `told` hears of each source that was made. Gives back what its SET statements set. */
export async function runRecipe(client: SpoorClient, told: (name: string) => void): Promise<SessionState> {
  const whole = await readFile(RECIPE_FILE, "utf8");
  const properties: Record<string, string> = {};
  for (const { text, span } of splitStatements(whole)) {
    const statement = parseStatement(text);
    if (statementRoute(text) === "session") {
      if (statement.kind === "set-property") properties[statement.name] = statement.value;
      continue;
    }
    const sent = { text, start: span.start, whole, file: "examples/sysmon-join.sql" };
    await client.ksql(sent, { properties, variables: {} });
    if ("name" in statement && typeof statement.name === "string") told(statement.name);
  }
  return { properties, variables: {} };
}
