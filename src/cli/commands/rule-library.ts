/** The commands of `spoor rules` that write to a library. */
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";

export const libraryOption: OptionDefinition = {
  name: "library",
  value: "folder",
  default: "spoor-rules",
  setting: true,
  group: "Input",
  description:
    "the folder of the library of rules; it is what is read where it exists and no rules are named",
};

export const ruleArgument: ArgumentDefinition = {
  name: "rule",
  many: true,
  description: "ids, beginnings of ids, names, titles or file names of rules",
};

/** Try an exclusion with `backtest`, make it with `tune`. */
export const exclusionOptions: readonly OptionDefinition[] = [
  {
    name: "exclude",
    value: "test",
    many: true,
    group: "Run",
    description: String.raw`leave out events that this holds for: 'Image endswith \backup.exe', 'User is SYSTEM'; may be repeated`,
  },
  {
    name: "exclude-field",
    value: "field=value",
    many: true,
    group: "Run",
    description:
      "leave out events that all of these hold for: 'User=SYSTEM', 'Image|endswith=x'; may be repeated",
  },
];

const byOption: OptionDefinition = {
  name: "by",
  value: "name",
  group: "Run",
  description: "who decided it; without it, who is logged in",
};

const reasonOption: OptionDefinition = {
  name: "reason",
  value: "text",
  group: "Run",
  description: "why, for those who look at the library later",
};

const WRITES = {
  1: "a file could not be read or written; nothing is half written",
  2: "there is no library, or no such rule",
} as const;

export const libraryCommands: readonly CommandDefinition[] = [
  {
    name: "rules import",
    summary: "take rules into the library, or bring it up to date",
    description: [
      "Files are copied as they are, into 'rules/' and the last name of their path. Importing the same path again brings what has changed there, keeps what was decided about rules and files that were edited in the library, and tells which rules have vanished. Rules that cannot be read are told and left out.",
    ],
    arguments: [
      {
        name: "path",
        many: true,
        description:
          "files, folders, git checkouts and archives (.zip, .tar, .tar.gz) of Sigma rules, or 'default'",
      },
    ],
    options: [
      libraryOption,
      { name: "only", value: "product", group: "Run", description: "only rules for this product: windows" },
      {
        name: "level",
        value: "level",
        choices: LEVELS,
        group: "Run",
        description: "only rules of this level and above",
      },
      { name: "prune", group: "Run", description: "take away rules that the source no longer has" },
      { name: "overwrite", group: "Run", description: "take the source's text of files edited here, too" },
      { name: "dry-run", group: "Run", description: "tell what would change, and change nothing" },
      byOption,
      jsonOption,
    ],
    examples: [
      { command: "spoor rules import sigma/rules --only windows", what: "from a checkout of SigmaHQ" },
      { command: "spoor rules import default own-rules sigma.zip --level medium", what: "several" },
      {
        command: "spoor rules import sigma/rules --only windows --dry-run",
        what: "what an update would bring",
      },
    ],
    exits: { ...WRITES, 0: "all is in", 1: "a rule was refused (the rest is in), or a file cannot be read" },
    next: ["spoor rules list", "spoor serve -p spoor.rules=spoor-rules"],
    load: async () => (await import("../rules/import-rules.ts")).importLibraryRules,
  },
  {
    name: "rules disable",
    summary: "switch rules of the library off",
    description: ["A server that runs with the library takes it over within seconds."],
    arguments: [ruleArgument],
    options: [libraryOption, reasonOption, byOption],
    examples: [
      {
        command: "spoor rules disable 'Whoami Utility Execution' --reason 'the help desk does it'",
        what: "by its title",
      },
    ],
    exits: { ...WRITES, 0: "done" },
    load: async () => (await import("../rules/switch-rules.ts")).disableRules,
  },
  {
    name: "rules enable",
    summary: "switch rules of the library on again",
    arguments: [ruleArgument],
    options: [libraryOption],
    examples: [{ command: "spoor rules enable 36210e0d", what: "by the beginning of its id" }],
    exits: { ...WRITES, 0: "done" },
    load: async () => (await import("../rules/switch-rules.ts")).enableRules,
  },
  {
    name: "rules tune",
    summary: "exclude events from a rule of the library, or give it another level",
    description: [
      "Exclusions are a filter document of Sigma in 'filters/', bound to the rule by its id, so other tools leave out the same events. Values are Sigma's: '*' and '?' stand for any text and any character. 'spoor backtest' tells beforehand what an exclusion would leave out.",
    ],
    arguments: [
      { ...ruleArgument, many: false, description: "id, beginning of it, name, title or file name" },
    ],
    options: [
      libraryOption,
      ...exclusionOptions,
      {
        name: "level",
        value: "level",
        choices: [...LEVELS, "own"],
        group: "Run",
        description: "take this level for the rule's; own: what the rule says",
      },
      { name: "clear", group: "Run", description: "take away all exclusions first" },
      reasonOption,
      byOption,
    ],
    examples: [
      {
        command: String.raw`spoor rules tune 36210e0d --exclude 'ParentImage endswith \deploy.exe'`,
        what: "one test",
      },
      {
        command: "spoor rules tune whoami.yml --exclude-field User=SVC --exclude-field Computer=WS7",
        what: "two that must hold together",
      },
      { command: "spoor rules tune 36210e0d --level low", what: "another level" },
    ],
    exits: { ...WRITES, 0: "done" },
    next: ["spoor backtest", "spoor rules show"],
    load: async () => (await import("../rules/tune-rule.ts")).tuneRule,
  },
];
