import type { CommandGroup, OptionDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";

const load = () => import("../attack/catalogue-commands.ts");

/** Commands that look things up in ATT&CK take this one. */
export const catalogueOption: OptionDefinition = {
  name: "data",
  value: "folder",
  default: "spoor-data",
  setting: true,
  group: "Run",
  description: "where 'attack update' keeps a newer catalogue; without one there, Spoor's own is used",
};

export const outputOption: OptionDefinition = {
  name: "output",
  short: "o",
  value: "file",
  group: "Output",
  description: "write there, in place of stdout",
};

const platformOption: OptionDefinition = {
  name: "platform",
  value: "name",
  many: true,
  group: "Output",
  description: "only techniques of this platform, e.g. Windows; may be repeated",
};

export const attackCommands: CommandGroup = {
  name: "attack",
  summary: "MITRE ATT&CK: techniques, tactics, Navigator layers",
  fallback: "list",
  commands: [
    {
      name: "attack list",
      summary: "today's techniques, by tactic",
      options: [
        { name: "tactic", value: "name", group: "Output", description: "only this one: TA0002, execution" },
        platformOption,
        {
          name: "all",
          short: "a",
          group: "Output",
          description: "revoked and deprecated ones as well, in the order of ids",
        },
        jsonOption,
        catalogueOption,
      ],
      examples: [
        { command: "spoor attack list --tactic lateral-movement", what: "the techniques of one tactic" },
        { command: "spoor attack list --platform Windows --json | jq -r .id", what: "ids, one a line" },
      ],
      exits: { 0: "done" },
      load: async () => (await load()).listTechniques,
    },
    {
      name: "attack show",
      summary: "one technique or tactic: title, tactics, sub-techniques, what took its place",
      arguments: [
        { name: "technique", many: true, description: "ids (T1047, T1059.001, TA0008) or a title" },
      ],
      options: [jsonOption, catalogueOption],
      examples: [
        { command: "spoor attack show T1047", what: "Windows Management Instrumentation" },
        { command: "spoor attack show T1086", what: "a revoked one: what took its place" },
      ],
      exits: { 0: "done" },
      load: async () => (await load()).showTechniques,
    },
    {
      name: "attack search",
      summary: "techniques whose id or title has all the words",
      arguments: [{ name: "word", many: true, description: "words or beginnings of words" }],
      options: [jsonOption, catalogueOption],
      examples: [{ command: "spoor attack search credential dump", what: "T1003 and what is under it" }],
      exits: { 0: "done", 1: "nothing was found" },
      load: async () => (await load()).searchTechniques,
    },
    {
      name: "attack update",
      summary: "take a newer ATT&CK from MITRE's STIX bundle",
      description: [
        "Reads 'enterprise-attack.json' (STIX 2.0 or 2.1, .gz too), checks all of it, and keeps ids, titles and tactics in the data folder, where these commands find them. A bundle that is damaged changes nothing.",
      ],
      arguments: [{ name: "file", description: "the bundle" }],
      options: [
        {
          name: "attack-version",
          value: "version",
          group: "Input",
          description: "ATT&CK's version, where the bundle does not say it",
        },
        catalogueOption,
      ],
      examples: [
        { command: "spoor attack update enterprise-attack.json", what: "for the data folder 'spoor-data'" },
      ],
      exits: {
        0: "the catalogue was written",
        1: "a file could not be read or written; nothing was changed",
      },
      next: ["spoor attack list", "spoor sysmon-config check sysmonconfig.xml"],
      load: async () => (await import("../attack/update-catalogue.ts")).updateCatalogue,
    },
    {
      name: "attack layer",
      summary: "a Navigator layer from counts, event files or a list of techniques",
      description: [
        "Writes layer format 4.5 for the ATT&CK Navigator. Counts are JSON lines, a JSON array or CSV with a technique (an id or a tagged rule name) and a number; events are files as 'spoor ingest' takes them, of which Sysmon's tagged ones are counted; coverage is a list of techniques, each of which counts once.",
        "Revoked ids count as what took their place, and the cell's comment says so. What ATT&CK does not know is left out and told.",
      ],
      arguments: [{ name: "file", many: true, description: "what is counted, or '-' for standard input" }],
      options: [
        {
          name: "from",
          value: "kind",
          choices: ["counts", "events", "coverage"],
          default: "counts",
          group: "Input",
          description: "what the files hold",
        },
        {
          name: "technique-field",
          value: "name",
          group: "Input",
          description: "the column with the technique, where none of the usual names is there",
        },
        {
          name: "count-field",
          value: "name",
          group: "Input",
          description: "the column with the count, where none of the usual names is there",
        },
        outputOption,
        { name: "name", value: "text", group: "Output", description: "the layer's name" },
        { name: "description", value: "text", group: "Output", description: "the layer's description" },
        {
          name: "scale",
          value: "kind",
          choices: ["linear", "log"],
          default: "linear",
          group: "Output",
          description: "log: a loud technique does not make the others pale; comments keep the counts",
        },
        platformOption,
        catalogueOption,
      ],
      examples: [
        {
          command: "spoor attack layer winlogbeat.json.gz --from events --output layer.json",
          what: "which techniques recorded events are tagged with",
        },
        {
          command:
            "spoor sql --json -e 'SELECT TECHNIQUE_ID, EVENTS FROM TECHNIQUES;' | spoor attack layer -",
          what: "from a table of counts (without EMIT CHANGES: each change would be counted)",
        },
        { command: "spoor attack layer techniques.txt --from coverage", what: "from one id a line" },
      ],
      exits: {
        0: "the layer was written",
        1: "something could not be read, or was left out; the rest is in the layer",
        130: "interrupted; nothing was written",
      },
      next: ["spoor sysmon-config check sysmonconfig.xml --layer coverage.json"],
      load: async () => (await import("../attack/write-layer.ts")).writeLayer,
    },
  ],
};
