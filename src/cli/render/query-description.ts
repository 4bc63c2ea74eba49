import type { QueryDescription } from "../../api/query-entities.ts";
import { heading, labelled } from "./labels.ts";
import { plainTableLines } from "./plain-table.ts";
import { timeText } from "./quantity.ts";
import { queryRuntimeLines } from "./runtime-lines.ts";
import { fieldTableLines } from "./schema-text.ts";

/** EXPLAIN, in ksqlDB's layout; a running query's figures follow. */
export function queryDescriptionLines(query: QueryDescription, columns: number): string[] {
  const hosts = Object.entries(query.ksqlHostQueryStatus);
  return [
    labelled("ID", query.id),
    labelled("Query Type", query.queryType),
    ...(query.statementText === "" ? [] : [labelled("SQL", query.statementText)]),
    ...(hosts.length === 0
      ? []
      : [labelled("Host Query Status", `{${hosts.map(([h, status]) => `${h}=${status}`).join(", ")}}`)]),
    "",
    ...fieldTableLines(query.fields, query.windowType, false, columns),
    ...sourceLines("Sources that this query reads from: ", "source", "SourceId", query.sources),
    ...sourceLines("Sinks that this query writes to: ", "sink", "SinkId", query.sinks),
    ...textLines("Execution plan", query.executionPlan),
    ...textLines("Processing topology", query.topology),
    ...overrideLines(query.overriddenProperties, columns),
    ...query.queryErrors.flatMap((error) => [
      "",
      labelled("Error Date", timeText(error.timestamp)),
      labelled("Error Details", error.errorMessage),
      labelled("Error Type", error.type),
    ]),
    ...(query.runtime === undefined
      ? []
      : [...heading("Runtime", "-------"), ...queryRuntimeLines(query.runtime)]),
  ];
}

function sourceLines(title: string, word: string, id: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    ...heading(title, "-----------------------------------"),
    ...names,
    "",
    `For ${word} description please run: DESCRIBE [EXTENDED] <${id}>`,
  ];
}

function textLines(title: string, text: string): string[] {
  if (text === "") return [];
  return [...heading(title, "-".repeat(title.length)), ...text.split("\n")];
}

function overrideLines(properties: Readonly<Record<string, string>>, columns: number): string[] {
  const rows = Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return [];
  return [
    ...heading("Overridden Properties", "---------------------"),
    ...plainTableLines({ headings: ["Property", "Value"], rows }, columns),
  ];
}
