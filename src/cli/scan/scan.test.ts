import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultRules } from "../../detect/default-rules/default-rules.ts";
import { loadRules } from "../../detect/rule/rule-set.ts";
import { layerProblems } from "../../attack/navigator/check-layer.ts";
import { eventTemplate, sampleChunk, sampleFile, stringValue } from "../../events/evtx/sample-evtx.ts";
import { processEvent, ruleText, SampleFolder, WHOAMI_ID, WHOAMI_RULE } from "./sample-scan.ts";

let folder: SampleFolder;
beforeEach(() => {
  folder = new SampleFolder(mkdtempSync(join(tmpdir(), "spoor-scan-")));
  folder.write("whoami.yml", WHOAMI_RULE);
});
afterEach(() => rmSync(folder.path, { recursive: true }));

function scan(...argv: readonly string[]) {
  return folder.run(["scan", ...argv, "--rules", "whoami.yml"]);
}

interface JsonHit {
  readonly kind: string;
  readonly rule: { readonly id: string };
  readonly recordId: number;
  readonly reasons: readonly object[];
}

function jsonLines(text: string): JsonHit[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonHit);
}

function defaultRuleCount(): number {
  const { rules, correlations } = loadRules(defaultRules());
  return rules.length + correlations.length;
}

const EVENTS = [
  processEvent("whoami /all", { recordId: 1 }),
  processEvent("whoami harmless", { recordId: 2 }),
  processEvent("whoami", { recordId: 3, host: "WS2", time: "2026-03-02T00:00:00.000Z" }),
].join("\n");

describe("what is printed", () => {
  test("counts by level, rule, host, tactic and day, and why each hit is one", async () => {
    folder.write("events.jsonl", EVENTS);
    const run = await scan("events.jsonl");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("3 events of 1 file, 1 rule, 2026-03-01T10:00:00.000Z to 2026-03-02");
    expect(run.stdout).toContain("2 hits: 2 high\n");
    expect(run.stdout).toMatch(/ 2 {2}high +Whoami Execution {2}T1033\n/);
    for (const name of ["WS1", "WS2", "2026-03-01", "2026-03-02"])
      expect(run.stdout).toMatch(new RegExp(` 1 {2}${name} `));
    expect(run.stdout).toMatch(/ 2 {2}Discovery /);
    expect(run.stdout).toContain(
      "2026-03-01T10:00:00.000Z  high  WS1 event 1  Whoami Execution\n    events.jsonl, record 1\n" +
        String.raw`    selection: Image ends with '\whoami.exe': C:\Windows\System32\whoami.exe` +
        "\n    filter: does not hold\n",
    );
  });

  test("--json: each hit with its reasons as found, the summary last", async () => {
    folder.write("events.jsonl", EVENTS);
    const lines = jsonLines((await scan("events.jsonl", "--json")).stdout);
    expect(lines.map(({ kind }) => kind)).toEqual(["hit", "hit", "summary"]);
    expect(lines[0]).toMatchObject({
      time: "2026-03-01T10:00:00.000Z",
      level: "high",
      rule: { id: WHOAMI_ID, title: "Whoami Execution" },
      techniques: ["T1033"],
      recordId: 1,
      fields: [{ name: "Image" }, { name: "CommandLine", value: "whoami /all" }],
    });
    expect(lines[0]!.reasons[0]).toMatchObject({ selection: "selection", field: "Image", negated: false });
    expect(lines[2]).toMatchObject({
      events: 3,
      hits: 2,
      levels: { high: 2, low: 0 },
      hosts: { WS1: 1, WS2: 1 },
    });
  });

  test("--csv: a cell that a spreadsheet would run is made text, quotes are doubled", async () => {
    folder.write("events.jsonl", processEvent('whoami "a"', { host: "=cmd|' /C calc'!A0" }));
    const [head, row] = (await scan("events.jsonl", "--csv")).stdout.split("\r\n");
    expect(head).toMatch(/^time,level,rule_id,rule,/);
    expect(row).toContain(`,'=cmd|' /C calc'!A0,`);
    expect((await scan("events.jsonl", "--csv", "--json")).code).toBe(2);
  });

  test("what a terminal would obey is shown, not sent", async () => {
    folder.write("events.jsonl", processEvent("whoami \u001b[2J", { host: "\u001b]0;x\u0007" }));
    const { stdout } = await scan("events.jsonl");
    expect([stdout.includes("\u001b"), stdout.includes("\u0007")]).toEqual([false, false]);
  });

  test("--show and --keep: high levels have precedence, what is left out is counted", async () => {
    const low = ruleText({
      title: "Low",
      id: "low",
      level: "low",
      detection: ["s:", "  CommandLine|contains: who", "condition: s"],
    });
    folder.write("low.yml", low);
    const lines = Array.from({ length: 30 }, (_, i) => processEvent(`whoami ${i < 29 ? "harmless" : ""}`));
    folder.write("events.jsonl", lines.join("\n"));
    const run = await scan(
      "events.jsonl",
      "--rules",
      "low.yml",
      "--keep",
      "5",
      "--show",
      "1",
      "--html",
      "r.html",
    );
    expect(run.stdout).toContain("31 hits: 1 high, 30 low");
    expect(run.stdout).toContain("Timeline of the 1 highest\n2026-03-01T10:00:00.000Z  high");
    expect(run.stdout).toContain("30 more hits (26 were not kept: --keep)");
    expect(readFileSync(join(folder.path, "r.html"), "utf8")).toContain("<strong>26 hits not shown</strong>");
  });
});

