import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";

export const versionCommand: CommandDefinition = {
  name: "version",
  summary: "print the versions of Spoor and of the Node it runs on",
  options: [jsonOption],
  examples: [{ command: "spoor version", what: "what to put into a bug report" }],
  exits: { 0: "printed" },
  load: async () => (await import("../version.ts")).printVersion,
};
