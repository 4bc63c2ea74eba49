import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { layerProblems } from "../../attack/navigator/check-layer.ts";
import { eventTemplate, sampleChunk, sampleFile, stringValue } from "../../events/evtx/sample-evtx.ts";
import { ruleText, SampleFolder, WHOAMI_ID, WHOAMI_RULE } from "../scan/sample-scan.ts";

let folder: SampleFolder;
beforeEach(() => {
  folder = new SampleFolder(mkdtempSync(join(tmpdir(), "spoor-rules-")));
});
afterEach(() => rmSync(folder.path, { recursive: true }));

function rules(...argv: readonly string[]) {
  return folder.run(["rules", ...argv]);
}

const LOW = ruleText({
  title: "Linux Thing",
  id: "22222222-2222-4222-8222-222222222222",
  level: "low",
  product: "linux",
  tags: ["attack.t1059.004"],
  detection: ["s:", "  CommandLine: x", "condition: s"],
});

async function tar(members: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(members)) archive.entry({ name }, content);
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function ids(text: string): (string | undefined)[] {
  return text === ""
    ? []
    : text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id?: string }).id);
}

describe("where rules come from", () => {
  test("a checkout: all below the folder but what is hidden; YAML without a rule is counted", async () => {
    for (const inner of ["git", "git/rules", "git/.github"]) mkdirSync(join(folder.path, inner));
    folder.write("git/rules/a.yml", WHOAMI_RULE);
    folder.write("git/.github/b.yml", LOW);
    folder.write("git/rules/.hidden.yml", LOW);
    folder.write("git/rules/ci.yaml", "jobs: {}\n");
    folder.write("git/README.md", "title: none\ndetection: none\n");
    const run = await rules("list", "git", "--json");
    expect(ids(run.stdout)).toEqual([WHOAMI_ID]);
    expect(run.stderr).toContain(
      `passed over 1 YAML file without a rule: ${join("git", "rules", "ci.yaml")}\n`,
    );
  });

  test("tar.gz in place, an archive inside a folder, several paths", async () => {
    folder.write(
      "rules.tar.gz",
      gzipSync(await tar({ "r/b.yml": LOW, "r/a.yml": WHOAMI_RULE, "r/.x/c.yml": LOW })),
    );
    const run = await rules("list", "rules.tar.gz", "--json");
    expect(ids(run.stdout)).toEqual([WHOAMI_ID, "22222222-2222-4222-8222-222222222222"]);
    expect(run.stdout).toContain('"file":"rules.tar.gz/r/a.yml"');
    expect(ids((await rules("list", ".", "--json")).stdout)).toHaveLength(2);
  });

  test("what is not there has a near name; what holds none, and an archive that is cut off, are errors", async () => {
    folder.write("rules.yml", WHOAMI_RULE);
    const gone = await rules("list", "rule.yml");
    expect([gone.code, gone.stderr.includes("did you mean 'rules.yml'?")]).toEqual([1, true]);
    mkdirSync(join(folder.path, "empty"));
    expect((await rules("list", "empty")).stderr).toContain(
      "error RULES_NONE_FOUND: 'empty' holds no Sigma rules",
    );
    folder.write("cut.tar.gz", gzipSync(await tar({ "a.yml": WHOAMI_RULE })).subarray(0, 100));
    expect((await rules("list", "cut.tar.gz")).stderr).toContain(
      "error RULES_UNREADABLE: 'cut.tar.gz' cannot be read",
    );
  });
});

test("placeholders get their values; a rule without them is refused alone", async () => {
  folder.write("a.yml", WHOAMI_RULE.replace("|contains: harmless", "|contains|expand: '%names%'"));
  folder.write("b.yml", LOW);
  const run = await rules("list", "a.yml", "b.yml", "--json");
  expect(ids(run.stdout)).toHaveLength(1);
  expect(run.stderr).toContain("1 rule was refused; 'spoor rules lint' shows each");
  const given = await rules("list", "a.yml", "b.yml", "--json", "--placeholder", "names=x");
  expect(ids(given.stdout)).toHaveLength(2);
  expect((await rules("list", "a.yml", "--placeholder", "names")).code).toBe(2);
});

describe("list and show", () => {
  beforeEach(() => {
    folder.write("a.yml", WHOAMI_RULE);
    folder.write("b.yml", LOW);
  });

  test.each([
    [["--level", "high"], [WHOAMI_ID]],
    [["--tag", "t1059"], ["22222222-2222-4222-8222-222222222222"]],
    [["--tag", "attack.T1033", "--tag", "discovery"], [WHOAMI_ID]],
    [["--product", "Windows"], [WHOAMI_ID]],
    [["--search", "execution WHOAMI"], [WHOAMI_ID]],
    [["--level", "medium"], []],
  ])("%j", async (filters, expected) => {
    const run = await rules("list", "a.yml", "b.yml", "--json", ...filters);
    expect([run.code, ids(run.stdout)]).toEqual([expected.length > 0 ? 0 : 1, expected]);
  });

  test("a table for people", async () => {
    const { stdout, stderr } = await rules("list", "a.yml", "b.yml");
    expect(stdout).toMatch(/ high +\| test +\| 1{8}-.* \| Whoami Execution \| windows\/process_creation /);
    expect(stderr).toBe("2 rules\n");
  });

  test("one by id, name or title, with its own text of the file", async () => {
    folder.write("two.yml", `${WHOAMI_RULE}---\n${LOW}`);
    const run = await rules("show", "linux thing", "--rules", "two.yml");
    expect(run.stdout).toMatch(/^Linux Thing\nid {10}22222222-.*\nlevel {7}low\n/);
    expect([run.stdout.includes("product: linux"), run.stdout.includes("whoami.exe")]).toEqual([true, false]);
    const unknown = await rules("show", "Whoami Executio", "--rules", "two.yml");
    expect([unknown.code, unknown.stderr.includes("did you mean 'Whoami Execution'?")]).toEqual([2, true]);
  });
});

