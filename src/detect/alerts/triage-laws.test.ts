/** Laws of triage, over any alerts and actions in any order. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LEVELS } from "../rule/sigma-document.ts";
import { ACTIONS } from "./alert-action.ts";
import { caseIdOf } from "./alert-case.ts";
import { caseRow, CASE_COLUMNS, ALERT_COLUMNS } from "./case-columns.ts";
import type { CaseChange } from "./case-change.ts";
import { MemoryCaseStore } from "./case-store.ts";
import { HOUR_MS, START_MS, sampleAction, sampleAlert } from "./sample-alerts.ts";
import { Triage } from "./triage.ts";
import type { TriageSettings } from "./triage-settings.ts";

const SETTINGS: TriageSettings = {
  groupBy: ["RULE_ID", "HOST"],
  suppressMs: HOUR_MS,
  escalateOn: ["level", "tactic"],
  forgetClosedMs: 5 * HOUR_MS,
  casesMax: 4,
  idsMax: 6,
};

const rule = fc.constantFrom("r1", "r2");
const host = fc.constantFrom("h1", "h2", "h3", null);
const hours = fc.integer({ min: 0, max: 12 }).map((hour) => hour * HOUR_MS);

const alert = fc
  .record({
    alertId: fc.option(fc.constantFrom(..."abcdefgh")),
    ruleId: rule,
    host,
    level: fc.constantFrom(...LEVELS),
    tactics: fc.subarray(["execution", "persistence"]),
    atMs: hours,
  })
  .map((given) => ({ kind: "alert" as const, alert: sampleAlert(given) }));

const caseId = fc.tuple(rule, host).map((group) => caseIdOf(SETTINGS.groupBy, group));
const action = fc
  .record({
    action: fc.constantFrom(...ACTIONS, "dance", null),
    caseId: fc.option(caseId),
    ruleId: fc.option(rule, { freq: 3 }),
    host: fc.option(fc.constantFrom("h1", "H2"), { freq: 3 }),
    untilMs: fc.option(hours.map((ms) => START_MS + ms)),
    text: fc.option(fc.constantFrom("seen", "")),
    assignee: fc.option(fc.constantFrom("bob")),
    actionId: fc.option(fc.constantFrom(..."abc")),
  })
  .map((given) => ({ kind: "action" as const, parts: sampleAction(given) }));

const inputs = fc.array(fc.oneof({ weight: 3, arbitrary: alert }, { weight: 2, arbitrary: action }), {
  maxLength: 60,
});
type Input = ReturnType<typeof alert.generate>["value"] | ReturnType<typeof action.generate>["value"];

function feed(triage: Triage, given: readonly Input[]): CaseChange[] {
  return given.flatMap((input) =>
    input.kind === "alert" ? triage.alert(input.alert) : triage.action(input.parts),
  );
}

test("stopping and going on anywhere gives the same as going through", () => {
  fc.assert(
    fc.property(inputs, fc.array(fc.nat(60), { maxLength: 4 }), (given, stops) => {
      const wholeStore = new MemoryCaseStore();
      const through = new Triage(wholeStore, SETTINGS);
      const whole = feed(through, given);
      through.flush();
      let store = new MemoryCaseStore();
      const parts: CaseChange[] = [];
      const places = [0, ...stops.map((stop) => Math.min(stop, given.length)), given.length];
      const sorted = places.toSorted((a, b) => a - b);
      for (const [at, from] of sorted.slice(0, -1).entries()) {
        const triage = new Triage(store, SETTINGS);
        parts.push(...feed(triage, given.slice(from, sorted[at + 1])));
        triage.flush();
        store = new MemoryCaseStore(store.entries);
      }
      expect(parts).toEqual(whole);
      expect(store.entries).toEqual(wholeStore.entries);
    }),
    { numRuns: 200 },
  );
});

test("each alert is told of, hidden or a duplicate, in sum and in each case", () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const triage = new Triage(new MemoryCaseStore(), SETTINGS);
      const changes = feed(triage, given);
      const { alerts, notifications, hidden, duplicates, actions } = triage.counts;
      expect(alerts).toBe(notifications + hidden);
      expect(alerts + actions + duplicates).toBe(given.length);
      const told = changes.filter(({ kind }) => kind === "alert");
      expect(told.length).toBe(alerts);
      for (const change of changes) {
        if (!("state" in change)) continue;
        const { state } = change;
        expect(state.alerts).toBe(state.notifications + state.hidden);
        expect(state.hiddenSince).toBeLessThanOrEqual(state.hidden);
        expect(state.firstMs).toBeLessThanOrEqual(state.lastMs);
      }
    }),
    { numRuns: 200 },
  );
});

test("what is hidden is told with a later notification or still waits to be", () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const open = new Map<string, number>();
      for (const change of feed(new Triage(new MemoryCaseStore(), SETTINGS), given)) {
        if (change.kind === "forgotten") open.delete(change.state.caseId);
        if (change.kind !== "alert") continue;
        const { caseId: id } = change.state;
        const waiting = (open.get(id) ?? 0) + (change.notification === undefined ? 1 : 0);
        expect(change.hiddenSince).toBe(waiting);
        open.set(id, change.notification === undefined ? waiting : 0);
      }
    }),
    { numRuns: 200 },
  );
});

test("memory keeps its limits", () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const store = new MemoryCaseStore();
      const triage = new Triage(store, SETTINGS);
      feed(triage, given);
      triage.flush();
      const keys = store.entries.map(([key]) => key);
      const count = (beginning: string) => keys.filter((key) => key.startsWith(beginning)).length;
      expect(count("a/")).toBe(triage.counts.cases);
      expect(count("a/")).toBeLessThanOrEqual(SETTINGS.casesMax);
      expect(count("o/") + count("c/")).toBe(count("a/"));
      expect(count("i/")).toBeLessThanOrEqual(SETTINGS.idsMax);
      expect(count("r/")).toBe(count("i/"));
      expect(count("m/")).toBe(triage.counts.mutes);
    }),
    { numRuns: 200 },
  );
});

test("each change is a row of all columns", () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const alertValues = ALERT_COLUMNS.map(({ name }) => name);
      for (const change of feed(new Triage(new MemoryCaseStore(), SETTINGS), given)) {
        const row = caseRow(change, alertValues);
        const value = (name: string) => row[CASE_COLUMNS.findIndex((column) => column.name === name)];
        expect(row).toHaveLength(CASE_COLUMNS.length);
        expect(value("EVENT")).toBe(change.kind === "alert" ? "EVENT" : null);
        expect(value("PROBLEM") === null).toBe(change.kind !== "refused");
        expect(value("STATE") === null).toBe(!("state" in change));
        if ("state" in change) expect(value("CASE_ID")).toBe(change.state.caseId);
      }
    }),
    { numRuns: 100 },
  );
});
