import type { CommandGroup } from "../command-definition.ts";
import { jsonOption, serverOptions } from "../options/common-options.ts";

const load = () => import("../functions/function-commands.ts");
const exits = { 0: "done", 1: "the server refused", 4: "the server cannot be reached" };

export const functionsCommands: CommandGroup = {
  name: "functions",
  summary: "list and describe functions, check your own",
  fallback: "list",
  commands: [
    {
      name: "functions list",
      summary: "all functions of the server, yours among them",
      options: [jsonOption, ...serverOptions],
      examples: [{ command: "spoor functions", what: "names, kinds and categories" }],
      exits,
      load: async () => (await load()).listFunctions,
    },
    {
      name: "functions describe",
      summary: "one function: variants, parameters, examples",
      arguments: [{ name: "function", description: "its name" }],
      options: [jsonOption, ...serverOptions],
      examples: [{ command: "spoor functions describe split", what: "what SPLIT takes and gives" }],
      exits,
      load: async () => (await load()).describeFunction,
    },
    {
      name: "functions check",
      summary: "load modules of user functions and try their examples, without a server",
      description: ["A module is run to load it, with your rights, as the server would run it with its own."],
      arguments: [
        { name: "module", many: true, description: "modules (.js, .mjs, .ts, …), or folders of them" },
      ],
      options: [jsonOption],
      examples: [{ command: "spoor functions check ext/", what: "every module of the folder 'ext'" }],
      exits: {
        0: "all loaded, all examples true",
        1: "a file could not be read",
        3: "a module or an example is wrong",
      },
      load: async () => (await import("../functions/check-functions.ts")).checkFunctions,
    },
  ],
};