describe("lint", () => {
  test("an error has file, line, column, caret and cure", async () => {
    folder.write("bad.yml", WHOAMI_RULE.replace("|endswith", "|endwith"));
    const run = await rules("lint", "bad.yml");
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(
      /error SIGMA_UNKNOWN_MODIFIER: .*'endwith'\n {2}--> bad\.yml, line 15, column \d+\n.*\n.*\^+\n(?:.*\n)*? {2}hint: did you mean 'endswith'\?/,
    );
    const [line] = (await rules("lint", "bad.yml", "--json")).stdout.split("\n");
    expect(JSON.parse(line!)).toMatchObject({
      kind: "error",
      code: "SIGMA_UNKNOWN_MODIFIER",
      file: "bad.yml",
      line: 15,
    });
  });

  test("notes are findings only with --strict, and can be left out", async () => {
    folder.write("a.yml", WHOAMI_RULE.replace("attack.t1033", "attack.t1086"));
    const run = await rules("lint", "a.yml");
    expect([run.code, run.stdout.includes("it is T1059.001 now: PowerShell")]).toEqual([0, true]);
    expect((await rules("lint", "a.yml", "--strict")).code).toBe(3);
    expect((await rules("lint", "a.yml", "--strict", "--ignore", "former-technique")).code).toBe(0);
  });

  test("the same id twice", async () => {
    folder.write("a.yml", WHOAMI_RULE);
    folder.write("b.yml", WHOAMI_RULE);
    const run = await rules("lint", "a.yml", "b.yml");
    expect([run.code, run.stdout.includes("the first is 'Whoami Execution' of a.yml")]).toEqual([3, true]);
  });
});

describe("test", () => {
  const log = sampleFile([
    sampleChunk(eventTemplate(["Image"]), [[stringValue("unused"), stringValue("a.exe")]], 1),
  ]);
  const info = `rule_metadata:\n  - id: ${WHOAMI_ID}\n    title: Whoami\nregression_tests_info:\n  - name: case\n    type: evtx\n    path: x/a.evtx\n    match_count: 1\n`;

  test("a folder and an archive of it alike; a case whose rule does not hit fails", async () => {
    folder.write("a.yml", WHOAMI_RULE);
    mkdirSync(join(folder.path, "data"));
    folder.write("data/info.yml", info);
    folder.write("data/a.evtx", log);
    folder.write("data.tar", await tar({ "data/info.yml": info, "data/a.evtx": log }));
    for (const data of ["data", "data.tar"]) {
      const run = await rules("test", "--rules", "a.yml", "--regression", data, "--json");
      expect(run.code).toBe(3);
      const lines = run.stdout.trim().split("\n");
      expect(JSON.parse(lines[0]!)).toMatchObject({
        ruleId: WHOAMI_ID,
        hits: 0,
        matchCount: 1,
        passed: false,
      });
      expect(lines.at(-1)).toBe('{"passed":0,"total":1}');
    }
  });

  test("an archive whose names lead out of it is refused", async () => {
    folder.write("a.yml", WHOAMI_RULE);
    folder.write("data.tar", await tar({ "../../escape/info.yml": info }));
    const run = await rules("test", "--rules", "a.yml", "--regression", "data.tar");
    expect([run.code, run.stderr.includes("leads out of the archive")]).toEqual([1, true]);
  });
});

describe("convert", () => {
  test.each([
    ["ksql", "EMIT CHANGES;"],
    ["duckdb", 'lower("Image")'],
    ["flink", "LOWER(`Image`)"],
  ])("to %s: a query with the log source in it", async (dialect, part) => {
    folder.write("a.yml", WHOAMI_RULE);
    const run = await rules("convert", "a.yml", "--to", dialect, "--from", "bronze");
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^-- Whoami Execution, high, 1{8}-.*\nSELECT \* FROM bronze\nWHERE /);
    for (const text of [part, "microsoft-windows-sysmon/operational", "harmless"])
      expect(run.stdout).toContain(text);
  });

  test("what cannot be written is left out and told", async () => {
    folder.write("a.yml", WHOAMI_RULE);
    folder.write("linux.yml", LOW);
    const run = await rules("convert", "linux.yml", "a.yml", "--json");
    expect([run.code, ids(run.stdout)]).toEqual([1, [WHOAMI_ID]]);
    expect(run.stderr).toContain("1 rule converted, 1 rule left out");
  });
});

test("coverage: by tactic, and as a layer", async () => {
  folder.write("a.yml", WHOAMI_RULE);
  folder.write("b.yml", LOW);
  const run = await rules("coverage", "a.yml", "b.yml", "--layer", "layer.json", "--json");
  expect(JSON.parse(run.stdout)).toMatchObject({
    rules: 2,
    untagged: 0,
    techniques: [{ id: "T1033", rules: 1 }, { id: "T1059.004" }],
  });
  expect((await rules("coverage", "a.yml")).stdout).toMatch(
    / Discovery +\| 1 of \d+ +\| 0 of \d+ +\| T1033 \(1\) /,
  );
  const layer = JSON.parse(readFileSync(join(folder.path, "layer.json"), "utf8")) as object;
  expect(layerProblems(layer)).toEqual([]);
});