describe("what is read", () => {
  test("event logs, packed files and folders, with the file of each hit", async () => {
    const log = sampleFile([
      sampleChunk(eventTemplate(["Image"]), [[stringValue("unused"), stringValue("a.exe")]], 1),
    ]);
    mkdirSync(join(folder.path, "logs"));
    folder.write("logs/a.evtx", log);
    folder.write("logs/b.json.gz", gzipSync(EVENTS));
    const { stdout } = await scan("logs", "--json");
    const lines = jsonLines(stdout);
    expect(lines.slice(0, -1)).toMatchObject([
      { file: join("logs", "b.json.gz"), recordId: 1 },
      { file: join("logs", "b.json.gz"), recordId: 3 },
    ]);
    expect(lines.at(-1)).toMatchObject({ filesRead: 2, events: 4 });
  });

  test("standard input, live", async () => {
    const run = await folder.run(["scan", "-", "--rules", "whoami.yml", "--json"], EVENTS);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ events: 3, hits: 2 });
  });

  test("what cannot be read is told, and the rest is scanned", async () => {
    folder.write("events.jsonl", `{"a":1}\n{broken}\n${EVENTS}`);
    folder.write("cut.json.gz", gzipSync(EVENTS).subarray(0, 60));
    folder.write("binary.bin", Buffer.from([0, 1, 2, 3]));
    const run = await scan("events.jsonl", "gone.jsonl", "cut.json.gz", "binary.bin", "--json");
    expect(run.code).toBe(1);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({
      hits: 2,
      badLines: 1,
      otherDocuments: 1,
      faults: 3,
    });
    expect(run.stderr).toContain("error EVENTS_FILE_CUT_OFF: 'cut.json.gz' is cut off");
    expect(run.stderr).toContain("error EVENTS_FILE_UNSUPPORTED: 'binary.bin' holds binary data");
    expect(run.stderr).toContain("error EVENTS_FILE_MISSING: no file");
    expect(run.stderr).toMatch(/left out events\.jsonl, line 1: the document is no Windows event/);
    expect(run.stderr).toMatch(/left out events\.jsonl, line 2: is not JSON/);
  });

  test("members of an archive that hold no events are passed over, a file named outright is read", async () => {
    const packed = pack();
    for (const [name, text] of [
      ["rule.yml", WHOAMI_RULE],
      ["events.jsonl", EVENTS],
      ["NOTES", "read me\n"],
    ] as const)
      packed.entry({ name }, text);
    packed.finalize();
    folder.write("packed.tar", await buffer(packed));
    const run = await scan("packed.tar", "--json");
    expect(run.code).toBe(0);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ filesRead: 1, hits: 2, badLines: 0, skipped: 2 });
    expect(run.stderr).toContain(`left out ${join("packed.tar", "rule.yml")}: holds no events, by its name`);
    expect((await scan("whoami.yml", "--json")).code).toBe(1);
  });

  test("an interruption: what was read is summed up, no file is written", async () => {
    folder.write("events.jsonl", EVENTS);
    const aborted = AbortSignal.abort();
    const run = await folder.run(
      ["scan", "events.jsonl", "--rules", "whoami.yml", "--html", "r.html"],
      "",
      aborted,
    );
    expect([run.code, run.stderr.includes("interrupted: no files were written")]).toEqual([130, true]);
    expect(() => readFileSync(join(folder.path, "r.html"))).toThrow("ENOENT");
  });

  test("without --rules: the rules that come with Spoor, which others may stand beside", async () => {
    folder.write("events.jsonl", EVENTS);
    const run = await folder.run(["scan", "events.jsonl", "--json"]);
    const { rules } = jsonLines(run.stdout).at(-1) as unknown as { rules: number };
    expect(run.code).toBe(0);
    expect(rules).toBe(defaultRuleCount());
    const both = await scan("events.jsonl", "--rules", "default", "--json");
    expect(jsonLines(both.stdout).at(-1)).toMatchObject({ rules: rules + 1 });
  });

  test("without --rules: the library that stands there, and this is said", async () => {
    folder.write("events.jsonl", EVENTS);
    await folder.run(["rules", "import", "whoami.yml"]);
    const run = await folder.run(["scan", "events.jsonl", "--json"]);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ rules: 1, hits: 2 });
    expect(run.stderr).toContain("rules are those of the library 'spoor-rules'");
    const others = await folder.run(["scan", "events.jsonl", "--rules", "default", "--json"]);
    expect(jsonLines(others.stdout).at(-1)).toMatchObject({ rules: defaultRuleCount() });
    expect(others.stderr).not.toContain("library");
  });

  test("a folder without rules is an error", async () => {
    mkdirSync(join(folder.path, "empty"));
    const run = await folder.run(["scan", "events.jsonl", "--rules", "empty"]);
    expect([run.code, run.stderr.includes("error RULES_NONE_FOUND")]).toEqual([2, true]);
  });
});

