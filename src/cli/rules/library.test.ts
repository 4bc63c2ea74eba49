/** A library of rules: import, disable, enable, tune, and what the other commands make of it. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processEvent, ruleText, SampleFolder, WHOAMI_ID, WHOAMI_RULE } from "../scan/sample-scan.ts";

let folder: SampleFolder;
beforeEach(() => {
  folder = new SampleFolder(mkdtempSync(join(tmpdir(), "spoor-library-")));
  put("sigma/rules/whoami.yml", WHOAMI_RULE);
  put("sigma/rules/deep/linux.yml", LINUX);
});
afterEach(() => rmSync(folder.path, { recursive: true }));

const LINUX_ID = "22222222-2222-4222-8222-222222222222";
const LINUX = ruleText({
  title: "Linux Thing",
  id: LINUX_ID,
  level: "low",
  product: "linux",
  detection: ["s:", "  CommandLine: x", "condition: s"],
});
const MANY = `title: Many Whoamis
id: 33333333-3333-4333-8333-333333333333
correlation:
  type: event_count
  rules: [${WHOAMI_ID}]
  group-by: [Computer]
  timespan: 5m
  condition: { gte: 3 }
`;

function put(name: string, text: string): void {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  writeFileSync(join(folder.path, name), text);
}

function read(name: string): string {
  return readFileSync(join(folder.path, name), "utf8");
}

function rules(...argv: readonly string[]) {
  return folder.run(["rules", ...argv]);
}

interface ImportLine {
  readonly name: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: number;
  readonly edited: readonly string[];
  readonly vanished: readonly string[];
  readonly leftOut: number;
  readonly refused: readonly { readonly code: string; readonly line: number }[];
}

async function imported(...argv: readonly string[]): Promise<ImportLine> {
  return JSON.parse((await rules("import", ...argv, "--json")).stdout) as ImportLine;
}

describe("import", () => {
  test("copies files as they are and writes down where they are from", async () => {
    put("sigma/.git/HEAD", "ref: refs/heads/main\n");
    put("sigma/.git/refs/heads/main", `${"5f2a".repeat(10)}\n`);
    const run = await rules("import", "sigma/rules", "--by", "ann");
    expect([run.code, run.stdout]).toEqual([
      0,
      "sigma/rules went into spoor-rules/rules/sigma\n  2 rules added\n    Linux Thing\n    Whoami Execution\n",
    ]);
    expect(read("spoor-rules/rules/sigma/whoami.yml")).toBe(WHOAMI_RULE);
    expect(read("spoor-rules/rules/sigma/deep/linux.yml")).toBe(LINUX);
    expect(read("spoor-rules/library.yml")).toContain(
      `sources:\n  sigma:\n    from: sigma/rules\n    imported: 2026-03-02T00:00:00.000Z\n    by: ann\n    commit: ${"5f2a".repeat(10)}\n`,
    );
    expect(read("spoor-rules/rules/sigma.sha256")).toMatch(/^[0-9a-f]{64} {2}sigma\/deep\/linux\.yml\n/);
    expect(existsSync(join(folder.path, "spoor-rules/library.lock"))).toBe(false);
  });

  test("again: what is new, changed, as before, gone and edited here is told apart; decisions stay", async () => {
    for (const name of ["gone", "edited"])
      put(`sigma/rules/${name}.yml`, LINUX.replace(LINUX_ID, `id-${name}`).replace("Linux Thing", name));
    await rules("import", "sigma/rules");
    await rules("disable", "whoami execution", "--reason", "noise", "--by", "ann");
    rmSync(join(folder.path, "sigma/rules/gone.yml"));
    put("sigma/rules/new.yml", LINUX.replace(LINUX_ID, "id-new").replace("Linux Thing", "New"));
    put("sigma/rules/whoami.yml", WHOAMI_RULE.replace("harmless", "other"));
    put("sigma/rules/edited.yml", read("sigma/rules/edited.yml").replace("low", "high"));
    put("spoor-rules/rules/sigma/edited.yml", `# ours\n${read("spoor-rules/rules/sigma/edited.yml")}`);
    const dry = await imported("sigma/rules", "--dry-run");
    expect(dry).toMatchObject({
      added: ["New"],
      changed: ["Whoami Execution"],
      unchanged: 1,
      edited: ["edited"],
      vanished: ["gone"],
      refused: [],
    });
    expect(existsSync(join(folder.path, "spoor-rules/rules/sigma/new.yml"))).toBe(false);
    expect(await imported("sigma/rules")).toEqual({ ...dry, dryRun: false });
    expect(read("spoor-rules/rules/sigma/edited.yml")).toContain("# ours");
    expect(read("spoor-rules/library.yml")).toContain("reason: noise");
    expect(await imported("sigma/rules")).toMatchObject({
      added: [],
      changed: [],
      edited: ["edited"],
      vanished: ["gone"],
    });
    expect(await imported("sigma/rules", "--prune", "--overwrite")).toMatchObject({ changed: ["edited"] });
    expect(existsSync(join(folder.path, "spoor-rules/rules/sigma/gone.yml"))).toBe(false);
  });

  test("a file that moves keeps its rule once", async () => {
    await rules("import", "sigma/rules");
    rmSync(join(folder.path, "sigma/rules/whoami.yml"));
    put("sigma/rules/deep/whoami.yml", WHOAMI_RULE);
    expect(await imported("sigma/rules")).toMatchObject({ added: ["Whoami Execution"], vanished: [] });
    expect((await rules("list", "--json")).stdout.match(new RegExp(WHOAMI_ID, "g"))).toHaveLength(1);
  });

  test("by product and level; a correlation comes with the rules it needs", async () => {
    put("sigma/rules/many.yml", MANY);
    expect(await imported("sigma/rules", "--only", "windows")).toMatchObject({
      added: ["Many Whoamis", "Whoami Execution"],
      leftOut: 1,
    });
    expect((await rules("lint")).code).toBe(0);
  });

  test("a broken rule is refused with its place, the rest is in; the one before stays", async () => {
    put("sigma/rules/bad.yml", WHOAMI_RULE.replace("|endswith", "|endwith"));
    const run = await rules("import", "sigma/rules", "--json");
    expect([run.code, (JSON.parse(run.stdout) as ImportLine).refused]).toEqual([
      1,
      [expect.objectContaining({ code: "SIGMA_UNKNOWN_MODIFIER", line: 15 })],
    ]);
    put("sigma/rules/whoami.yml", WHOAMI_RULE.replace("|endswith", "|endwith"));
    await rules("import", "sigma/rules");
    expect(read("spoor-rules/rules/sigma/whoami.yml")).toBe(WHOAMI_RULE);
  });

  test("the rules that come with Spoor; an id that another source has is refused", async () => {
    expect((await rules("import", "default")).code).toBe(0);
    put("mine/a.yml", WHOAMI_RULE);
    await rules("import", "mine");
    const again = await imported("sigma/rules");
    expect([again.added, again.refused[0]?.code]).toEqual([["Linux Thing"], "RULES_AMBIGUOUS"]);
  });

  test("another writer is waited for by telling so; the lock of a dead one is taken over", async () => {
    await rules("import", "sigma/rules");
    put("spoor-rules/library.lock", `${process.pid}\n`);
    const busy = await rules("disable", "whoami");
    expect([busy.code, busy.stderr.includes("error RULES_LIBRARY_BUSY")]).toEqual([1, true]);
    put("spoor-rules/library.lock", "2147483646\n");
    expect((await rules("disable", "whoami")).code).toBe(0);
  });
});

describe("decisions", () => {
  beforeEach(() => rules("import", "sigma/rules"));

  test("a rule is named by id, beginning of id, title or file, off and on again; notes by hand stay", async () => {
    put("spoor-rules/library.yml", `${read("spoor-rules/library.yml")}\n# kept by the night shift\n`);
    for (const name of [WHOAMI_ID, "11111111", "Whoami Execution", "whoami.yml", "whoami"]) {
      expect((await rules("disable", name, "--reason", "noise", "--by", "ann")).code).toBe(0);
      const off = (await rules("list", "--state", "off", "--json")).stdout;
      expect(JSON.parse(off)).toMatchObject({
        id: WHOAMI_ID,
        state: ["off"],
        disabled: { reason: "noise", by: "ann", when: "2026-03-02T00:00:00.000Z" },
      });
      expect((await rules("enable", name)).stdout).toBe("enabled  Whoami Execution\n");
    }
    expect(read("spoor-rules/library.yml")).not.toContain(WHOAMI_ID);
    expect(read("spoor-rules/library.yml")).toContain("# kept by the night shift");
  });

  test("names that fit none, or several", async () => {
    const none = await rules("disable", "whoamy");
    expect([none.code, none.stderr.includes("did you mean 'whoami'?")]).toEqual([2, true]);
    put("more/a.yml", LINUX.replace(LINUX_ID, "22222222-9999-4222-8222-222222222222"));
    await rules("import", "more");
    const several = await rules("disable", "2222");
    expect([several.code, several.stderr.includes("'2222' fits 2 rules")]).toEqual([2, true]);
  });

  test("a disabled rule does not run, and takes correlations with it, which is told", async () => {
    put("more/many.yml", MANY);
    await rules("import", "more");
    const run = await rules("disable", "whoami");
    expect(run.stderr).toContain("correlation 'Many Whoamis' needs it and stops as well");
    folder.write("events.json", `${processEvent("whoami")}\n`);
    const scan = await folder.run(["scan", "events.json", "--rules", "spoor-rules", "--json"]);
    expect(scan.stdout).not.toContain('"kind":"hit"');
    expect(scan.stderr).toContain(`needs rule '${WHOAMI_ID}', which is disabled`);
  });

  test("no library, or one that cannot be read, is told with its cure", async () => {
    const none = await rules("disable", "whoami", "--library", "other");
    expect([none.code, none.stderr.includes("spoor rules import PATH")]).toEqual([2, true]);
    put("spoor-rules/library.yml", "library: sigma-rules\nversion: 1\nrules:\n  x: { disabled: maybe }\n");
    const bad = await rules("list");
    expect([bad.code, bad.stderr.includes("line 4, column")]).toEqual([1, true]);
    put("spoor-rules/library.yml", "library: sigma-rules\nversion: 7\n");
    expect((await rules("list")).stderr).toContain("this Spoor reads version 1");
  });
});

describe("tune", () => {
  beforeEach(() => rules("import", "sigma/rules"));

  test("exclusions become a filter of Sigma that takes hits away; a second run adds to it", async () => {
    const first = await rules(
      "tune",
      "whoami",
      "--exclude",
      String.raw`ParentImage endswith \deploy.exe`,
      "--by",
      "ann",
    );
    expect(first.code).toBe(0);
    await rules(
      "tune",
      "whoami",
      "--exclude-field",
      "User=SVC",
      "--exclude-field",
      "CommandLine|contains=/all",
    );
    const again = await rules("tune", "whoami", "--exclude", String.raw`ParentImage endswith \deploy.exe`);
    expect(again.stdout).toContain("these exclusions are there already");
    const filter = read("spoor-rules/filters/whoami.yml");
    expect(filter).toContain(`filter:
  rules:
    - '${WHOAMI_ID}'
  exclusion_1:
    ParentImage|endswith: '\\deploy.exe'
  exclusion_2:
    User: 'SVC'
    CommandLine|contains: '/all'
  condition: 'not 1 of exclusion_*'
`);
    folder.write(
      "events.json",
      [
        processEvent("whoami", { recordId: 1, data: { ParentImage: String.raw`C:\x\deploy.exe` } }),
        processEvent("whoami /all", { recordId: 2, data: { User: "SVC" } }),
        processEvent("whoami /all", { recordId: 3, data: { User: "ann" } }),
      ].join("\n"),
    );
    const scan = await folder.run(["scan", "events.json", "--rules", "spoor-rules", "--json"]);
    const hits = scan.stdout.split("\n").filter((line) => line.includes('"kind":"hit"'));
    expect(hits.map((line) => (JSON.parse(line) as { recordId: number }).recordId)).toEqual([3]);
    expect((await rules("list", "--state", "tuned", "--json")).stdout).toContain(WHOAMI_ID);
    await rules("tune", "whoami", "--clear");
    expect(existsSync(join(folder.path, "spoor-rules/filters/whoami.yml"))).toBe(false);
  });

  test("another level, and back to its own", async () => {
    await rules("tune", "whoami", "--level", "low");
    expect((await rules("show", "whoami")).stdout).toContain("level       low, given in the library\n");
    await rules("tune", "whoami", "--level", "own");
    expect((await rules("show", "whoami")).stdout).toContain("level       high\n");
  });

  test.each([
    ["ParentImage endswth x", "did you mean 'endswith'?"],
    ["ParentImage", "write 'FIELD MODIFIER VALUE'"],
    ["ParentImage re (", "invalid regular expression"],
    ["SourceIp cidr nowhere", "is no network range"],
  ])("'%s' is refused with its cure, and nothing is written", async (exclusion, cure) => {
    const run = await rules("tune", "whoami", "--exclude", exclusion);
    expect([run.code === 0, run.stderr.includes(cure)]).toEqual([false, true]);
    expect(existsSync(join(folder.path, "spoor-rules/filters"))).toBe(false);
  });

  test("show tells the events, the filter and what the rule comes to", async () => {
    await rules("tune", "whoami", "--exclude", "User is SVC", "--reason", "the service asks who it is");
    const { stdout } = await rules("show", "whoami");
    expect(stdout).toContain("events      microsoft-windows-sysmon/operational, event 1\n");
    expect(stdout).toContain(
      `filter      Exclusions from Whoami Execution, ${join("spoor-rules", "filters", "whoami.yml")}\n`,
    );
    expect(stdout).toContain(
      "    filter 'Exclusions from Whoami Execution':\n      not\n        exclusion_1:\n          User is 'svc'\n",
    );
  });
});

/** A rule for Windows: `lines` go on with its log source. */
function other(title: string, lines: string): string {
  return `title: ${title}\nid: id-${title}\nlogsource: { product: windows, ${lines}\n`;
}

