import type { CommandDefinition } from "../command-definition.ts";

export const fmtCommand: CommandDefinition = {
  name: "fmt",
  summary: "format SQL files",
  description: ["Comments stay; a statement that cannot be parsed is reported and left as it is."],
  arguments: [
    {
      name: "file",
      many: true,
      optional: true,
      description: "SQL files; none, or '-', reads standard input",
    },
  ],
  options: [
    { name: "write", short: "w", group: "Output", description: "change the files in place of printing them" },
    {
      name: "check",
      group: "Output",
      description: "print the names of files that would change, change none",
    },
  ],
  examples: [
    { command: "spoor fmt query.sql", what: "print it formatted" },
    { command: "spoor fmt --write rules/*.sql", what: "format files in place" },
    { command: "spoor fmt --check rules/*.sql", what: "for CI" },
  ],
  exits: {
    0: "formatted; with --check: nothing would change",
    1: "a statement does not parse, or a file cannot be read or written",
    3: "with --check: files would change",
  },
  load: async () => (await import("../fmt/run-fmt.ts")).runFmt,
};
