import { describe, expect, test } from "vitest";
import { arrayType, BIGINT, DOUBLE, STRING, TIMESTAMP } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { CASE_COLUMNS } from "../../detect/alerts/case-columns.ts";
import { makeRow } from "../../engine/row.ts";
import { MemoryStore } from "../../engine/state/memory-store.ts";
import type { StreamFunctionInput } from "../../plan/stream-function.ts";
import { triageFunction } from "./triage-function.ts";

const START_MS = Date.UTC(2024, 4, 1, 8);

function input(name: string, columns: Readonly<Record<string, SqlType>>): StreamFunctionInput {
  return {
    name,
    columns: Object.entries(columns).map(([column, type]) => ({
      name: column,
      type,
      role: "value" as const,
    })),
  };
}

const ALERTS = input("ALERTS", {
  RULE_ID: STRING,
  TITLE: STRING,
  LEVEL: STRING,
  HOST: STRING,
  EVENT_TIME: TIMESTAMP,
  ALERT_ID: STRING,
  SITE: BIGINT,
});
const ACTIONS = input("ALERT_ACTIONS", { ACTION: STRING, CASE_ID: STRING, UNTIL: BIGINT, TEXT: STRING });

type Emitted = Readonly<Record<string, Value>> & { readonly ROWTIME: number };

/** TRIAGE over a store, with what it emits and counts. */
class Bench {
  readonly rows: Emitted[] = [];
  readonly drops: string[] = [];
  readonly notes = new Map<string, number>();
  readonly #inputs: readonly StreamFunctionInput[];
  readonly #processor;

  constructor(store = new MemoryStore(), properties: Record<string, string> = {}, alerts = ALERTS) {
    this.#inputs = [alerts, ACTIONS];
    this.#processor = triageFunction.open({
      store,
      properties: new Map(Object.entries(properties)),
      reads: this.#inputs.map(({ columns }) => columns.map((_column, at) => at)),
      place: { topic: "alerts", partition: 0, offset: 0 },
      column: (at, name) => this.#inputs[at]!.columns.findIndex((column) => column.name === name),
      emit: (values, ROWTIME) => {
        const named = CASE_COLUMNS.map(({ name }, at) => [name, values[at]!] as const);
        this.rows.push({ ...Object.fromEntries(named), ROWTIME });
      },
      drop: (reason, detail) => this.drops.push(`${reason}: ${detail}`),
      note: (name) => this.notes.set(name, (this.notes.get(name) ?? 0) + 1),
    });
  }

  #send(at: number, values: Readonly<Record<string, Value>>, timestampMs: number): void {
    const row = this.#inputs[at]!.columns.map(({ name }) => values[name] ?? null);
    this.#processor.process(at, makeRow(row, timestampMs, this.rows.length));
  }

  alert(values: Readonly<Record<string, Value>>): void {
    this.#send(0, values, START_MS + 7);
  }

  action(values: Readonly<Record<string, Value>>): void {
    this.#send(1, values, START_MS + 99);
  }

  delete(): void {
    this.#processor.process(0, makeRow([], START_MS, 0, undefined, true));
  }

  flush(): void {
    this.#processor.flush();
  }
}

function refuse(alerts: StreamFunctionInput, actions = ACTIONS): string[] {
  const said: string[] = [];
  const error = new Error("refused");
  try {
    triageFunction.shape([alerts, actions], (at, { message, detail }) => {
      said.push(`${at} ${message}; ${detail}`);
      return error;
    });
  } catch (thrown) {
    expect(thrown).toBe(error);
  }
  return said;
}

