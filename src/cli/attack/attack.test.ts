import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { layerProblems } from "../../attack/navigator/check-layer.ts";
import type { NavigatorLayer } from "../../attack/navigator/navigator-layer.ts";
import { MemoryIo, runInMemory } from "../fake-world.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-attack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function spoor(argv: readonly string[], stdin = "") {
  const io = new MemoryIo();
  io.stdin = Readable.from([Buffer.from(stdin)]);
  return runInMemory(["attack", ...argv], { io, workingDirectory: folder });
}

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function layer(text: string): NavigatorLayer {
  const value = JSON.parse(text) as NavigatorLayer;
  expect(layerProblems(value)).toEqual([]);
  return value;
}

function scores(text: string): [string, number][] {
  return layer(text).techniques.map(({ techniqueID, score }) => [techniqueID, score]);
}

describe("looking things up", () => {
  test("list: by tactic, of one tactic, of a platform", async () => {
    const all = await spoor([]);
    expect([all.code, all.stderr]).toEqual([0, "691 techniques, ATT&CK 18.1 of 2025-11-12\n"]);
    expect(all.stdout).toContain(
      "Execution (TA0002, execution)\n  T1047      Windows Management Instrumentation\n",
    );
    const json = (await spoor(["list", "--tactic", "TA0008", "--platform", "windows", "--json"])).stdout;
    const techniques = json
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; tactics: string[] });
    expect(techniques.map(({ id }) => id)).toContain("T1021.006");
    expect(techniques.every(({ tactics }) => tactics.includes("lateral-movement"))).toBe(true);
    expect((await spoor(["list", "--all"])).stdout).toContain("revoked; now T1059.001");
  });

  test("list: a tactic or platform that is not there has a near name", async () => {
    const tactic = await spoor(["list", "--tactic", "executon"]);
    expect([tactic.code, tactic.stderr.includes("did you mean 'execution'?")]).toEqual([2, true]);
    expect((await spoor(["list", "--platform", "Windws"])).stderr).toContain("did you mean 'Windows'?");
  });

  test("show: techniques, sub-techniques, tactics, old ones; by id or title", async () => {
    const wmi = await spoor(["show", "t1047"]);
    expect(wmi.stdout).toContain(
      "Rule name            : technique_id=T1047,technique_name=Windows Management",
    );
    expect((await spoor(["show", "T1086"])).stdout).toContain("revoked; now T1059.001 Command and Scripting");
    expect((await spoor(["show", "T1153"])).stdout).toContain("deprecated; nothing took its place");
    expect((await spoor(["show", "TA0008"])).stdout).toContain("Short name           : lateral-movement");
    expect((await spoor(["show", "process", "injection"])).stdout).toContain(
      "Sub-technique        : T1055.001",
    );
    const json = (await spoor(["show", "T1059.001", "TA0002", "--json"])).stdout.trim().split("\n");
    expect(json.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: "T1059.001", parent: "T1059", currentId: "T1059.001" },
      { id: "TA0002", shortName: "execution" },
    ]);
  });

  test("show: what is not there shows nothing at all, and the near name", async () => {
    const run = await spoor(["show", "T1047", "T1059/001"]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain("did you mean 'T1059.001'?");
  });

  test("search: words in any order; nothing found is told by the exit code", async () => {
    const run = await spoor(["search", "dump", "credential"]);
    expect(run.stdout).toContain(" T1003.001 | OS Credential Dumping: LSASS Memory ");
    const none = await spoor(["search", "powershel"]);
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining("T1059.001")]);
    const far = await spoor(["search", "Proces", "Injektion"]);
    expect([far.code, far.stdout, far.stderr.includes("did you mean 'Process Injection'?")]).toEqual([
      1,
      "",
      true,
    ]);
  });
});

const REFERENCE = (id: string) => [{ source_name: "mitre-attack", external_id: id }];

function bundle(version: string): string {
  return JSON.stringify({
    type: "bundle",
    objects: [
      { type: "x-mitre-collection", id: "x-mitre-collection--1", x_mitre_version: version },
      { type: "x-mitre-matrix", id: "x-mitre-matrix--1", tactic_refs: ["x-mitre-tactic--1"] },
      {
        type: "x-mitre-tactic",
        id: "x-mitre-tactic--1",
        name: "Execution",
        x_mitre_shortname: "execution",
        external_references: REFERENCE("TA0002"),
      },
      {
        type: "attack-pattern",
        id: "attack-pattern--1",
        name: "A New One",
        external_references: REFERENCE("T1999"),
        kill_chain_phases: [{ kill_chain_name: "mitre-attack", phase_name: "execution" }],
        x_mitre_platforms: ["Windows"],
      },
    ],
  });
}

describe("update", () => {
  test("takes a bundle, gzipped too, for the data folder, and says what changed", async () => {
    const file = write("b.json.gz", gzipSync(bundle("20.0")));
    const run = await spoor(["update", file, "--data", "d"]);
    expect([run.code, run.stdout]).toEqual([0, ""]);
    expect(run.stderr).toContain("ATT&CK 20.0: 1 technique, 1 tactic\nsince 18.1: 1 new, 0 renamed");
    expect((await spoor(["show", "T1999", "--data", "d"])).stdout).toContain("A New One");
    expect((await spoor(["show", "T1999"])).code).toBe(2);
  });

  test("changes nothing where the bundle is damaged, and shows the place", async () => {
    await spoor(["update", write("b.json", bundle("20.0")), "--data", "d"]);
    const run = await spoor(["update", write("c.json", '{"type":\n]'), "--data", "d"]);
    expect([run.code, run.stderr.includes("--> c.json, line 2, column 1")]).toEqual([2, true]);
    expect((await spoor(["show", "T1999", "--data", "d"])).code).toBe(0);
    const gone = await spoor(["update", "gone.json"]);
    expect([gone.code, gone.stderr.includes("cannot read 'gone.json'")]).toEqual([1, true]);
  });

  test("mends a catalogue that is damaged, which the other commands refuse", async () => {
    await spoor(["update", write("b.json", bundle("20.0")), "--data", "d"]);
    write("d/attack-catalogue.json", "{}");
    const damaged = await spoor(["list", "--data", "d"]);
    expect([damaged.code, damaged.stderr.includes("ATTACK_CATALOGUE_DAMAGED")]).toEqual([1, true]);
    expect((await spoor(["update", "b.json", "--data", "d"])).code).toBe(0);
    expect((await spoor(["list", "--data", "d"])).code).toBe(0);
  });
});

