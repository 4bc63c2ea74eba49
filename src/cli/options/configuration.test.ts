import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runInMemory } from "../fake-world.ts";

interface Entry {
  readonly setting: string;
  readonly value: unknown;
  readonly origin: string;
}

let home: string;
let project: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "spoor-config-"));
  project = join(home, "project", "deep");
  mkdirSync(project, { recursive: true });
  mkdirSync(join(home, ".config", "spoor"), { recursive: true });
});

afterEach(() => rmSync(home, { recursive: true }));

async function shown(
  argv: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Map<string, Entry>> {
  const run = await runInMemory(["config", "show", "--json", ...argv], {
    env,
    workingDirectory: project,
    homeDirectory: home,
  });
  expect(run.stderr).toBe("");
  const entries = JSON.parse(run.stdout) as Entry[];
  return new Map(entries.map((entry) => [entry.setting, entry]));
}

describe("where a value comes from", () => {
  test("variable, project file, user file, default: the strongest wins and is named", async () => {
    const projectFile = join(home, "project", "spoor.config.json");
    const user = join(home, ".config", "spoor", "config.json");
    writeFileSync(
      projectFile,
      JSON.stringify({ $schema: "s", topic: "lab", timeout: 5, property: ["ksql.dialect=ksql5"] }),
    );
    writeFileSync(user, JSON.stringify({ topic: "other", server: "http://user:1", seed: 9 }));
    const settings = await shown([], { SPOOR_SERVER: "http://variable:2", SPOOR_SEED: "" });
    expect(settings.get("server")).toMatchObject({
      value: "http://variable:2",
      origin: "variable SPOOR_SERVER",
    });
    expect(settings.get("topic")).toMatchObject({ value: "lab", origin: projectFile });
    expect(settings.get("property")).toMatchObject({ value: ["ksql.dialect=ksql5"] });
    expect(settings.get("timeout")).toMatchObject({ value: 5 });
    expect(settings.get("seed")).toMatchObject({ value: 9, origin: user });
    expect(settings.get("data")).toMatchObject({ value: "spoor-data", origin: "default" });
    expect(settings.get("kafkaListen")).toMatchObject({ value: "127.0.0.1:9092", origin: "default" });
    expect(settings.get("queriesFile")).toMatchObject({ value: null, origin: "not set" });
  });

  test("a flag wins over all", async () => {
    const settings = await shown(["--color", "never"], { SPOOR_COLOR: "always" });
    expect(settings.get("color")).toMatchObject({ value: "never", origin: "flag" });
  });

  test("--config takes the project file's place", async () => {
    writeFileSync(join(project, "spoor.config.json"), "{}");
    const named = join(home, "named.json");
    writeFileSync(named, JSON.stringify({ topic: "named" }));
    expect((await shown(["--config", named])).get("topic")).toMatchObject({ value: "named", origin: named });
    expect((await shown([], { SPOOR_CONFIG: named })).get("topic")).toMatchObject({ value: "named" });
  });
});

describe("a bad configuration is refused with its place", () => {
  const cases: readonly (readonly [text: string, ...wanted: string[]])[] = [
    ['{\n  "topc": "lab"\n}', "unknown entry 'topc'", "line 2, column 3", "did you mean 'topic'?"],
    ['{"topic": "lab",}', "is no JSON", "CLI_BAD_CONFIGURATION"],
    ["[1]", "holds no JSON object"],
    ['{"timeout": "soon"}', "'timeout' in ", "cannot be 'soon'", "give a number from 0.1"],
    ['{"server": true}', "cannot be true", "give a text"],
  ];
  test.each(cases)("%s", async (text, ...wanted) => {
    writeFileSync(join(project, "spoor.config.json"), text);
    const run = await runInMemory(["topics"], { workingDirectory: project, homeDirectory: home });
    for (const part of wanted) expect(run.stderr).toContain(part);
    expect(run.code).toBe(2);
  });

  test("a variable that cannot be is named", async () => {
    const run = await runInMemory(["topics"], { env: { SPOOR_TIMEOUT: "0" } });
    expect(run.stderr).toContain("SPOOR_TIMEOUT cannot be '0'");
  });

  test("a file that is named must be there", async () => {
    const run = await runInMemory(["topics", "--config", join(home, "nowhere.json")]);
    expect(run.stderr).toContain("cannot be read");
    expect(run.code).toBe(2);
  });
});