describe("columns", () => {
  test("CASE_ID is the key; all columns of the inputs are read", () => {
    const shape = triageFunction.shape([ALERTS, ACTIONS], () => new Error("not refused"));
    expect(shape.columns[0]).toEqual({ name: "CASE_ID", type: STRING, role: "key" });
    expect(shape.columns.filter(({ role }) => role === "key")).toHaveLength(1);
    expect(shape.reads).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [0, 1, 2, 3],
    ]);
  });

  test("a stream that cannot be alerts or actions is refused with what it lacks", () => {
    expect(refuse(input("EVENTS", { EVENT: STRING }))[0]).toMatch(
      /^0 stream 'EVENTS' names no rule; it has EVENT/,
    );
    expect(refuse(ALERTS, input("X", { CASE_ID: STRING }))[0]).toMatch(/^1 stream 'X' has no column ACTION/);
    expect(refuse(input("A", { TITLE: STRING, HOST: DOUBLE }))[0]).toBe(
      "0 column 'HOST' of stream 'A' is DOUBLE; it is taken as STRING",
    );
    expect(refuse(input("A", { TITLE: STRING, TACTICS: arrayType(BIGINT) }))[0]).toMatch(/ARRAY<BIGINT>/);
    expect(refuse(input("A", { TITLE: STRING, TACTICS: STRING, EVENT_TIME: BIGINT }))).toEqual([]);
  });

  test("alerts are grouped by any column; one that is not there is refused", () => {
    const bench = new Bench(undefined, { "spoor.alerts.group.by": "site, host" });
    for (const SITE of [1n, 2n, 1n]) bench.alert({ TITLE: "Any", HOST: "ws01", SITE });
    expect(bench.rows.map(({ NOTIFICATION }) => NOTIFICATION)).toEqual(["opened", "opened", null]);
    expect(() => new Bench(undefined, { "spoor.alerts.group.by": "HOTS" })).toThrow(
      "the stream of alerts has no column 'HOTS' to group by",
    );
  });

  test("settings that cannot be are refused", () => {
    const settings = {
      "spoor.alerts.group.by": " , ",
      "spoor.alerts.escalate.on": "levle",
      "spoor.alerts.suppress.ms": "-1",
      "spoor.alerts.cases.max": "0",
    };
    for (const [name, value] of Object.entries(settings))
      expect(() => new Bench(undefined, { [name]: value })).toThrow(name);
  });
});

test("rows have the time of the event or of the action, and say what changed", () => {
  const bench = new Bench();
  bench.alert({ RULE_ID: "r1", HOST: "ws01", LEVEL: "high", EVENT_TIME: START_MS, ALERT_ID: "a1" });
  const caseId = bench.rows[0]!["CASE_ID"]!;
  bench.action({ ACTION: "mute", CASE_ID: caseId, UNTIL: BigInt(START_MS + 50), TEXT: "patching" });
  bench.alert({ RULE_ID: "r1", HOST: "ws01" });
  bench.action({ ACTION: "close", CASE_ID: "nobody's" });
  expect(bench.rows).toMatchObject([
    {
      ROWTIME: START_MS,
      CHANGE: "alert",
      NOTIFICATION: "opened",
      STATE: "open",
      LEVEL: "high",
      ALERTS: 1n,
      EVENT_TIME: START_MS,
    },
    {
      ROWTIME: START_MS + 99,
      CHANGE: "mute",
      NOTIFICATION: null,
      MUTED_UNTIL: START_MS + 50,
      ALERT_ID: null,
      COMMENTS: [[START_MS + 99, "unknown", "patching"]],
    },
    { ROWTIME: START_MS + 7, CHANGE: "alert", NOTIFICATION: null, HIDDEN: 1n, HIDDEN_SINCE: 1n, TITLE: "r1" },
    { CHANGE: "refused", CASE_ID: "nobody's", STATE: null, PROBLEM: "there is no case 'nobody's'" },
  ]);
  expect(Object.fromEntries(bench.notes)).toEqual({
    "alerts told": 1,
    "alerts hidden": 1,
    "actions refused": 1,
  });
});

test("records of which no row comes are counted", () => {
  const bench = new Bench();
  bench.alert({ HOST: "ws01" });
  bench.alert({ RULE_ID: "r1", ALERT_ID: "a1" });
  bench.alert({ RULE_ID: "r1", ALERT_ID: "a1" });
  bench.delete();
  expect(bench.rows).toHaveLength(1);
  expect(bench.drops).toEqual([
    "null-value: the alert has neither RULE_ID nor TITLE",
    "filtered: alert 'a1' was there before",
    "null-value: the record has no value",
  ]);
  expect(bench.notes.get("duplicates")).toBe(1);
});

test("a processor over the store of another goes on where that one was", () => {
  const store = new MemoryStore();
  const first = new Bench(store);
  first.alert({ RULE_ID: "r1", ALERT_ID: "a1" });
  first.flush();
  const second = new Bench(store);
  second.alert({ RULE_ID: "r1", ALERT_ID: "a1" });
  second.alert({ RULE_ID: "r1", ALERT_ID: "a2" });
  expect(second.drops).toHaveLength(1);
  expect(second.rows).toMatchObject([{ ALERTS: 2n, HIDDEN: 1n, NOTIFICATION: null }]);
});