describe("levels and exit codes", () => {
  test.each([
    ["high", 3],
    ["critical", 0],
  ])("--fail-on %s ends with %d", async (level, code) => {
    folder.write("events.jsonl", EVENTS);
    expect((await scan("events.jsonl", "--fail-on", level)).code).toBe(code);
  });

  test("--min-level: lower hits are only counted", async () => {
    folder.write("events.jsonl", EVENTS);
    const run = await scan("events.jsonl", "--min-level", "critical", "--fail-on", "low");
    expect([run.code, run.stdout.includes("0 hits; 2 hits of lower levels")]).toEqual([0, true]);
  });
});

test("correlations are findings, with their group and what they measured", async () => {
  const correlation = `title: Many Whoami
name: many_whoami
level: critical
correlation:
  type: event_count
  rules: [${WHOAMI_ID}]
  group-by: [Computer]
  timespan: 5m
  condition: { gte: 2 }
`;
  folder.write("many.yml", correlation);
  folder.write("events.jsonl", [1, 2].map((recordId) => processEvent("whoami", { recordId })).join("\n"));
  const lines = jsonLines((await scan("events.jsonl", "--rules", "many.yml", "--json")).stdout);
  expect(lines).toMatchObject([
    {
      rule: { name: "many_whoami" },
      level: "critical",
      host: "WS1",
      reasons: [
        { field: "Computer", value: "WS1" },
        { value: "2", test: "event_count over 2 hits" },
      ],
    },
    { kind: "summary", hits: 1 },
  ]);
});

test("--layer: hits by technique", async () => {
  folder.write("events.jsonl", EVENTS);
  const run = await scan("events.jsonl", "--layer", "layer.json");
  expect(run.stderr).toContain("layer written to 'layer.json'");
  const layer = JSON.parse(readFileSync(join(folder.path, "layer.json"), "utf8")) as object;
  expect(layerProblems(layer)).toEqual([]);
  expect(layer).toMatchObject({
    techniques: [{ techniqueID: "T1033", comment: "2 hits\nWhoami Execution" }],
  });
});
