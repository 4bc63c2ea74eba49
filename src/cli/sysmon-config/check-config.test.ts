import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { layerProblems } from "../../attack/navigator/check-layer.ts";
import { runInMemory } from "../fake-world.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const REAL = join(SHARED, "data/sysmon-config/sysmonconfig.xml");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-sysmon-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function check(inside: string, ...options: readonly string[]) {
  writeFileSync(
    join(folder, "c.xml"),
    `<Sysmon schemaversion="4.90">\n<EventFiltering>\n${inside}\n</EventFiltering>\n</Sysmon>\n`,
  );
  return runInMemory(["sysmon-config", "check", "c.xml", ...options], { workingDirectory: folder });
}

function include(...names: readonly string[]): string {
  return `<ProcessCreate onmatch="include">\n${names.map((name) => `<Image name="${name}">a</Image>\n`).join("")}</ProcessCreate>`;
}

interface ReportJson {
  readonly rules: number;
  readonly named: number;
  readonly tagged: number;
  readonly unnamedIncludes: number;
  readonly findings: readonly { kind: string; weight: string; line: number; column: number; hint?: string }[];
  readonly techniques: readonly { id: string; rules: number; taggedAs?: readonly string[] }[];
  readonly coverage: readonly { tactic: string; techniques: readonly string[]; techniquesPossible: number }[];
}

describe("checking a configuration", () => {
  test("all is well", async () => {
    const run = await check(include("technique_id=T1047,technique_name=Windows Management Instrumentation"));
    expect([run.code, run.stderr]).toEqual([0, "0 problems, 0 notes\n"]);
    expect(run.stdout).toContain("1 rule, 1 name, 1 of them tagged");
    expect(run.stdout).toMatch(/ Execution +\| 1 of \d+ +\| 0 of \d+ +\| T1047 /);
    expect(run.stdout).not.toContain("Reconnaissance");
  });

  test("a revoked id: its lines, what took its place, exit code 3", async () => {
    const old = "technique_id=T1086,technique_name=PowerShell";
    const run = await check(include(old, "technique_id=T1047", old));
    expect([run.code, run.stderr]).toEqual([3, "2 problems, 0 notes\n"]);
    expect(run.stdout).toContain(
      "  'T1086' (PowerShell) is revoked\n      hint: write technique_id=T1059.001,technique_name=PowerShell\n      lines 4, 6\n",
    );
  });

  test("notes are findings only when asked for", async () => {
    const rules = include("technique_id=T1003,technique_name=Credential Dumping");
    expect([(await check(rules)).code, (await check(rules, "--strict")).code]).toEqual([0, 3]);
  });

  test("JSON: everything, each finding at its place", async () => {
    const exclude = '<ImageLoad onmatch="exclude"><Image name="technique_id=T1055">a</Image></ImageLoad>';
    const names = [
      "technique_id=T9999",
      "technique_id=T1086;T1059.001",
      "a &amp; b,technique_id=TX",
      "PowerShell",
      "-",
    ];
    const run = await check(
      `${include(...names)}\n${exclude}\n<ProcesTerminate onmatch="include"><Image>a</Image></ProcesTerminate>`,
      "--json",
    );
    const report = JSON.parse(run.stdout) as ReportJson;
    expect(report).toMatchObject({ rules: 7, named: 5, tagged: 3, unnamedIncludes: 2 });
    expect(report.findings.map(({ kind, line, column }) => [kind, line, column])).toEqual([
      ["unknown-technique", 4, 27],
      ["revoked", 5, 27],
      ["malformed-id", 6, 14],
      ["untagged", 7, 14],
      ["tag-excluded", 10, 43],
      ["unknown-event", 11, 36],
    ]);
    expect(report.findings.at(-1)?.hint).toBe("did you mean 'ProcessTerminate'?");
    expect(report.techniques).toMatchObject([{ id: "T1059.001", rules: 1, taggedAs: ["T1086"] }]);
    expect(report.coverage.find(({ tactic }) => tactic === "execution")?.techniques).toEqual(["T1059"]);
  });

  test("a group's name is checked and counted as a rule's", async () => {
    const run = await check(`<RuleGroup name="technique_id=T1047">${include()}</RuleGroup>`, "--json");
    expect(JSON.parse(run.stdout) as ReportJson).toMatchObject({
      named: 1,
      techniques: [{ id: "T1047", rules: 1 }],
    });
  });

  test("a layer for the Navigator, its scores numbers of rules", async () => {
    const run = await check(include("technique_id=T1047", "technique_id=T1047"), "--layer", "l.json");
    expect(run.stderr).toContain("layer written to 'l.json'\n");
    const layer = JSON.parse(readFileSync(join(folder, "l.json"), "utf8")) as { techniques: unknown };
    expect(layerProblems(layer)).toEqual([]);
    expect(layer).toMatchObject({
      name: "c.xml",
      filters: { platforms: ["Windows"] },
      techniques: [
        { techniqueID: "T1047", score: 2, comment: "2 rules\nProcessCreate, line 4; ProcessCreate, line 5" },
      ],
    });
  });

  test("what is no configuration, and what is not there", async () => {
    const damaged = await check("<ProcessCreate>");
    expect([damaged.code, damaged.stderr.includes("--> c.xml, line 4")]).toEqual([2, true]);
    const gone = await runInMemory(["sysmon-config", "check", "gone.xml"], { workingDirectory: folder });
    expect([gone.code, gone.stderr.includes("cannot read 'gone.xml'")]).toEqual([1, true]);
  });
});

test.skipIf(!existsSync(REAL) && process.env["CI"] === undefined)(
  "a large public configuration (needs the shared data)",
  async () => {
    const run = await runInMemory(["sysmon-config", "check", REAL, "--json"], { workingDirectory: folder });
    const report = JSON.parse(run.stdout) as ReportJson;
    expect(run.code).toBe(3);
    expect(report).toMatchObject({ rules: 2266, named: 897, tagged: 848 });
    const problems = report.findings.filter(({ weight }) => weight === "problem");
    const kinds = new Map<string, number>();
    for (const { kind } of problems) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(kinds)).toEqual({ revoked: 26, "no-id": 1, "malformed-id": 1 });
    expect(report.techniques).toHaveLength(112);
    expect(report.techniques.find(({ id }) => id === "T1574.001")).toMatchObject({ taggedAs: ["T1574.002"] });
  },
);
