import { describe, expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { defaultRuleCases, defaultRules } from "./default-rules.ts";
import { CASE_EVENTS_MAX, readRuleCases } from "./rule-cases.ts";

const MISSES = "misses:\n  - why: another\n    data: { LogonType: 2 }\n";

function read(text: string) {
  return readRuleCases({ text, file: "logon.events.yaml" });
}

function refusal(text: string): SpoorError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error("the cases were read");
}

describe("a file of cases", () => {
  test("gives documents as Winlogbeat 7 writes them", () => {
    const text = `channel: Security\nevent-id: 4624\nhits:\n  - why: outside\n    data: { LogonType: 3, Path: 'C:\\x' }\n${MISSES}`;
    const { hits, misses } = read(text);
    expect(hits).toEqual([
      {
        why: "outside",
        events: [
          {
            atMs: 0,
            document: {
              "@timestamp": "2026-01-05T09:00:00.000Z",
              winlog: {
                channel: "Security",
                event_id: 4624,
                computer_name: "WS-07.meadow.example",
                event_data: { LogonType: "3", Path: "C:\\x" },
              },
            },
          },
        ],
      },
    ]);
    expect(misses[0]!.events).toHaveLength(1);
  });

  test("repeats events, numbers them, and puts them in the order of their times", () => {
    const text = `channel: Security\nprovider: P\nevent-id: 4625\nhits:
  - why: many
    events:
      - { at: 25s, event-id: 4624, channel: Other, data: { User: last } }
      - { at: 1m, times: 2, every: 500ms, data: { User: 'u{n}-{n}' } }
      - { times: 3, every: 10s, data: { User: 'u{n}' } }\n${MISSES}`;
    const events = read(text).hits[0]!.events.map(({ atMs, document }) => {
      const { event_id, channel, event_data } = document["winlog"] as Record<string, unknown>;
      return [atMs, event_id, channel, (event_data as Record<string, string>)["User"]];
    });
    expect(events).toEqual([
      [0, 4625, "Security", "u0"],
      [10_000, 4625, "Security", "u1"],
      [20_000, 4625, "Security", "u2"],
      [25_000, 4624, "Other", "last"],
      [60_000, 4625, "Security", "u0-0"],
      [60_500, 4625, "Security", "u1-1"],
    ]);
  });

  test.each([
    ["channel: [", "invalid YAML", undefined],
    ["- a", "a file of cases must be a map", 1],
    [`event-id: 1\nhits: [{ why: w, data: { A: b } }]\n${MISSES}`, "has no 'channel'", undefined],
    [`channel: Security\nhits: [{ why: w, data: { A: b } }]\n${MISSES}`, "has no 'event-id'", undefined],
    [`channel: C\nevent-id: 1\nhits: []\n${MISSES}`, "has no 'hits'", undefined],
    [`channel: C\nevent-id: 1\nhits: [{ data: { A: b } }]\n${MISSES}`, "has no 'why'", 3],
    [`channel: C\nevent-id: 1\nhits: [{ why: w }]\n${MISSES}`, "has no 'data'", 3],
    [`channel: C\nevent-id: 1\nhits: [w]\n${MISSES}`, "an entry of 'hits' must be a map", 3],
    [`channel: C\nevent-id: x\nhits: [{ why: w, data: { A: b } }]\n${MISSES}`, "'x' is no number", undefined],
    [
      `channel: C\nevent-id: 1\nhits: [{ why: w, at: soon, data: { A: b } }]\n${MISSES}`,
      "'soon' is no duration",
      3,
    ],
    [`channel: C\nevent-id: 1\nhits: [{ why: w, data: { A: [b] } }]\n${MISSES}`, "'A' must be a text", 3],
    [`channel: C\nevent-id: 1\nhit: [{ why: w, data: { A: b } }]\n${MISSES}`, "unknown part 'hit'", 3],
    [
      `channel: C\nevent-id: 1\nhits: [{ why: w, tims: 4, data: { A: b } }]\n${MISSES}`,
      "unknown part 'tims'",
      3,
    ],
  ])("is refused with its place: %s", (text, message, line) => {
    const error = refusal(text);
    expect(error.message).toContain(message);
    if (line !== undefined) expect(error.place?.span.line).toBe(line);
  });

  test("cannot ask for events without end", () => {
    const times = CASE_EVENTS_MAX + 1;
    const repeated = `channel: C\nevent-id: 1\nhits: [{ why: w, times: ${times}, data: { A: b } }]\n${MISSES}`;
    expect(refusal(repeated).message).toBe(`the case has ${times} events`);
    const half = `{ times: ${CASE_EVENTS_MAX}, data: { A: b } }`;
    const listed = `channel: C\nevent-id: 1\nhits: [{ why: w, events: [${half}, ${half}] }]\n${MISSES}`;
    expect(refusal(listed).message).toBe(`the case has ${2 * CASE_EVENTS_MAX} events`);
  });
});

test("shipped rules are named by their paths, each with its cases", () => {
  const names = defaultRules().map(({ file }) => file);
  expect(names).toEqual(names.toSorted());
  for (const name of names) {
    expect(name).toMatch(/^[a-z-]+\/[a-z0-9-]+\.yaml$/);
    expect(defaultRuleCases(name)?.text).toContain("misses:");
  }
  expect(defaultRuleCases("../default-rules.ts")).toBeUndefined();
  expect(defaultRuleCases("credential-access/none.yaml")).toBeUndefined();
});