describe("needs", () => {
  test("without events: what each kind of rule wants", async () => {
    const run = await rules("needs", "--rules", "sigma/rules", "--json");
    const [linux, whoami] = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { needs: object[] });
    expect(linux!.needs).toEqual([]);
    expect(whoami!.needs).toMatchObject([
      { channels: ["microsoft-windows-sysmon/operational"], eventIds: ["1"], fields: { Image: ["Image"] } },
      { channels: ["security"], eventIds: ["4688"], fields: { Image: ["NewProcessName"] } },
    ]);
  });

  test("with events: which rules are blind, and for want of what", async () => {
    put("r/sees.yml", WHOAMI_RULE);
    put("r/log.yml", other("log", "service: security }\ndetection: { s: { EventID: 4624 }, condition: s }"));
    put("r/id.yml", other("id", "service: sysmon }\ndetection: { s: { EventID: 7 }, condition: s }"));
    put(
      "r/field.yml",
      other("field", "category: process_creation }\ndetection: { s: { Company: x }, condition: s }"),
    );
    put(
      "r/part.yml",
      other(
        "part",
        "category: process_creation }\ndetection: { s: [{ Company: x }, { Image: y }], condition: s }",
      ),
    );
    put("r/linux.yml", LINUX);
    folder.write("events.json", `${processEvent("whoami")}\n`);
    const run = await rules("needs", "--rules", "r", "--events", "events.json", "--json");
    const lines = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const sights = lines
      .filter(({ kind }) => kind === "rule")
      .map(({ rule, sight, missing }) => [(rule as { title: string }).title, sight, missing]);
    expect(Object.fromEntries(sights.map(([title, ...rest]) => [title, rest]))).toEqual({
      "Whoami Execution": ["sees", []],
      log: ["no-log", []],
      id: ["no-event", []],
      field: ["no-field", ["Company"]],
      part: ["partly", ["Company"]],
      "Linux Thing": ["unmapped", []],
    });
    const text = (await rules("needs", "--rules", "r", "--events", "events.json")).stdout;
    expect(text).toMatch(/^2 of 6 rules can see, over 1 event\n/);
    expect(text).toContain("1 rule blind: the events came without fields that the rule cannot do without\n");
  });
});