function sysmonEvent(ruleName: string, more: object = {}): string {
  return JSON.stringify({
    "@timestamp": "2019-03-19T19:31:56.948Z",
    log_name: "Microsoft-Windows-Sysmon/Operational",
    source_name: "Microsoft-Windows-Sysmon",
    computer_name: "WIN1",
    event_id: 1,
    event_data: { RuleName: ruleName, Image: "a.exe" },
    ...more,
  });
}

describe("layer", () => {
  test("from counts of standard input, to stdout", async () => {
    const run = await spoor(
      ["layer", "-", "--name", "A name"],
      '{"T":"x","TECHNIQUE":"T1086","COUNT":4}\n{"TECHNIQUE":"T1047","COUNT":1}\n',
    );
    expect([run.code, scores(run.stdout)]).toEqual([
      0,
      [
        ["T1047", 1],
        ["T1059.001", 4],
      ],
    ]);
    expect(layer(run.stdout)).toMatchObject({ name: "A name", versions: { attack: "18", layer: "4.5" } });
    expect(run.stderr).toBe("2 techniques in the layer, ATT&CK 18.1\n");
  });

  test("from several files, whose counts add up; what is left out is told", async () => {
    const one = write("one.csv", "technique,count\nT1047,2\nT9999,1\nT1153,5\nfoo,1\n");
    const two = write("two.csv", "T1047\nT1055\n");
    const run = await spoor([
      "layer",
      one,
      two,
      "gone.csv",
      "--output",
      "out/l.json",
      "--platform",
      "windows",
    ]);
    expect(run.code).toBe(1);
    expect(scores(readFileSync(join(folder, "out/l.json"), "utf8"))).toEqual([
      ["T1047", 3],
      ["T1055", 1],
    ]);
    expect(layer(readFileSync(join(folder, "out/l.json"), "utf8")).filters).toEqual({
      platforms: ["Windows"],
    });
    expect(run.stderr).toContain("left out one.csv, line 5: 'foo' names no technique id\n");
    expect(run.stderr).toContain("cannot read 'gone.csv'");
    expect(run.stderr).toContain("left out 'T9999' (1): ATT&CK has none\n");
    expect(run.stderr).toContain("left out 'T1153' (5): deprecated, and nothing took its place\n");
    expect(existsSync(join(folder, "out/l.json.new"))).toBe(false);
  });

  test("from coverage: each mention counts once", async () => {
    const run = await spoor(["layer", "-", "--from", "coverage"], "T1047,50\nT1047\nT1055.001\n");
    expect(scores(run.stdout)).toEqual([
      ["T1047", 2],
      ["T1055.001", 1],
    ]);
  });

  test("from events: Sysmon's tagged ones, by technique, with their hosts", async () => {
    const firewall = { log_name: "Security", source_name: "Microsoft-Windows-Security-Auditing" };
    const events = write(
      "events.jsonl",
      [
        sysmonEvent("technique_id=T1047,technique_name=Windows Management Instrumentation"),
        sysmonEvent("technique_id=T1047,technique_name=Other", { computer_name: "WIN2" }),
        sysmonEvent("technique_id=T1003;T1055"),
        sysmonEvent("-"),
        sysmonEvent(""),
        sysmonEvent("PowerShell"),
        sysmonEvent("technique_id=T1112", firewall),
        '{"RuleName":"technique_id=T1112"}',
      ].join("\n"),
    );
    const run = await spoor(["layer", events, "--from", "events", "--scale", "log"]);
    expect(run.code).toBe(1);
    expect(scores(run.stdout)).toEqual([
      ["T1003", 0.301],
      ["T1047", 0.477],
      ["T1055", 0.301],
    ]);
    expect(layer(run.stdout).techniques[1]!.comment).toBe("2 events\nWIN1; WIN2");
    expect(run.stderr).toContain(
      "events.jsonl: 8 events, 3 tagged, 1 with a rule name that says no technique, 1 of no known shape\n",
    );
  });

  test("an interruption ends a wait for standard input, and writes nothing", async () => {
    const io = new MemoryIo();
    for (const from of ["counts", "events"]) {
      const stop = new AbortController();
      io.stdin = new Readable({ read: () => stop.abort() });
      const argv = ["attack", "layer", "-", "--from", from];
      const run = await runInMemory(argv, { io, workingDirectory: folder, interrupted: stop.signal });
      expect([run.code, run.stdout, run.stderr.includes("error")]).toEqual([130, "", false]);
    }
  });

  test("an empty layer is a layer", async () => {
    const run = await spoor(["layer", write("e.jsonl", `${sysmonEvent("-")}\n`), "--from", "events"]);
    expect([run.code, scores(run.stdout)]).toEqual([0, []]);
  });
});
