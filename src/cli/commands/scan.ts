import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";
import { catalogueOption } from "./attack.ts";
import { libraryOption } from "./rule-library.ts";
import { placeholderOption, rulesOption } from "./rules.ts";

export const scanCommand: CommandDefinition = {
  name: "scan",
  summary: "run Sigma rules over event files, without a server",
  description: [
    "Reads EVTX, event XML, JSON lines and JSON arrays of Winlogbeat and NXLog; files, folders and archives, as 'spoor ingest' does. Prints what hit by level, rule, host, tactic and day, and a timeline in which each hit says which clauses of its rule were met.",
    "With --json or --csv every hit is printed as it is found; the last line of --json is the summary. All hits are counted; the timeline and the report have the ones that --keep has room for, high levels first.",
    "Without --rules the rules of the library are run, if there is one (spoor-rules in the working directory), else those that come with Spoor.",
  ],
  arguments: [
    { name: "file", many: true, description: "event files, folders, archives, or '-' for standard input" },
  ],
  options: [
    rulesOption,
    libraryOption,
    placeholderOption,
    {
      name: "min-level",
      value: "level",
      choices: LEVELS,
      default: "informational",
      group: "Output",
      description: "hits of lower levels are only counted",
    },
    { name: "html", value: "file", group: "Output", description: "write a report there: one HTML file" },
    {
      name: "layer",
      value: "file",
      group: "Output",
      description: "write the hits there as a Navigator layer, by technique",
    },
    jsonOption,
    { name: "csv", group: "Output", description: "print every hit as a row of CSV" },
    {
      name: "show",
      value: "number",
      kind: "integer",
      atLeast: 0,
      default: "25",
      group: "Output",
      description: "hits in the printed timeline, those of the highest levels",
    },
    {
      name: "keep",
      value: "number",
      kind: "integer",
      atLeast: 0,
      default: "2000",
      group: "Run",
      description: "hits that are kept for the timeline and the report; no rule has more than a tenth",
    },
    {
      name: "fail-on",
      value: "level",
      choices: LEVELS,
      group: "Run",
      description: "end with exit code 3 where something of this level or above hit",
    },
    catalogueOption,
  ],
  examples: [
    { command: "spoor scan Security.evtx", what: "with the library, or the rules that come with Spoor" },
    { command: "spoor scan logs/ --rules default --rules sigma/rules/windows", what: "and with others" },
    { command: "spoor scan case.zip --rules sigma.zip --html report.html", what: "archives, and a report" },
    {
      command: "spoor scan Security.evtx --rules rules --min-level high --fail-on high",
      what: "for a pipeline",
    },
    { command: "zcat events.json.gz | spoor scan - --rules rules --json", what: "from standard input" },
  ],
  exits: {
    0: "done (with --fail-on: nothing of that level hit)",
    1: "a file could not be read to its end, or lines and records were left out",
    2: "the command line is wrong, or what was named holds no rules",
    3: "something of the level of --fail-on or above hit",
    130: "interrupted; what was read is summed up, no file is written",
  },
  next: ["spoor rules show", "spoor attack show"],
  load: async () => (await import("../scan/run-scan.ts")).runScan,
};
