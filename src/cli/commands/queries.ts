import type { CommandDefinition, CommandGroup } from "../command-definition.ts";
import { jsonOption, serverOptions } from "../options/common-options.ts";

const load = () => import("../queries/query-commands.ts");
const queryArgument = { name: "query", description: "the query's id, as 'spoor queries' lists it" };
const exits = { 0: "done", 1: "the server refused", 4: "the server cannot be reached" };

function controlCommand(
  verb: "terminate" | "pause" | "resume",
  summary: string,
  what: string,
): CommandDefinition {
  return {
    name: `queries ${verb}`,
    summary,
    arguments: [{ ...queryArgument, description: `${queryArgument.description}; ALL means every one` }],
    options: [jsonOption, ...serverOptions],
    examples: [{ command: `spoor queries ${verb} CSAS_SYSMON_JOIN_7`, what }],
    exits,
    load: async () => (await load()).controlQuery(verb),
  };
}

export const queriesCommands: CommandGroup = {
  name: "queries",
  summary: "list, describe, pause, resume and terminate running queries",
  fallback: "list",
  commands: [
    {
      name: "queries list",
      summary: "running queries: rows in and out, rate, lag, what was kept out",
      options: [jsonOption, ...serverOptions],
      examples: [
        { command: "spoor queries", what: "all that run" },
        { command: "spoor queries list --json | jq .queryId", what: "their ids, one a line" },
      ],
      exits,
      load: async () => (await load()).listQueries,
    },
    {
      name: "queries describe",
      summary: "one query: flow, state, lag, and why records came to nothing",
      arguments: [queryArgument],
      options: [jsonOption, ...serverOptions],
      examples: [{ command: "spoor queries describe CSAS_SYSMON_JOIN_7", what: "how the join is doing" }],
      exits,
      load: async () => (await load()).describeQuery,
    },
    controlCommand("terminate", "end a query; its topics stay", "ends the join"),
    controlCommand("pause", "hold a query where it is", "holds the join; 'resume' goes on from there"),
    controlCommand("resume", "let a paused query go on", "goes on where it was paused"),
  ],
};
