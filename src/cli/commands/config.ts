import type { CommandGroup } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";

export const configCommands: CommandGroup = {
  name: "config",
  summary: "show the configuration and where each value came from",
  fallback: "show",
  commands: [
    {
      name: "config show",
      summary: "every setting with its value",
      description: [
        "Flags win over SPOOR_* variables, these over spoor.config.json (the nearest one upwards from here), that over the user's config.json, that over the default.",
      ],
      options: [
        { name: "origin", group: "Output", description: "also where each value came from" },
        jsonOption,
      ],
      examples: [
        { command: "spoor config show --origin", what: "why does it use that server?" },
        { command: "SPOOR_SERVER=http://10.0.0.5:8088 spoor config show", what: "with a variable set" },
      ],
      exits: { 0: "printed" },
      load: async () => (await import("../options/show-configuration.ts")).showConfiguration,
    },
  ],
};
