import { describe, expect, test } from "vitest";
import { errorText } from "../../base/error-text.ts";
import { RecordFields } from "../expression/event-fields.ts";
import type { LogSource } from "../rule/sigma-document.ts";
import { MappedFields } from "./field-origin.ts";
import { isOfSource, LogSourceMap } from "./log-source-map.ts";
import { readLogSources, windowsLogSources } from "./read-log-sources.ts";

const windows = windowsLogSources();

function source(parts: Partial<LogSource>): LogSource {
  return { category: undefined, product: undefined, service: undefined, definition: undefined, ...parts };
}

/** Channels and ids, as `channel:id`. */
function events(map: LogSourceMap, parts: Partial<LogSource>): string[] | undefined {
  return map
    .resolve(source(parts))
    ?.flatMap(({ channels, eventIds }) =>
      [...(channels ?? ["*"])].flatMap((channel) => [...(eventIds ?? ["*"])].map((id) => `${channel}:${id}`)),
    );
}

describe("windows", () => {
  const sysmon = "microsoft-windows-sysmon/operational";

  test.each<[Partial<LogSource>, string[] | undefined]>([
    [{ product: "windows", category: "process_creation" }, [`${sysmon}:1`, "security:4688"]],
    [{ product: "windows", category: "process_creation", service: "sysmon" }, [`${sysmon}:1`]],
    [{ category: "process_creation" }, [`${sysmon}:1`, "security:4688"]],
    [{ product: "windows", service: "security" }, ["security:*"]],
    [{ product: "Windows", service: "Security" }, ["security:*"]],
    [{ product: "windows" }, ["*:*"]],
    [{ product: "linux", category: "process_creation" }, undefined],
    [{ product: "windows", category: "nothing" }, undefined],
    [{ category: "registry_set", service: "system" }, []],
  ])("%j", (parts, expected) => expect(events(windows, parts)).toEqual(expected));

  test("a name that is not known is told with the nearest", () => {
    expect(windows.nearest(source({ product: "windows", category: "proces_creation" }))).toBe(
      "did you mean 'process_creation'?",
    );
    expect(windows.nearest(source({ product: "windows", service: "securty" }))).toBe(
      "did you mean 'security'?",
    );
  });

  test("registry audit events are read under Sysmon's names", () => {
    const [, audit] = windows.resolve(source({ category: "registry_set" }))!;
    const event = new RecordFields({
      Channel: "Security",
      EventID: 4657,
      ObjectName: String.raw`\REGISTRY\MACHINE\SOFTWARE\Run`,
      ObjectValueName: "evil",
      NewValue: "x.exe",
    });
    expect(isOfSource(audit!, event)).toBe(true);
    const fields = new MappedFields(event, audit!.fields);
    expect(fields.get("TargetObject")).toBe(String.raw`HKLM\SOFTWARE\Run\evil`);
    expect(fields.get("Details")).toBe("x.exe");
    expect(fields.get("EventType")).toBe("SetValue");
    expect(fields.get("Channel")).toBe("Security");
    expect(new MappedFields(new RecordFields({}), audit!.fields).get("TargetObject")).toBeUndefined();
  });

  test("values are translated, others stay", () => {
    const [, created] = windows.resolve(source({ category: "process_creation" }))!;
    const level = (MandatoryLabel: string): unknown =>
      new MappedFields(new RecordFields({ MandatoryLabel }), created!.fields).get("IntegrityLevel");
    expect([level("S-1-16-12288"), level("S-1-16-1")]).toEqual(["High", "S-1-16-1"]);
  });
});

const own = (text: string): ReturnType<typeof readLogSources> => readLogSources({ text, file: "own.yaml" });

describe("a file of one's own", () => {
  test("adds events to a log source, or replaces them", () => {
    const added = own(
      "log-sources:\n  - { product: windows, service: security, events: [{ channel: ForwardedSecurity }] }\n",
    );
    expect(events(windows.with(added), { service: "security" })).toEqual([
      "security:*",
      "forwardedsecurity:*",
    ]);
    const replaced = own(
      "log-sources:\n  - { product: windows, service: security, replace: true, events: [{ channel: X }] }\n",
    );
    expect(events(windows.with(replaced), { service: "security" })).toEqual(["x:*"]);
  });

  test.each([
    ["x: 1\n", "the file has no list 'log-sources'"],
    ["log-sources: [", "invalid YAML"],
    ["log-sources:\n  - 5\n", "a log source must be a map"],
    ["log-sources:\n  - { product: x }\n", "a log source has no list 'events'"],
    ["log-sources:\n  - { product: x, events: [5] }\n", "an event must be a map"],
    ["log-sources:\n  - { product: x, event: [] }\n", "did you mean 'events'?"],
    ["log-sources:\n  - { product: x, events: [{ chanel: y }] }\n", "did you mean 'channel'?"],
    ["log-sources:\n  - { product: x, events: [{ fields: { A: [b] } }] }\n", "field 'A' has no origin"],
    [
      "log-sources:\n  - { product: x, events: [{ fields: { A: { values: { a: b } } } }] }\n",
      "has no 'field'",
    ],
  ])("refused: %#", (text, message) => {
    let shown = "";
    try {
      own(text);
    } catch (error) {
      shown = errorText(error);
    }
    expect(shown).toContain(message);
    expect(shown).toContain("own.yaml, line");
  });
});
