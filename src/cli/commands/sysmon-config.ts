import type { CommandGroup } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";
import { catalogueOption } from "./attack.ts";

export const sysmonConfigCommands: CommandGroup = {
  name: "sysmon-config",
  summary: "check the ATT&CK tags of a Sysmon configuration",
  commands: [
    {
      name: "sysmon-config check",
      summary: "which rules are tagged, which tags are wrong, what ATT&CK they cover",
      description: [
        "Problems are tags that place their events nowhere or in an ATT&CK of the past: ids that are malformed, unknown, revoked or deprecated, names without an id, unknown tactics. Notes are tags that could be better: titles that are not ATT&CK's, unknown keys, names without any tag, tags on rules that exclude.",
        "Coverage counts what rules that include are tagged with, among ATT&CK's techniques for Windows; a technique counts where one of its sub-techniques does.",
      ],
      arguments: [{ name: "file", description: "the configuration, sysmonconfig.xml" }],
      options: [
        jsonOption,
        {
          name: "layer",
          value: "file",
          group: "Output",
          description: "write the coverage there as a Navigator layer; its scores are numbers of rules",
        },
        { name: "strict", group: "Run", description: "notes are findings as well" },
        catalogueOption,
      ],
      examples: [
        {
          command: "spoor sysmon-config check sysmonconfig.xml",
          what: "findings with their lines, coverage by tactic",
        },
        {
          command: "spoor sysmon-config check sysmonconfig.xml --layer coverage.json",
          what: "for the Navigator",
        },
        { command: "spoor sysmon-config check sysmonconfig.xml --json | jq .coverage", what: "for a script" },
      ],
      exits: {
        0: "every tag is good (notes may stand)",
        1: "the file could not be read, or the layer not be written",
        2: "the command line is wrong, or the file is no Sysmon configuration",
        3: "there are problems; with --strict: or notes",
      },
      load: async () => (await import("../sysmon-config/check-config.ts")).checkConfig,
    },
  ],
};
