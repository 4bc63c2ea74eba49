import type { KsqlEntity } from "../../api/entities.ts";
import type { QueryStatistics } from "../../api/runtime-statistics.ts";
import { didYouMean } from "../../base/nearest.ts";
import { openClient } from "../client/open-client.ts";
import type { CommandRun } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { countText, rateText } from "../render/quantity.ts";
import { queryRuntimeLines } from "../render/runtime-lines.ts";
import { SqlOutput } from "../sql/sql-output.ts";

export const listQueries: CommandRun = async ({ io, options }) => {
  const client = openClient(options);
  const queries = await client.queries().finally(() => client.close());
  if (options.flag("json")) {
    for (const query of queries) outLine(io, JSON.stringify(query));
    return exitCodes.ok;
  }
  const headings = ["Query", "State", "Rows in", "Rows out", "Rate", "To read", "Kept out"];
  const rows = queries.map((query) => [
    query.queryId,
    query.state,
    countText(query.consumed.messages),
    countText(query.produced.messages),
    rateText(query.consumed.messagesPerSecond),
    countText(query.lag),
    keptOutText(query),
  ]);
  for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
  if (queries.length === 0) {
    errLine(io, "no queries run: CREATE STREAM … AS SELECT starts one ('spoor sql')");
  }
  return exitCodes.ok;
};

/** The reasons with their counts; those that nobody asked for first and marked. */
export function keptOutText(query: QueryStatistics): string {
  return query.dropped
    .filter((reason) => reason.count > 0)
    .toSorted((a, b) => Number(b.unexpected) - Number(a.unexpected))
    .map(({ reason, count, unexpected }) => `${unexpected ? "! " : ""}${countText(count)} ${reason}`)
    .join(", ");
}

export const describeQuery: CommandRun = async ({ io, options, arguments: [wanted = ""] }) => {
  const client = openClient(options);
  try {
    const query = findQuery(await client.queries(), wanted);
    if (options.flag("json")) outLine(io, JSON.stringify(query));
    else for (const line of queryRuntimeLines(query)) outLine(io, line);
    return exitCodes.ok;
  } finally {
    client.close();
  }
};

export function controlQuery(verb: "terminate" | "pause" | "resume"): CommandRun {
  return async ({ io, options, arguments: [wanted = ""] }) => {
    const client = openClient(options);
    try {
      const all = wanted.toUpperCase() === "ALL";
      const id = all ? "ALL" : findQuery(await client.queries(), wanted).queryId;
      const text = `${verb.toUpperCase()} ${id};`;
      const session = { properties: {}, variables: {} };
      const entities: readonly KsqlEntity[] = await client.ksql({ text, start: 0, whole: text }, session);
      new SqlOutput(io, options.flag("json") ? "jsonl" : "tabular").entities(entities);
      return exitCodes.ok;
    } finally {
      client.close();
    }
  };
}

/** Ids are upper case; what is typed need not be. */
function findQuery(queries: readonly QueryStatistics[], wanted: string): QueryStatistics {
  const found =
    queries.find((query) => query.queryId === wanted) ??
    queries.find((query) => query.queryId.toUpperCase() === wanted.toUpperCase());
  if (found !== undefined) return found;
  const ids = queries.map((query) => query.queryId);
  throw cliErrors.SERVER_REFUSED({
    message: `there is no query '${wanted}'`,
    hint: didYouMean(wanted, ids) ?? "'spoor queries' lists them",
  });
}
