import type { CommandGroup, OptionDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";

/** Commands that normalise events take this one. */
export const mappingsOption: OptionDefinition = {
  name: "mappings",
  value: "folder",
  setting: true,
  group: "Run",
  description: "your own mapping files; rule by rule they go before Spoor's",
};

const lists = () => import("../model/list-model.ts");

export const modelCommands: CommandGroup = {
  name: "model",
  summary: "the event model: providers, columns, where a column comes from",
  fallback: "list",
  commands: [
    {
      name: "model list",
      summary: "the providers that are mapped, and the silver tables",
      options: [mappingsOption, jsonOption],
      examples: [
        { command: "spoor model list", what: "providers with their events, tables with their columns" },
      ],
      exits: { 0: "done" },
      load: async () => (await lists()).listModel,
    },
    {
      name: "model columns",
      summary: "columns with their types and the fields that fill them",
      arguments: [
        { name: "beginning", optional: true, many: true, description: "of columns' names: 'process_'" },
      ],
      options: [
        { name: "table", value: "name", group: "Output", description: "only columns of this silver table" },
        mappingsOption,
        jsonOption,
      ],
      examples: [
        { command: "spoor model columns process_ hash_", what: "processes and hashes" },
        { command: "spoor model columns --table Process --json", what: "for a script" },
      ],
      exits: { 0: "done" },
      load: async () => (await lists()).listColumns,
    },
    {
      name: "model explain",
      summary: "for each column of an event: its value, the field it comes from, the rule",
      description: [
        "Of a file the first event of each kind is explained; of a kind of event what the mappings say of its fields.",
      ],
      arguments: [{ name: "event", description: "an event file, or a kind: 'Microsoft-Windows-Sysmon/1'" }],
      options: [
        {
          name: "event-id",
          value: "number",
          kind: "integer",
          atLeast: 0,
          group: "Input",
          description: "of a file: only events with this number",
        },
        {
          name: "limit",
          short: "n",
          value: "count",
          kind: "integer",
          atLeast: 1,
          default: "1",
          group: "Output",
          description: "of a file: so many kinds of events",
        },
        mappingsOption,
        jsonOption,
      ],
      examples: [
        {
          command: "spoor model explain capture.json.gz --event-id 1",
          what: "the first process that started",
        },
        {
          command: "spoor model explain Microsoft-Windows-Sysmon/3",
          what: "what fills the columns of event 3",
        },
      ],
      exits: { 0: "done", 1: "the file has no such event" },
      load: async () => (await import("../model/explain-model.ts")).explainModel,
    },
    {
      name: "model lint",
      summary: "check your own mapping files",
      description: [
        "Errors keep a file from being loaded: all are shown, not only the first. Warnings are rules that change Spoor's, and fields that write the same column.",
      ],
      arguments: [{ name: "file", many: true, description: "mapping files, YAML" }],
      options: [{ name: "strict", group: "Run", description: "warnings are findings as well" }, jsonOption],
      examples: [{ command: "spoor model lint mappings/own.yaml", what: "findings with their lines" }],
      exits: { 0: "the files can be loaded", 1: "a file cannot be read", 3: "there are findings" },
      load: async () => (await import("../model/lint-model.ts")).lintModel,
    },
  ],
};
