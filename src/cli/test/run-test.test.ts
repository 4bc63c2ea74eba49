import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { cliErrors } from "../errors.ts";
import { MemoryIo } from "../fake-world.ts";
import { OptionValues } from "../options/option-values.ts";
import type { OptionValue } from "../options/option-values.ts";
import { runSqlTests } from "./run-test.ts";
import type { SqlTestRunner } from "./sql-test-runner.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Fails each test whose name says so. */
const runner: SqlTestRunner = {
  async *runFile(file, text, filter) {
    for (const [i, line] of text.split("\n").entries()) {
      const name = /^--@test: (.*)$/.exec(line)?.[1];
      if (name === undefined || !name.includes(filter ?? "")) continue;
      const at = { name, file, line: i + 1, elapsedMs: 1 };
      if (name.startsWith("bad")) {
        yield { ...at, outcome: "failed", failure: cliErrors.SERVER_REFUSED({ message: "wrong row" }) };
      } else yield { ...at, outcome: "passed" };
    }
  },
};

async function run(paths: readonly string[], options: Record<string, OptionValue["value"]> = {}) {
  const io = new MemoryIo();
  const values = Object.entries(options).map(
    ([name, value]) => [name, { value, origin: { kind: "flag" } }] as const,
  );
  const code = await runSqlTests(
    {
      io,
      arguments: paths,
      options: new OptionValues(new Map(values)),
      clock: new ManualClock(),
      interrupted: new AbortController().signal,
      env: {},
      workingDirectory: folder,
      homeDirectory: folder,
      version: "0",
      commandName: "spoor",
      sections: [],
    },
    async () => runner,
  );
  return { code, stdout: io.stdout, stderr: io.stderr };
}

test("runs files and folders, shows failures with their reason, and says so in the exit code", async () => {
  writeFileSync(join(folder, "a.sql"), "--@test: good\nSELECT 1;\n--@test: bad one\n");
  writeFileSync(join(folder, "ignored.txt"), "--@test: bad two\n");
  const { code, stdout, stderr } = await run(["."]);
  expect(code).toBe(3);
  expect(stdout).toContain(
    "✓ good a.sql:1 1 ms\n✗ bad one a.sql:3 1 ms\n    error CLI_SERVER_REFUSED: wrong row",
  );
  expect(stderr).toBe("1 test passed, 1 failed, 0 ms\n");
  expect(await run(["a.sql"], { filter: "good" })).toMatchObject({ code: 0 });
  const json = await run(["a.sql"], { filter: "bad", json: true });
  expect(JSON.parse(json.stdout)).toMatchObject({ outcome: "failed", error: { message: "wrong row" } });
});

test("a file that is not there is an error before any test runs", async () => {
  writeFileSync(join(folder, "a.sql"), "--@test: good\n");
  await expect(run(["a.sql", "b.sql"])).rejects.toThrow("cannot read 'b.sql'");
});
