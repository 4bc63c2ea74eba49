/**
 * Detection against an engine of which nothing is Spoor's: the crate `evtx` reads, pySigma converts the rules, SQLite matches.
 * Every pair of rule and event must be the same, or differ for a cause that is checked (`causes.ts`). What came out stands on a
 * page; SPOOR_WRITE_PAGES=1 writes it anew.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../client-process.ts";
import { compare } from "./causes.ts";
import { comparisonTables, withTables } from "./comparison-page.ts";
import type { ComparedSet } from "./comparison-page.ts";
import { installPeer, runPeer, runSpoor } from "./engine-hits.ts";
import type { OwnRun, PeerRun } from "./engine-hits.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const DATA = join(SHARED, "data");
const RULES = join(DATA, "sigma/rules.tar.gz");
const PAGE = fileURLToPath(new URL("../../../docs/detection-comparison.md", import.meta.url));

interface RecordedSet {
  readonly title: string;
  /** `scratch` is a folder for what must be unpacked. */
  readonly paths: (scratch: string) => Promise<readonly string[]>;
  readonly eventsAtLeast: number;
  readonly hitsAtLeast: number;
}

const SETS: readonly RecordedSet[] = [
  {
    title: "event logs",
    paths: async () => files("evtx/**/*.evtx", DATA),
    eventsAtLeast: 3400,
    hitsAtLeast: 550,
  },
  {
    title: "SigmaHQ's regression logs",
    paths: async (scratch) => {
      const archive = join(DATA, "sigma/regression_data.tar.gz");
      await runCommand({ program: "tar", args: ["-xzf", archive], folder: scratch, timeoutMs: 60_000 });
      return files("**/*.evtx", scratch);
    },
    eventsAtLeast: 87,
    hitsAtLeast: 120,
  },
  {
    title: "Winlogbeat captures",
    paths: async () => files("winlogbeat/*.tar.gz", DATA),
    eventsAtLeast: 100_000,
    hitsAtLeast: 2000,
  },
];

function files(pattern: string, folder: string): readonly string[] {
  return globSync(pattern, { cwd: folder })
    .map((file) => join(folder, file))
    .toSorted();
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-peer-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Compared extends ComparedSet {
  readonly own: OwnRun;
  readonly peer: PeerRun;
}

async function compared({ title, paths }: RecordedSet, packages: string): Promise<Compared> {
  const runFolder = mkdtempSync(join(folder, "run-"));
  const recordings = await paths(runFolder);
  const peer = await runPeer(packages, runFolder, RULES, recordings);
  const own = await runSpoor(runFolder, RULES, recordings, peer.rules);
  return { title, events: own.events, own, peer, comparison: compare(own, peer) };
}

/** Reasons for which pySigma makes no query of a rule; only these are known. */
const REFUSALS: readonly { readonly pipeline: string; readonly why: RegExp }[] = [
  // Words bound to no field: the cause `keywords`.
  { pipeline: "sysmon", why: /Value-only string expressions/ },
  { pipeline: "audit", why: /Value-only string expressions/ },
  // Spoor refuses these two as well, until values are given.
  { pipeline: "sysmon", why: /unhandled placeholder 'known_cdcs'/ },
  // Fields of Sysmon that the Security log does not have: no hit of the rule on it in either engine.
  { pipeline: "audit", why: /have no equivalent in Windows Security event 4657/ },
];

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(RULES) && process.env["CI"] !== "true")("rules over recordings", () => {
  test("hit what pySigma on SQLite hits, or differ for a known cause", async () => {
    const packages = join(folder, "packages");
    mkdirSync(packages);
    await installPeer(packages);
    const all: Compared[] = [];
    for (const set of SETS) {
      const found = await compared(set, packages);
      const { own, peer, comparison } = found;
      expect(peer.summary.events).toBe(own.events);
      expect(own.events).toBeGreaterThan(set.eventsAtLeast);
      expect(comparison.equal).toBeGreaterThan(set.hitsAtLeast);
      expect(comparison).toMatchObject({ unexplained: [], missing: [] });
      expect([...own.hits].filter(([, count]) => count > 1)).toEqual([]);
      const unknown = peer.refused.filter(
        (each) => !REFUSALS.some(({ pipeline, why }) => pipeline === each.pipeline && why.test(each.why)),
      );
      expect(unknown).toEqual([]);
      all.push(found);
    }
    const tables = comparisonTables(all[0]!.peer.summary.rules, all);
    const page = readFileSync(PAGE, "utf8");
    if (process.env["SPOOR_WRITE_PAGES"] === "1") writeFileSync(PAGE, withTables(page, tables));
    else
      expect(page, "docs/detection-comparison.md is out of date: run with SPOOR_WRITE_PAGES=1").toContain(
        tables,
      );
  }, 400_000);
});
