/** Killed without warning, again and again, the server neither loses nor doubles nor reorders anything. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writtenRecords } from "../../src/app/testing/topic-reading.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { liveOnce } from "./child-lives.ts";
import type { KillPlan, Life } from "./child-lives.ts";
import { expectOutputsOfOracle } from "./oracle.ts";
import { MIXED_SINK, openWorkload, recordCount } from "./workload.ts";

const KILLS = 25;
const EVENTS = 20_000;
/** Repeat a failing run with SPOOR_CRASH_SEED. */
const SEED = Number(process.env["SPOOR_CRASH_SEED"] ?? 1);

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "spoor-crash-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test(`${KILLS} kills under load (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const lives: Life[] = [];
  let acknowledged = 0;
  for (let number = 0; number < KILLS; number++) {
    const life = await liveOnce(dataDir, number, EVENTS, killPlan(random));
    expect(life.finished, "a life that ends before its kill: give it more events").toBe(false);
    // What was acknowledged is there; one body more may have come before its acknowledgement.
    if (life.openedWith !== undefined) expect(life.openedWith).toBeGreaterThanOrEqual(acknowledged);
    acknowledged = Math.max(acknowledged, life.acknowledged);
    lives.push(life);
  }
  const last = await liveOnce(dataDir, KILLS, EVENTS, { after: "never" });
  lives.push(last);
  expect(last.finished).toBe(true);
  expect(last.openedWith).toBeGreaterThanOrEqual(acknowledged);
  expect(lives.flatMap(({ problems }) => problems).filter((text) => !text.includes("torn-tail"))).toEqual([]);

  const application = await openWorkload({ dataDir });
  try {
    expect(recordCount(application, "winlogbeat")).toBe(EVENTS);
    await expectOutputsOfOracle(application);
    const noted = writtenRecords(application.context.log, MIXED_SINK).map(({ key }) => key);
    expect(new Set(noted).size).toBe(noted.length);
    const inserted = lives.flatMap(({ notes }) => notes);
    expect(inserted.length).toBeGreaterThan(KILLS);
    expect(inserted.filter((note) => !noted.includes(note))).toEqual([]);
  } finally {
    await application.close();
  }
});

/** Most lives work for a while; some die while they open the log, restore the queries or catch up. */
function killPlan(random: SeededRandom): KillPlan {
  if (random.next() < 0.25) return { after: "start", delayMs: random.int(200, 900) };
  return { after: "events", events: random.int(1, 600), delayMs: random.int(0, 60) };
}
