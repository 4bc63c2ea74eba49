import type { CommandGroup, OptionDefinition } from "../command-definition.ts";
import { jsonOption, keyFormatOption } from "../options/common-options.ts";
import { mappingsOption } from "./model.ts";

const lakeOption: OptionDefinition = {
  name: "lake",
  value: "place",
  default: "lake",
  setting: true,
  group: "Run",
  description: "the lake: a folder, s3://bucket/prefix or az://container/prefix",
};

const look = () => import("../lake/look.ts");
const maintain = () => import("../lake/maintain.ts");
const table = {
  name: "table",
  description: "'silver/Process', or 'Process' where no other table has that name",
};
const tables = {
  ...table,
  optional: true,
  many: true,
  description: `${table.description}; none: all tables`,
};

export const lakeCommands: CommandGroup = {
  name: "lake",
  summary: "Delta tables: load, list, look back, keep in shape",
  fallback: "list",
  commands: [
    {
      name: "lake list",
      summary: "the tables with their rows, files and sizes",
      options: [lakeOption, jsonOption],
      examples: [
        { command: "spoor lake list --lake /srv/lake", what: "bronze, silver and gold" },
        {
          command: "spoor lake list --lake s3://bucket/lake",
          what: "in a store; AWS_ACCESS_KEY_ID and the like stand in the environment",
        },
      ],
      exits: { 0: "done", 1: "the folder or a table cannot be read" },
      load: async () => (await look()).listTables,
    },
    {
      name: "lake load",
      summary: "event files into bronze and silver, without a server",
      description: [
        "Takes what 'spoor ingest' takes. Each event becomes a row of 'bronze/<table>' as it came, and a row of the silver table of its kind in OSSEM's words; what is no event is in bronze with the reason. A file that was loaded before, under whatever name, is not loaded again; an interrupted run goes on where it was.",
      ],
      arguments: [{ name: "file", many: true, description: "event files, archives, folders, or '-'" }],
      options: [
        lakeOption,
        {
          name: "table",
          value: "name",
          default: "winlogbeat",
          group: "Input",
          description: "the bronze table",
        },
        keyFormatOption,
        mappingsOption,
        jsonOption,
      ],
      examples: [
        { command: "spoor lake load winlogbeat.json.tar.gz --lake /srv/lake", what: "a recorded capture" },
        { command: "spoor lake load Security.evtx Sysmon.evtx", what: "logs of a machine, into 'lake'" },
      ],
      exits: {
        0: "every event is in the lake",
        1: "a file failed or is damaged; the rest is in the lake",
        130: "interrupted; what was counted is in the lake",
      },
      next: ["spoor lake list", "spoor lake optimize --zorder host_name,process_guid silver/Process"],
      load: async () => (await import("../lake/load-lake.ts")).loadLake,
    },
    {
      name: "lake describe",
      summary: "one table: columns, properties, which sources it has and how far",
      arguments: [table],
      options: [lakeOption, jsonOption],
      examples: [{ command: "spoor lake describe Process", what: "the silver table of processes" }],
      exits: { 0: "done" },
      load: async () => (await look()).describeTable,
    },
    {
      name: "lake history",
      summary: "a table's versions, newest first",
      arguments: [table],
      options: [
        lakeOption,
        {
          name: "limit",
          short: "n",
          value: "count",
          kind: "integer",
          atLeast: 1,
          default: "20",
          group: "Output",
          description: "so many versions",
        },
        jsonOption,
      ],
      examples: [{ command: "spoor lake history bronze/winlogbeat -n 5", what: "the last five commits" }],
      exits: { 0: "done" },
      load: async () => (await look()).tableHistory,
    },
    {
      name: "lake optimize",
      summary: "write small files together, or lay rows along a curve",
      description: ["May run while a server writes to the lake."],
      arguments: [tables],
      options: [
        lakeOption,
        {
          name: "zorder",
          value: "columns",
          group: "Run",
          description: "up to six columns, separated by commas: questions about any of them read less",
        },
        jsonOption,
      ],
      examples: [
        { command: "spoor lake optimize", what: "all tables" },
        { command: "spoor lake optimize Process --zorder process_name,event_id", what: "z-order" },
      ],
      exits: { 0: "done", 1: "a table could not be written; those before it are done" },
      load: async () => (await maintain()).optimizeTables,
    },
    {
      name: "lake vacuum",
      summary: "delete files that no version of the retention names",
      arguments: [tables],
      options: [
        lakeOption,
        {
          name: "retain",
          value: "duration",
          group: "Run",
          description: "36h, 7d, 2w; without it the table's own, a week",
        },
        {
          name: "force",
          group: "Run",
          description: "also less than the table's own: nobody else uses the lake",
        },
        { name: "dry-run", group: "Run", description: "name the files and delete none" },
        jsonOption,
      ],
      examples: [{ command: "spoor lake vacuum --dry-run", what: "what would go" }],
      exits: { 0: "done", 2: "the retention is shorter than the table's" },
      load: async () => (await maintain()).vacuumTables,
    },
    {
      name: "lake restore",
      summary: "make an older version of a table the newest",
      arguments: [table],
      options: [
        lakeOption,
        {
          name: "to-version",
          value: "number",
          kind: "integer",
          atLeast: 0,
          group: "Run",
          description: "that version",
        },
        { name: "to-time", value: "time", group: "Run", description: "the version of that time, ISO 8601" },
        jsonOption,
      ],
      examples: [{ command: "spoor lake restore Process --to-version 12", what: "undo what came after" }],
      exits: { 0: "done", 1: "files of that version are gone" },
      load: async () => (await maintain()).restoreVersion,
    },
  ],
};
