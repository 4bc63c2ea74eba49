import { describe, expect, test } from "vitest";
import { runInMemory } from "./fake-world.ts";
import { allCommands } from "./command-definition.ts";
import { commandSections } from "./command-list.ts";
import { cliReference } from "./cli-reference.ts";
import { optionGroups } from "./options/common-options.ts";
import { allOptions } from "./help-text.ts";
import { readFileSync } from "node:fs";

describe("a wrong command line ends with 2 and the near name", () => {
  const cases: readonly (readonly [argv: string, message: string, hint: string])[] = [
    ["sevre", "unknown command 'sevre'", "did you mean 'serve'?"],
    ["topics lst", "unknown command 'topics lst'", "did you mean 'list'?"],
    ["xyzzyx", "unknown command 'xyzzyx'", "'spoor --help' lists the commands"],
    ["--json", "option '--json' needs a command before it", "'spoor --help'"],
    ["ingest f --topc x", "'spoor ingest' has no option '--topc'", "did you mean '--topic'?"],
    ["sql --jsn=1", "'spoor sql' has no option '--jsn'", "did you mean '--json'?"],
    ["ingest", "argument 'file' is missing", "usage: spoor ingest <file...> [options]"],
    ["version 1", "too many arguments for 'spoor version'", "usage: spoor version [options]"],
    ["ingest f --key-format vlaue", "--key-format cannot be 'vlaue'", "did you mean 'value'?"],
    ["generate --events many", "--events cannot be 'many'", "give a whole number from 1"],
    ["generate --events 0", "--events cannot be '0'", "give a whole number from 1"],
    ["replay f --speed fast", "--speed cannot be 'fast'", "'max'"],
    ["completion bsh", "there is no completion for 'bsh'", "did you mean 'bash'?"],
    ["topics --server ftp://x", "--server speaks http, not 'ftp'", "proxy"],
    ["serve --http 127.0.0.1:99999", "--http cannot be '127.0.0.1:99999'", "HOST:PORT"],
  ];
  test.each(cases)("%s", async (argv, message, hint) => {
    const { code, stdout, stderr } = await runInMemory(argv.split(" "));
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });
});

describe("help", () => {
  test("the root lists every command, and is on stdout", async () => {
    const { code, stdout, stderr } = await runInMemory([]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const { entries } of commandSections)
      for (const { name } of entries) expect(stdout).toContain(`  ${name}`);
    expect(await runInMemory(["help"])).toEqual(await runInMemory(["--help"]));
  });

  test.each(allCommands(commandSections).map((command) => command.name))(
    "spoor %s: examples first, grouped options, exit codes",
    async (name) => {
      const { code, stdout } = await runInMemory([...name.split(" "), "--help"]);
      expect(code).toBe(0);
      const command = allCommands(commandSections).find((each) => each.name === name)!;
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { command: example } of command.examples) expect(stdout).toContain(`  ${example}`);
      for (const option of allOptions(command)) {
        expect(optionGroups).toContain(option.group);
        expect(stdout).toContain(`--${option.name}`);
      }
      expect(stdout.indexOf("Examples")).toBeLessThan(stdout.indexOf("General options"));
      expect(stdout).toContain("Exit codes");
      expect(stdout.split("\n").every((line) => line.length <= 100)).toBe(true);
    },
  );

  test("a group's help has its verbs; a bare group runs its fallback", async () => {
    const { stdout } = await runInMemory(["topics", "--help"]);
    expect(stdout).toContain("'spoor topics' means 'spoor topics list'");
    const { code, stderr } = await runInMemory(["topics", "--server", "127.0.0.1:1"]);
    expect(stderr).toContain("CLI_UNREACHABLE");
    expect(code).toBe(4);
  });
});

test("docs/cli.md is what the definitions say", () => {
  const file = new URL("../../docs/cli.md", import.meta.url);
  expect(readFileSync(file, "utf8"), "run 'npm run docs'").toBe(cliReference(commandSections));
});

test("version and errors have a JSON form", async () => {
  expect(JSON.parse((await runInMemory(["version", "--json"])).stdout)).toMatchObject({ spoor: "0.0.0" });
  const { stderr } = await runInMemory(["topics", "--json", "--server", "127.0.0.1:1"]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "CLI_UNREACHABLE" } });
});
