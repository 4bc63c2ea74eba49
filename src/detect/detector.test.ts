import { describe, expect, test } from "vitest";
import { MemoryStore } from "../engine/state/memory-store.ts";
import { CorrelationStore } from "./correlation/correlation-store.ts";
import { Detector } from "./detector.ts";
import { RecordFields } from "./expression/event-fields.ts";
import { windowsLogSources } from "./log-sources/read-log-sources.ts";
import { loadRules } from "./rule/rule-set.ts";

const RULES = `
title: Failed logon
name: failed
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4625 }, condition: selection }
---
title: Logon
name: success
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4624, LogonType: 3 }, condition: selection }
---
title: Log cleared
name: cleared
level: high
logsource: { product: windows, service: security }
detection: { selection: { EventID: 1102 }, condition: selection }
---
title: Many failures
name: many
correlation: { type: event_count, rules: [failed], group-by: [TargetUserName, IpAddress], timespan: 5m, condition: { gte: 3 } }
---
title: Guessed password
name: guessed
level: high
correlation: { type: temporal_ordered, rules: [many, success], group-by: [TargetUserName], timespan: 10m }
`;

function logon(EventID: number, TargetUserName: string): RecordFields {
  return new RecordFields({
    Channel: "Security",
    EventID,
    TargetUserName,
    IpAddress: "10.0.0.9",
    LogonType: 3,
  });
}

function names(detector: Detector, fields: RecordFields, s: number): string[] {
  const { rules, correlations } = detector.detect(fields, s * 1000, `e${s}`);
  return [...rules.map(({ metadata }) => metadata.name!), ...correlations.map(({ key }) => key)];
}

describe("a detector", () => {
  const set = loadRules([{ text: RULES, file: "rules.yml" }]);
  test("alerts on rules of their own and on the outermost correlation, with the events that took part", () => {
    expect(set.errors).toEqual([]);
    const detector = new Detector(set, windowsLogSources());
    const found: string[][] = [];
    for (const s of [0, 10, 20]) found.push(names(detector, logon(4625, "Eve"), s));
    found.push(names(detector, logon(4624, "bob"), 30), names(detector, logon(1102, "x"), 40));
    const { correlations } = detector.detect(logon(4624, "EVE"), 50_000, "e50");
    expect(found).toEqual([[], [], [], [], ["cleared"]]);
    expect(correlations).toMatchObject([
      {
        key: "guessed",
        group: { TargetUserName: "Eve" },
        firstMs: 20_000,
        lastMs: 50_000,
        references: ["e20", "e50"],
      },
    ]);
  });

  test("goes on from its store", () => {
    const store = new CorrelationStore(new MemoryStore());
    const first = new Detector(set, windowsLogSources(), { store });
    for (const s of [0, 10, 20]) names(first, logon(4625, "eve"), s);
    first.correlations.flush();
    const second = new Detector(set, windowsLogSources(), { store });
    expect(names(second, logon(4624, "eve"), 30)).toEqual(["guessed"]);
    expect(second.advance(99_000_000)).toEqual([]);
  });

  test("alerts from a level on; what a correlation refers to may be lower", () => {
    const detector = new Detector(set, windowsLogSources(), { leastLevel: "high" });
    for (const s of [0, 10, 20]) expect(names(detector, logon(4625, "eve"), s)).toEqual([]);
    expect(names(detector, logon(4624, "eve"), 30)).toEqual(["guessed"]);
    expect(names(detector, logon(1102, "eve"), 40)).toEqual(["cleared"]);
    const critical = new Detector(set, windowsLogSources(), { leastLevel: "critical" });
    expect(critical.matcher.statistics().rules).toBe(0);
    expect(critical.hasCorrelations).toBe(false);
  });

  test("explains a hit", () => {
    const detector = new Detector(set, windowsLogSources());
    const event = logon(1102, "x");
    const [rule] = detector.detect(event, 0, "e").rules;
    expect(detector.explain(rule!, event)).toMatchObject([
      { selection: "selection", field: "EventID", value: "1102" },
    ]);
  });
});
