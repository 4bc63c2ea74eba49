import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption, serverOptions, statementOptions } from "../options/common-options.ts";

export const sqlCommand: CommandDefinition = {
  name: "sql",
  summary: "run statements: a prompt with history and completion, -e, --file, or a pipe",
  description: [
    "Statements are ksqlDB's; what KSQL 5 wrote otherwise is taken too, and pasted text may have 'ksql>' prompts and trailing backslashes. At the prompt, 'help' lists the commands; Ctrl-C ends a running query.",
    "Rows and tables go to stdout, everything else to stderr.",
  ],
  options: [
    ...statementOptions,
    {
      name: "define",
      short: "d",
      value: "name=value",
      many: true,
      group: "Input",
      description: "a variable for ${name}, as DEFINE does; may be repeated",
    },
    {
      name: "set",
      value: "name=value",
      many: true,
      group: "Input",
      description: "a property of the session, as SET does; may be repeated",
    },
    { ...jsonOption, description: "rows and answers as JSON lines: a row is an object by column name" },
    {
      name: "query-timeout",
      value: "seconds",
      kind: "number",
      atLeast: 0,
      setting: true,
      group: "Run",
      description: "end a query that still runs after this time",
    },
    {
      name: "query-row-limit",
      value: "rows",
      kind: "integer",
      atLeast: 1,
      setting: true,
      group: "Run",
      description: "end a query after this many rows",
    },
    {
      name: "history-file",
      value: "file",
      setting: true,
      group: "Run",
      description: "where the prompt keeps its history (default ~/.spoor-history)",
    },
    ...serverOptions,
  ],
  examples: [
    { command: "spoor sql", what: "the prompt" },
    { command: "spoor sql -e 'SHOW STREAMS;'", what: "one statement" },
    {
      command: "spoor sql --json -e 'SELECT * FROM SYSMON_JOIN EMIT CHANGES LIMIT 5;' | jq .",
      what: "rows as JSON lines, for another program",
    },
    { command: "spoor sql --file sysmon-join.sql", what: "a script" },
  ],
  exits: {
    0: "every statement succeeded",
    1: "a statement failed; those after it were not run",
    4: "the server cannot be reached, or did not answer in time",
    130: "interrupted with Ctrl-C (a query that is interrupted at the prompt just ends)",
  },
  next: ["spoor queries", "spoor topics"],
  load: async () => (await import("../sql/run-sql.ts")).runSql,
};
