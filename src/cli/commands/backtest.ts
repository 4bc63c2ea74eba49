import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";
import { exclusionOptions, libraryOption, ruleArgument } from "./rule-library.ts";
import { placeholderOption, rulesOption } from "./rules.ts";

export const backtestCommand: CommandDefinition = {
  name: "backtest",
  summary: "what rules would have hit, over a lake or event files",
  description: [
    "Runs rules, and correlations with the rules they need, over the events as they came: the bronze tables of a lake, or event files. The matcher is the server's, so the hits are those that a server would have had. Of a lake only the days that are asked for are read, and only the kinds of events that the rules are for.",
    "Tells hits by day and host, the values of the rule's fields, how many hits a day to expect, and a few of them with the clauses that were met. --exclude tells what an exclusion would leave out, before 'spoor rules tune' makes it.",
  ],
  arguments: [{ ...ruleArgument, optional: true }],
  options: [
    rulesOption,
    libraryOption,
    { name: "all", group: "Input", description: "every rule that is not switched off" },
    {
      name: "lake",
      value: "folder",
      default: "lake",
      setting: true,
      group: "Input",
      description: "the lake: a folder, s3://bucket/prefix or az://container/prefix",
    },
    { name: "topic", value: "name", group: "Input", description: "only the bronze table of this topic" },
    {
      name: "files",
      value: "file",
      many: true,
      group: "Input",
      description:
        "event files, folders and archives in place of the lake; '-' is standard input; may be repeated",
    },
    {
      name: "since",
      value: "time",
      group: "Input",
      description: "events from then on: 30d, 12h, 2w ago, 2026-03-01, 2026-03-01T10:00:00Z",
    },
    { name: "until", value: "time", group: "Input", description: "events before then" },
    placeholderOption,
    ...exclusionOptions.map((option) => ({ ...option, description: `try: ${option.description}` })),
    {
      name: "examples",
      value: "number",
      kind: "integer",
      atLeast: 0,
      default: "3",
      group: "Output",
      description: "hits of each rule that are shown with their clauses",
    },
    jsonOption,
    {
      name: "memory",
      value: "size",
      default: "1GB",
      group: "Run",
      description: "how much the database of the lake may use",
    },
  ],
  examples: [
    { command: "spoor backtest 36210e0d --since 30d", what: "a rule of the library over the lake in 'lake'" },
    {
      command: "spoor backtest new-rule --rules new-rule.yml --lake /srv/lake",
      what: "a rule that is being written",
    },
    { command: "spoor backtest --all --rules sigma/rules/windows --files logs/", what: "over event files" },
    {
      command: String.raw`spoor backtest 36210e0d --exclude 'ParentImage endswith \deploy.exe'`,
      what: "what an exclusion would leave out",
    },
  ],
  exits: {
    0: "done, whether something hit or not",
    1: "a file could not be read to its end, or lines were left out",
    2: "no such rule, or no events were named",
    130: "interrupted; what was read is told",
  },
  next: ["spoor rules tune", "spoor rules disable"],
  load: async () => (await import("../backtest/run-backtest.ts")).runBacktest,
};
