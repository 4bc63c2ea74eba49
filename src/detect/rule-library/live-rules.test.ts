import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RuleSet } from "../rule/rule-set.ts";
import { LiveRules } from "./live-rules.ts";
import type { RuleSetChange } from "./live-rules.ts";
import { RuleWatch } from "./rule-watch.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-live-rules-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function ruleText(name: string, value: string, title = `Rule ${name}`): string {
  return `title: ${title}\nid: id-${name}\nlogsource: { product: windows, service: security }\ndetection:\n  selection:\n    Field: ${value}\n  condition: selection\n`;
}

const COUNT = `title: Many\nid: id-many\ncorrelation:\n  type: event_count\n  rules: [id-a]\n  group-by: [User]\n  timespan: 5m\n  condition: { gte: 3 }\n`;

function filterText(value: string): string {
  return `title: Exclusions\nid: id-filter\nlogsource: { product: windows }\nfilter:\n  rules: [id-a]\n  x: { User: ${value} }\n  condition: not x\n`;
}

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const NO_CHANGE: RuleSetChange = { added: [], removed: [], changed: [], errors: [] };

/** Rules below the folder, as a server has them. */
class Watched {
  readonly watch = new RuleWatch([folder]);
  live!: LiveRules;
  problems: readonly string[] = [];

  static async begin(): Promise<Watched> {
    const watched = new Watched();
    const { texts, states } = await watched.watch.first();
    watched.live = new LiveRules(texts, states);
    return watched;
  }

  async look(): Promise<RuleSetChange> {
    const { problems, isSame, ...look } = await this.watch.look();
    this.problems = problems;
    return isSame ? NO_CHANGE : this.live.update(look);
  }
}

function titles(rules: RuleSetChange["added"]): string[] {
  return rules.map(({ metadata }) => metadata.title);
}

function keys({ rules, correlations }: RuleSet): (string | undefined)[] {
  return [...rules, ...correlations].map(({ metadata }) => metadata.id);
}

describe("rules whose files change", () => {
  beforeEach(() => {
    write("a.yml", ruleText("a", "1"));
    write("deep/b.yml", ruleText("b", "1"));
    write("many.yml", COUNT);
  });

  test("nothing changed: the set is the same object", async () => {
    const watched = await Watched.begin();
    const { set } = watched.live;
    const change = await watched.look();
    expect([change.added, change.removed, change.changed, change.errors]).toEqual([[], [], [], []]);
    expect(watched.live.set).toBe(set);
    expect(keys(set)).toEqual(["id-a", "id-b", "id-many"]);
  });

  test("a file that is touched without another text is no change", async () => {
    const watched = await Watched.begin();
    write("a.yml", ruleText("a", "1"));
    expect((await watched.look()).changed).toEqual([]);
  });

  test("added, changed and removed; what is as before is the same object", async () => {
    const watched = await Watched.begin();
    const before = watched.live.set;
    write("a.yml", ruleText("a", "22"));
    write("c.yml", ruleText("c", "1"));
    rmSync(join(folder, "deep/b.yml"));
    const change = await watched.look();
    expect([titles(change.added), titles(change.removed), titles(change.changed)]).toEqual([
      ["Rule c"],
      ["Rule b"],
      ["Rule a"],
    ]);
    expect(watched.live.set.correlations[0]).toBe(before.correlations[0]);
  });

  test("an edit that breaks a rule keeps the one before and tells the error; the next good one is taken", async () => {
    const watched = await Watched.begin();
    const before = watched.live.set;
    write("a.yml", ruleText("a", "22").replace("condition: selection", "condition: selektion"));
    const broken = await watched.look();
    expect(broken.errors.map(({ code, place }) => [code, place?.span.line])).toEqual([
      ["SIGMA_UNKNOWN_SELECTION", 7],
    ]);
    expect(watched.live.set).toBe(before);
    expect((await watched.look()).errors).toEqual([]);
    write("a.yml", ruleText("a", "333"));
    expect(titles((await watched.look()).changed)).toEqual(["Rule a"]);
  });

  test("a filter that comes changes only the rule it names, and again when it goes", async () => {
    const watched = await Watched.begin();
    const before = watched.live.set;
    write("filter.yml", filterText("x"));
    expect(titles((await watched.look()).changed)).toEqual(["Rule a"]);
    const tuned = watched.live.set;
    write("deep/b.yml", ruleText("b", "22"));
    expect(titles((await watched.look()).changed)).toEqual(["Rule b"]);
    expect(watched.live.set.rules[0]).toBe(tuned.rules[0]);
    rmSync(join(folder, "filter.yml"));
    await watched.look();
    expect(watched.live.set.rules[0]).toBe(before.rules[0]);
  });

  test("a folder that vanishes or is emptied keeps its rules and is a problem until it is back", async () => {
    const watched = await Watched.begin();
    const before = watched.live.set;
    rmSync(folder, { recursive: true });
    await watched.look();
    expect(watched.problems).toEqual([expect.stringContaining(`there is no '${folder}'`)]);
    mkdirSync(folder);
    await watched.look();
    expect(watched.problems).toEqual([`'${folder}' holds no rules any more`]);
    expect(watched.live.set).toBe(before);
    write("a.yml", ruleText("a", "1"));
    expect(titles((await watched.look()).removed)).toEqual(["Rule b", "Many"]);
    expect(watched.problems).toEqual([]);
  });

  test("a correlation whose rule has gone is told once", async () => {
    const watched = await Watched.begin();
    rmSync(join(folder, "a.yml"));
    const change = await watched.look();
    expect(change.errors.map(({ message }) => message)).toEqual(["rule 'id-a' is not loaded"]);
    expect(titles(change.removed)).toEqual(["Rule a", "Many"]);
    write("c.yml", ruleText("c", "1"));
    expect((await watched.look()).errors).toEqual([]);
  });
});

function library(rules: string): string {
  return `library: sigma-rules\nversion: 1\n${rules}`;
}

describe("a library's states", () => {
  beforeEach(() => {
    write("library.yml", library(""));
    write("rules/own/a.yml", ruleText("a", "1"));
    write("rules/own/b.yml", ruleText("b", "1"));
    write("notes/c.yml", ruleText("c", "1"));
  });

  test("disabled rules are out, levels are taken over; other folders of it hold no rules", async () => {
    const watched = await Watched.begin();
    expect(keys(watched.live.set)).toEqual(["id-a", "id-b"]);
    write("library.yml", library("rules:\n  id-a: { disabled: true }\n  id-b: { level: high }\n"));
    const change = await watched.look();
    expect([titles(change.removed), titles(change.changed)]).toEqual([["Rule a"], ["Rule b"]]);
    expect(watched.live.set.rules.map(({ metadata }) => metadata.level)).toEqual(["high"]);
    write("rules/own/c.yml", ruleText("c", "1"));
    expect(titles((await watched.look()).changed)).toEqual([]);
  });

  test("a library.yml that breaks, or is gone for a moment, keeps what it said", async () => {
    write("library.yml", library("rules:\n  id-a: { disabled: { reason: noise } }\n"));
    const watched = await Watched.begin();
    const before = watched.live.set;
    expect(keys(before)).toEqual(["id-b"]);
    write("library.yml", library("rules: ["));
    await watched.look();
    expect(watched.problems[0]).toContain("is not readable YAML");
    rmSync(join(folder, "library.yml"));
    await watched.look();
    expect(watched.problems.join()).toContain("library.yml' any more");
    expect(keys(watched.live.set)).toContain("id-b");
    expect(keys(watched.live.set)).not.toContain("id-a");
  });
});
