/** The rules of a server, whose files change while it runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordFields } from "../../detect/expression/event-fields.ts";
import { ServerRules } from "./server-rules.ts";
import type { RulesChange } from "./server-rules.ts";

let folder: string;
let rules: ServerRules | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-server-rules-"));
});
afterEach(() => {
  rules?.close();
  rmSync(folder, { recursive: true, force: true });
});

function rule(name: string, user: string, level = "medium"): string {
  return `title: Rule ${name}\nid: id-${name}\nlevel: ${level}\nlogsource: { product: windows, service: security }\ndetection:\n  selection: { EventID: 4624, User: ${user} }\n  condition: selection\n`;
}

const logon = (user: string) => new RecordFields({ Channel: "Security", EventID: 4624, User: user });

interface Watched {
  readonly rules: ServerRules;
  readonly reports: string[];
  readonly intervals: number[];
  readonly changes: RulesChange[];
  hits(user: string): string[];
}

function watched(properties: Readonly<Record<string, string>> = {}): Watched {
  const [reports, intervals, changes]: [string[], number[], RulesChange[]] = [[], [], []];
  const made = new ServerRules({
    properties: new Map(Object.entries({ "spoor.rules": folder, ...properties })),
    report: (level, message) => reports.push(`${level}: ${message}`),
    every: (ms) => {
      intervals.push(ms);
      return () => undefined;
    },
  });
  rules = made;
  made.subscribe((change) => changes.push(change));
  const hits = (user: string): string[] =>
    [...made.matcher().match(logon(user))].map(({ metadata }) => metadata.title);
  return { rules: made, reports, intervals, changes, hits };
}

describe("the rules of a server", () => {
  beforeEach(() => {
    writeFileSync(join(folder, "a.yml"), rule("a", "ann"));
    writeFileSync(join(folder, "b.yml"), rule("b", "bob", "low"));
  });

  test("nothing is read before a statement asks", () => {
    const { rules: own, reports, intervals } = watched();
    expect([own.version, reports, intervals]).toEqual([0, [], []]);
  });

  test("changes go into the matcher that statements hold, and are told", async () => {
    const { rules: own, reports, changes, hits, intervals } = watched();
    expect([hits("ann"), hits("eve")]).toEqual([["Rule a"], []]);
    expect([own.version, intervals]).toEqual([1, [5000]]);
    const matcher = own.matcher();
    const { plansBuilt } = matcher.statistics();
    await own.look();
    expect([own.version, changes, matcher.statistics().plansBuilt]).toEqual([1, [], plansBuilt]);
    writeFileSync(join(folder, "a.yml"), rule("a", "eve"));
    writeFileSync(join(folder, "c.yml"), rule("c", "eve"));
    rmSync(join(folder, "b.yml"));
    await own.look();
    expect(own.matcher()).toBe(matcher);
    expect([hits("ann"), hits("bob"), hits("eve")]).toEqual([[], [], ["Rule a", "Rule c"]]);
    expect(reports.at(-1)).toBe("info: rules changed: +1 (Rule c) −1 (Rule b) ~1 (Rule a), 2 now");
    expect(changes).toHaveLength(1);
    expect([changes[0]!.version, changes[0]!.set === own.ruleSet()]).toEqual([2, true]);
  });

  test("a broken edit keeps the rule, and says where it is broken", async () => {
    const { rules: own, reports, hits } = watched();
    expect(hits("ann")).toEqual(["Rule a"]);
    writeFileSync(join(folder, "a.yml"), rule("a", "eve").replace("condition: s", "condition: z"));
    await own.look();
    expect([hits("ann"), own.version]).toEqual([["Rule a"], 1]);
    expect(reports.at(-1)).toMatch(
      /^warn: not taken over: error SIGMA_UNKNOWN_SELECTION: .*\n.*a\.yml, line 7/,
    );
  });

  test("a folder that vanishes keeps the rules; it is told once, and that it is back", async () => {
    const { rules: own, reports, hits } = watched();
    hits("ann");
    rmSync(folder, { recursive: true });
    await own.look();
    await own.look();
    expect(hits("ann")).toEqual(["Rule a"]);
    expect(
      reports.filter((line) => line.startsWith("warn: rules stay as they are: there is no")),
    ).toHaveLength(1);
    mkdirSync(folder);
    for (const [name, user] of [
      ["a", "ann"],
      ["b", "bob"],
    ] as const)
      writeFileSync(join(folder, `${name}.yml`), rule(name, user, name === "b" ? "low" : "medium"));
    await own.look();
    expect([reports.at(-1), own.version]).toEqual(["info: all rules can be read again", 1]);
  });

  test("a level that falls below the least leaves the matcher, and comes back", async () => {
    const { rules: own, hits } = watched({ "spoor.rules.min.level": "medium" });
    expect([hits("ann"), hits("bob")]).toEqual([["Rule a"], []]);
    writeFileSync(join(folder, "a.yml"), rule("a", "ann", "low"));
    writeFileSync(join(folder, "b.yml"), rule("b", "bob", "high"));
    await own.look();
    expect([hits("ann"), hits("bob")]).toEqual([[], ["Rule b"]]);
  });

  test("a library's decisions are heeded", async () => {
    const library = join(folder, "lib");
    mkdirSync(join(library, "rules"), { recursive: true });
    for (const name of ["a", "b"]) writeFileSync(join(library, "rules", `${name}.yml`), rule(name, "ann"));
    const states = (text: string): void =>
      writeFileSync(join(library, "library.yml"), `library: sigma-rules\nversion: 1\nrules:\n${text}`);
    states("  id-a: { disabled: { reason: noise } }\n");
    const { rules: own, reports, hits } = watched({ "spoor.rules": library });
    expect(hits("ann")).toEqual(["Rule b"]);
    expect(reports.join()).toContain("1 are disabled");
    states("  id-b: { disabled: true }\n");
    await own.look();
    expect(hits("ann")).toEqual(["Rule a"]);
  });

  test("with no interval nobody looks again", async () => {
    const { rules: own, hits, intervals } = watched({ "spoor.rules.reload.ms": "0" });
    expect([hits("ann"), intervals]).toEqual([["Rule a"], []]);
    writeFileSync(join(folder, "a.yml"), rule("a", "eve"));
    await own.look();
    expect(hits("ann")).toEqual(["Rule a"]);
  });
});
