import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption } from "../options/common-options.ts";

export const testCommand: CommandDefinition = {
  name: "test",
  summary: "run SQL tests: statements, INSERT VALUES, then ASSERT",
  description: [
    "A test begins with a line '--@test: name' and may expect an error with '--@expected.error' and '--@expected.message'. Each runs in a server of its own, in memory.",
  ],
  arguments: [{ name: "file", many: true, description: "test files, or folders of .sql files" }],
  options: [
    { name: "filter", value: "text", group: "Input", description: "only tests whose name has this text" },
    jsonOption,
  ],
  examples: [
    { command: "spoor test my-join.test.sql", what: "the tests of a file" },
    { command: "spoor test tests/ --filter wmi", what: "all tests in a folder with 'wmi' in their names" },
  ],
  exits: { 0: "all passed", 1: "a file could not be run", 3: "at least one test failed" },
  load: async () => (await import("../test/run-test.ts")).runTest,
};
