import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { ArgumentDefinition, CommandGroup, OptionDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";
import { catalogueOption } from "./attack.ts";
import { libraryCommands, libraryOption, ruleArgument } from "./rule-library.ts";

export const rulesOption: OptionDefinition = {
  name: "rules",
  value: "path",
  many: true,
  setting: true,
  default: "default",
  group: "Input",
  description:
    "a file, folder, library or archive (.zip, .tar, .tar.gz) of Sigma rules, or 'default': those that come with Spoor; may be repeated",
};

export const placeholderOption: OptionDefinition = {
  name: "placeholder",
  value: "name=value",
  many: true,
  group: "Input",
  description: "a value for a placeholder that rules use ('%name%' with 'expand'); may be repeated",
};

const rulesArgument: ArgumentDefinition = {
  name: "rules",
  many: true,
  optional: true,
  description:
    "files, folders (with all below them), archives (.zip, .tar, .tar.gz) and libraries of Sigma rules; 'default' for those that come with Spoor; without any, the library",
};

const platformOption: OptionDefinition = {
  name: "platform",
  value: "name",
  many: true,
  group: "Output",
  description: "count coverage among the techniques of this platform, e.g. Windows",
};

export const rulesCommands: CommandGroup = {
  name: "rules",
  summary: "Sigma rules: keep, list, check, test, convert",
  commands: [
    ...libraryCommands,
    {
      name: "rules list",
      summary: "rules with their levels, ids and log sources",
      arguments: [rulesArgument],
      options: [
        libraryOption,
        { name: "level", value: "level", choices: LEVELS, group: "Output", description: "only this level" },
        {
          name: "state",
          value: "state",
          choices: ["on", "off", "tuned"],
          group: "Output",
          description: "only what is on or off in the library, or has exclusions or another level there",
        },
        {
          name: "tag",
          value: "tag",
          many: true,
          group: "Output",
          description: "only with this tag or one under it: attack.t1059, t1059, execution; may be repeated",
        },
        { name: "product", value: "name", group: "Output", description: "only for this product: windows" },
        {
          name: "search",
          value: "words",
          group: "Output",
          description: "only with all these words in title, id or description",
        },
        jsonOption,
        placeholderOption,
      ],
      examples: [
        { command: "spoor rules list --state off", what: "what is switched off in the library" },
        { command: "spoor rules list default", what: "the rules that come with Spoor" },
        { command: "spoor rules list sigma/rules --level critical", what: "from a checkout of SigmaHQ" },
        { command: "spoor rules list sigma.zip --tag t1003 --json | jq -r .title", what: "from an archive" },
      ],
      exits: { 0: "done", 1: "no rule fits, or something could not be read" },
      load: async () => (await import("../rules/list-rules.ts")).listRules,
    },
    {
      name: "rules show",
      summary: "one rule: its state, events, whole condition and text",
      arguments: [ruleArgument],
      options: [rulesOption, libraryOption, jsonOption, placeholderOption],
      examples: [
        {
          command: "spoor rules show 5af54681-df95-4c26-854f-2565e13cfab0 --rules sigma/rules",
          what: "by its id",
        },
      ],
      exits: { 0: "done", 2: "no rule, or more than one, is called so" },
      load: async () => (await import("../rules/show-rules.ts")).showRules,
    },
    {
      name: "rules lint",
      summary: "check rules: errors with their places, notes on what could be better",
      description: [
        "Errors are documents that are refused: YAML that is none, parts that are missing, unknown modifiers, conditions that name no selection, ids that stand twice. Notes are about rules that load: unknown log sources, selections that no condition uses, conditions that can never hold, dates, tags, ATT&CK ids of the past.",
      ],
      arguments: [rulesArgument],
      options: [
        libraryOption,
        jsonOption,
        { name: "strict", group: "Run", description: "notes are findings as well" },
        {
          name: "ignore",
          value: "check",
          many: true,
          group: "Run",
          description: "leave out the notes of this check, e.g. missing-date; may be repeated",
        },
        placeholderOption,
        catalogueOption,
      ],
      examples: [
        { command: "spoor rules lint my-rules", what: "every finding with its line" },
        { command: "spoor rules lint my-rules --strict --json", what: "for a pipeline" },
      ],
      exits: { 0: "no errors (notes may stand)", 3: "there are errors; with --strict: or notes" },
      load: async () => (await import("../rules/lint-rules.ts")).lintRules,
    },
    {
      name: "rules test",
      summary: "run rules over SigmaHQ's regression data",
      description: [
        "Each case is a recorded event log with an 'info.yml' that says which rule must hit it and how often. A case passes when its rule hits at least as often.",
      ],
      options: [
        rulesOption,
        libraryOption,
        {
          name: "regression",
          value: "path",
          group: "Input",
          description: "the folder 'regression_data', or an archive of it",
        },
        jsonOption,
        placeholderOption,
      ],
      examples: [
        {
          command: "spoor rules test --rules sigma/rules --regression sigma/regression_data",
          what: "from a checkout of SigmaHQ",
        },
      ],
      exits: { 0: "every case passed", 3: "a case failed" },
      load: async () => (await import("../rules/test-rules.ts")).testRules,
    },
    {
      name: "rules convert",
      summary: "rules as queries of ksqlDB, DuckDB or Flink",
      description: [
        "A query selects the events that the rule hits, its log source included. Columns have the fields' names as the rules write them, and hold texts, unless --columns says otherwise.",
      ],
      arguments: [rulesArgument],
      options: [
        libraryOption,
        {
          name: "to",
          value: "dialect",
          choices: ["ksql", "duckdb", "flink"],
          default: "ksql",
          group: "Output",
          description: "the dialect of SQL",
        },
        {
          name: "from",
          value: "name",
          default: "events",
          group: "Output",
          description: "the stream or table with the events",
        },
        {
          name: "columns",
          value: "names",
          choices: ["fields", "raw", "event"],
          default: "fields",
          group: "Output",
          description:
            "what fields are called there: as in the rules; as members of whole documents in the column raw, as a lake's bronze tables have it (duckdb); as a stream of whole documents with the one column EVENT (ksql)",
        },
        {
          name: "keyword-column",
          value: "expression",
          many: true,
          group: "Output",
          description: "a column that keywords are looked for in; may be repeated",
        },
        jsonOption,
        placeholderOption,
      ],
      examples: [
        { command: "spoor rules convert rule.yml --to duckdb --from bronze", what: "one rule" },
        {
          command: "spoor rules convert rule.yml --to duckdb --from winlogbeat --columns raw",
          what: "to ask a lake with spoor hunt",
        },
        { command: "spoor rules convert sigma.zip --json | jq -r .condition", what: "conditions alone" },
      ],
      exits: { 0: "every rule was converted", 1: "a rule was left out; stderr says why" },
      load: async () => (await import("../rules/convert-rules.ts")).convertRules,
    },
    {
      name: "rules needs",
      summary: "what rules need of events, and which are blind for want of it",
      description: [
        "With --events the files are read, and each rule is asked whether it could hit at all: a rule is blind where nothing came of its log or its event ids, or without fields that its condition cannot do without.",
      ],
      arguments: [{ ...ruleArgument, optional: true }],
      options: [
        rulesOption,
        libraryOption,
        {
          name: "events",
          value: "file",
          many: true,
          group: "Input",
          description:
            "event files, folders and archives to compare with; '-' is standard input; may be repeated",
        },
        jsonOption,
        placeholderOption,
      ],
      examples: [
        { command: "spoor rules needs", what: "events by log source, for the library" },
        { command: "spoor rules needs 36210e0d", what: "one rule, with its fields" },
        {
          command: "spoor rules needs --events logs/ --rules sigma/rules/windows",
          what: "which rules are blind",
        },
      ],
      exits: { 0: "done", 1: "a file of events could not be read to its end", 2: "no rule is called so" },
      next: ["spoor rules coverage"],
      load: async () => (await import("../rules/rule-needs.ts")).showNeeds,
    },
    {
      name: "rules coverage",
      summary: "what of ATT&CK rules look for, by tactic",
      arguments: [rulesArgument],
      options: [
        libraryOption,
        jsonOption,
        {
          name: "layer",
          value: "file",
          group: "Output",
          description: "write it there as a Navigator layer; its scores are numbers of rules",
        },
        platformOption,
        placeholderOption,
        catalogueOption,
      ],
      examples: [
        { command: "spoor rules coverage sigma/rules --layer layer.json", what: "a table, and a layer" },
      ],
      exits: { 0: "done" },
      next: ["spoor attack list"],
      load: async () => (await import("../rules/rule-coverage.ts")).coverRules,
    },
  ],
};
