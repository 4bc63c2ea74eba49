import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import type { Invocation } from "../command-definition.ts";
import { MemoryIo } from "../fake-world.ts";
import { OptionValues } from "../options/option-values.ts";
import { checkFunctions } from "./check-functions.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-check-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function check(path: string, json: boolean) {
  const io = new MemoryIo();
  const invocation: Invocation = {
    io,
    arguments: [path],
    options: new OptionValues(new Map([["json", { value: json, origin: { kind: "flag" } }]])),
    clock: new ManualClock(),
    interrupted: new AbortController().signal,
    env: {},
    workingDirectory: folder,
    homeDirectory: folder,
    version: "0",
    commandName: "spoor",
    sections: [],
  };
  return { code: await checkFunctions(invocation), stdout: io.stdout, stderr: io.stderr };
}

function module(examples: string): string {
  return `import { scalar } from "spoor/functions";
export default scalar({ name: "HALF", description: "Half.", parameters: [{ name: "x", type: "DOUBLE" }],
  returns: "DOUBLE", examples: [${examples}], evaluate: (x) => x / 2 });\n`;
}

test("a module whose examples are true", async () => {
  writeFileSync(join(folder, "half.mjs"), module(`{ sql: "HALF(3)", result: "1.5" }`));
  const { code, stdout, stderr } = await check("half.mjs", false);
  expect([code, stderr.trim()]).toEqual([0, "1 function, 1 example"]);
  expect(stdout).toContain("HALF(DOUBLE x)");
  expect(stdout).toContain("HALF(3) = 1.5");
});

test("a wrong example and a module that can't be loaded are findings", async () => {
  writeFileSync(
    join(folder, "half.mjs"),
    module(`{ sql: "HALF(3)", result: "2" }, { sql: "HALF('a')", result: "1" }`),
  );
  writeFileSync(join(folder, "broken.mjs"), "export default missing();\n");
  const { code, stdout, stderr } = await check(".", false);
  expect([code, stderr.trim()]).toEqual([3, "1 function, 2 examples, 2 wrong, 1 module not loaded"]);
  expect(stdout).toContain("HALF(3) gives 1.5, not 2");
  expect(stdout).toContain("HALF('a') fails: function 'HALF' does not accept parameters (STRING)");
  expect(stdout).toContain("1 | export default missing();");
  const json = (await check(".", true)).stdout.trim().split("\n");
  expect(json.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
    ["path", "functions"],
    ["error"],
  ]);
});

test("a file that is not there", async () => {
  await expect(check("gone.mjs", false)).rejects.toThrow("cannot read 'gone.mjs'");
});
