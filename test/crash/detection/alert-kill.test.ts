/**
 * Killed without warning, at chosen calls and at any time, while events and people's actions come in: alerts and cases are byte
 * for byte those of a server that was never killed. A failing run is repeated with SPOOR_CRASH_SEED, as far as time allows.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Application } from "../../../src/app/application.ts";
import { writtenRecords } from "../../../src/app/testing/topic-reading.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { appendArriving, arrivingRecords } from "../arriving-records.ts";
import { liveOnce } from "../child-lives.ts";
import type { KillPlan, Life } from "../child-lives.ts";
import { firstDifference } from "../oracle.ts";
import type { CallKill } from "../protocol/spoor-process.ts";
import { CORRELATIONS, INPUTS, openWorkload, OUTPUTS, startWorkload, writeRules } from "./alert-workload.ts";

const KILLS = Number(process.env["CRASH_POINTS"] ?? 14);
/** More than any death waits for. */
const EVENTS_A_LIFE = 360;
const EVENTS = (KILLS + 1) * EVENTS_A_LIFE;
const SEED = Number(process.env["SPOOR_CRASH_SEED"] ?? 1);
const CHILD = fileURLToPath(new URL("alert-child.ts", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-alert-crash-"));
  writeRules(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Death {
  readonly plan: KillPlan;
  readonly atCall?: CallKill;
}

/** Most die while they work; some while they open, restore or catch up, some in the middle of a write. */
function deathOf(random: SeededRandom): Death {
  const chance = random.next();
  if (chance < 0.2) return { plan: { after: "start", delayMs: random.int(250, 900) } };
  const plan = { after: "events", events: random.int(1, 300), delayMs: random.int(0, 60) } as const;
  if (chance < 0.6) return { plan };
  const call = random.pick(["write", "write", "write", "open"] as const);
  const count = random.int(1, call === "write" ? 120 : 40);
  return { plan, atCall: { call, count, torn: random.next() < 0.5 } };
}

/** The same inputs in the order in which they came, to a server that lives. */
async function expectUndisturbed(application: Application): Promise<void> {
  const oracle = await openWorkload({ folder, isInMemory: true });
  try {
    await startWorkload(oracle);
    appendArriving(oracle.context.log, arrivingRecords(application.context.log, INPUTS));
    await oracle.engine.drain();
    for (const topic of OUTPUTS) {
      const [found, expected] = [application, oracle].map(({ context }) =>
        writtenRecords(context.log, topic),
      );
      expect(firstDifference(found!, expected!), topic).toBeUndefined();
    }
  } finally {
    await oracle.close();
  }
}

function valuesOf(application: Application, topic: string): readonly Record<string, unknown>[] {
  return writtenRecords(application.context.log, topic).map(
    ({ value }) => JSON.parse(value!) as Record<string, unknown>,
  );
}

function different(rows: readonly Record<string, unknown>[], column: string): Set<unknown> {
  return new Set(rows.map((row) => row[column]));
}

/** The workload reaches what it is for. */
function expectRich(application: Application): void {
  const alerts = valuesOf(application, "alerts");
  const cases = valuesOf(application, "alert_cases");
  expect([...different(alerts, "TITLE")]).toEqual(expect.arrayContaining([...CORRELATIONS, "cleared"]));
  expect([...different(cases, "CHANGE")]).toEqual(
    expect.arrayContaining(["alert", "acknowledge", "close", "mute", "comment", "refused", "forgotten"]),
  );
  expect([...different(cases, "NOTIFICATION")]).toEqual(expect.arrayContaining([null, "opened", "repeated"]));
}

test(`${KILLS} kills under events and actions (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const lives: Life[] = [];
  let acknowledged = 0;
  for (let number = 0; number < KILLS; number++) {
    const { plan, atCall } = deathOf(random);
    const life = await liveOnce(folder, number, (number + 1) * EVENTS_A_LIFE, plan, { path: CHILD, atCall });
    if (life.openedWith !== undefined) expect(life.openedWith).toBeGreaterThanOrEqual(acknowledged);
    acknowledged = Math.max(acknowledged, life.acknowledged);
    lives.push(life);
  }
  const last = await liveOnce(folder, KILLS, EVENTS, { after: "never" }, { path: CHILD });
  lives.push(last);
  expect(last.finished).toBe(true);
  expect(lives.flatMap(({ problems }) => problems).filter((text) => !text.includes("torn-tail"))).toEqual([]);

  const application = await openWorkload({ folder });
  try {
    const stored = arrivingRecords(application.context.log, INPUTS);
    expect(stored.filter(({ topic }) => topic === "winlogbeat")).toHaveLength(EVENTS);
    const actions = stored.filter(({ topic }) => topic === "alert_actions").map(({ value }) => String(value));
    const ids = actions.map((text) => (JSON.parse(text) as { readonly ACTION_ID: string }).ACTION_ID);
    expect(new Set(ids).size).toBe(ids.length);
    expect(lives.flatMap(({ notes }) => notes).filter((id) => !ids.includes(id))).toEqual([]);
    await expectUndisturbed(application);
    expectRich(application);
  } finally {
    await application.close();
  }
});
