import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEventFile } from "../files/event-file.ts";
import { detectContent, detectShape } from "./detect-shape.ts";
import type { RawEvent, SourceObject, SourceValue } from "./raw-event.ts";
import { readRawEvent } from "./read-raw-event.ts";

const winlogbeat6: SourceObject = {
  "@timestamp": "2019-03-19T19:31:56.948Z",
  "@metadata": { beat: "winlogbeat", version: "6.5.4" },
  beat: { version: "6.5.4" },
  host: { name: "WECserver" },
  source_name: "Microsoft-Windows-Sysmon",
  log_name: "Microsoft-Windows-Sysmon/Operational",
  computer_name: "HFDC01.shire.com",
  event_id: 1,
  record_number: "2958609",
  level: "Information",
  task: "Process Create (rule: ProcessCreate)",
  opcode: "Info",
  keywords: ["Audit Success", "Classic"],
  version: 5,
  process_id: 2612,
  thread_id: 688,
  provider_guid: "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
  activity_id: "{a}",
  user: { identifier: "S-1-5-18", name: "SYSTEM", domain: "NT AUTHORITY", type: "User" },
  event_data: { ProcessId: "904", Image: "C:\\powershell.exe" },
  message: "Process Create:",
};

const winlogbeat7: SourceObject = {
  "@timestamp": "2019-10-27T05:45:15.252Z",
  agent: { version: "7.4.0", type: "winlogbeat" },
  ecs: { version: "1.1.0" },
  event: { kind: "event", code: 3, created: "2019-10-27T05:45:16.829Z" },
  log: { level: "information" },
  winlog: {
    api: "wineventlog",
    provider_name: "Microsoft-Windows-Sysmon",
    channel: "Microsoft-Windows-Sysmon/Operational",
    computer_name: "HFDC01.shire.com",
    event_id: 3,
    record_id: 217143,
    process: { pid: 2044, thread: { id: 3636 } },
    user: { identifier: "S-1-5-18", extra: "kept" },
    event_data: { DestinationPort: "135" },
  },
};

const nxlog: SourceObject = {
  EventID: 13,
  Channel: "Microsoft-Windows-Sysmon/Operational",
  SourceName: "Microsoft-Windows-Sysmon",
  Hostname: "WORKSTATION6",
  "@timestamp": "2020-09-21T04:14:56.172Z",
  EventTime: "2020-09-21 00:14:54",
  EventReceivedTime: "2020-09-21 00:14:56",
  EventType: "SetValue",
  EventTypeOrignal: "INFO",
  Severity: "INFO",
  SeverityValue: 2,
  RecordNumber: 3215290,
  Keywords: -9223372036854775808,
  Task: 13,
  Category: "Registry value set",
  ExecutionProcessID: 3172,
  ThreadID: 4048,
  UserID: "S-1-5-18",
  SourceModuleType: "im_msvistalog",
  Image: "C:\\x.exe",
  Details: "",
};

function changed(document: SourceObject, parts: Record<string, SourceValue | undefined>): SourceObject {
  const copy: Record<string, SourceValue> = {};
  for (const [name, value] of Object.entries({ ...document, ...parts }))
    if (value !== undefined) copy[name] = value;
  return copy;
}

describe("documents of Winlogbeat", () => {
  test("6 have all at the top", () => {
    expect(readRawEvent(winlogbeat6)).toEqual({
      shape: "winlogbeat6",
      system: {
        providerName: "Microsoft-Windows-Sysmon",
        providerGuid: "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        eventId: 1,
        version: 5,
        level: { code: undefined, name: "Information" },
        task: { code: undefined, name: "Process Create (rule: ProcessCreate)" },
        opcode: { code: undefined, name: "Info" },
        keywords: { mask: undefined, names: ["Audit Success", "Classic"] },
        time: { text: "2019-03-19T19:31:56.948Z", epochMs: 1_553_023_916_948, basis: "created" },
        recordId: 2_958_609,
        channel: "Microsoft-Windows-Sysmon/Operational",
        computer: "HFDC01.shire.com",
        processId: 2612,
        threadId: 688,
        user: { sid: "S-1-5-18", name: "SYSTEM", domain: "NT AUTHORITY", type: "User" },
        activityId: "{a}",
        relatedActivityId: undefined,
      },
      data: [
        { name: "ProcessId", value: "904" },
        { name: "Image", value: "C:\\powershell.exe" },
      ],
      dataKind: "event-data",
      userDataName: undefined,
      message: "Process Create:",
      rest: {
        "@metadata": { beat: "winlogbeat", version: "6.5.4" },
        beat: { version: "6.5.4" },
        host: { name: "WECserver" },
      },
    });
  });

  test("7 have theirs under winlog; what is left keeps its path", () => {
    const before = structuredClone(winlogbeat7);
    const event = readRawEvent(winlogbeat7);
    expect(event).toMatchObject({
      shape: "winlogbeat7",
      system: {
        eventId: 3,
        recordId: 217_143,
        processId: 2044,
        threadId: 3636,
        level: { name: "information" },
      },
      data: [{ name: "DestinationPort", value: "135" }],
    });
    expect(event.rest).toEqual({
      agent: { version: "7.4.0", type: "winlogbeat" },
      ecs: { version: "1.1.0" },
      event: { kind: "event", code: 3, created: "2019-10-27T05:45:16.829Z" },
      winlog: { api: "wineventlog", user: { extra: "kept" } },
    });
    expect(winlogbeat7).toEqual(before);
  });

  test("8 have ids as texts", () => {
    const winlog = { ...(winlogbeat7["winlog"] as SourceObject), event_id: "3", record_id: "217143" };
    for (const parts of [{ agent: { version: "8.11.1" } }, { agent: undefined, ecs: undefined }]) {
      const event = readRawEvent(changed(winlogbeat7, { ...parts, winlog }));
      expect(event).toMatchObject({ shape: "ecs", system: { eventId: 3, recordId: 217_143 } });
    }
  });

  test("have user_data by its element's name, or no payload", () => {
    const user = { xml_name: "EventXML", listenerName: "RDP-Tcp" };
    expect(readRawEvent(changed(winlogbeat6, { event_data: undefined, user_data: user }))).toMatchObject({
      dataKind: "user-data",
      userDataName: "EventXML",
      data: [{ name: "listenerName", value: "RDP-Tcp" }],
    });
    expect(readRawEvent(changed(winlogbeat6, { event_data: undefined })).dataKind).toBe("none");
  });

  test("keep what is not what it should be", () => {
    const odd = {
      event_id: "abc",
      "@timestamp": "yesterday",
      version: -1,
      keywords: [1],
      level: 4,
      message: null,
    };
    const { system, rest, message } = readRawEvent(changed(winlogbeat6, odd));
    expect([system.eventId, system.time, system.version, system.keywords.names, message]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
      undefined,
    ]);
    expect(system.level).toEqual({ code: 4, name: undefined });
    expect({ ...rest, level: 4 }).toMatchObject(odd);
    expect(rest).not.toHaveProperty("level");
  });
});

function time(parts: Record<string, SourceValue | undefined>): RawEvent["system"]["time"] {
  return readRawEvent(changed(nxlog, parts)).system.time;
}

describe("flat documents", () => {
  test("of NXLog have the collector's fields in the rest, its EventType told from the payload's", () => {
    const event = readRawEvent(nxlog);
    expect(event).toMatchObject({
      shape: "nxlog",
      system: {
        eventId: 13,
        task: { code: 13, name: "Registry value set" },
        level: { name: "INFO" },
        keywords: { mask: "0x8000000000000000" },
        recordId: 3_215_290,
        computer: "WORKSTATION6",
        processId: 3172,
        threadId: 4048,
        user: { sid: "S-1-5-18" },
      },
      data: [
        { name: "EventType", value: "SetValue" },
        { name: "Image", value: "C:\\x.exe" },
        { name: "Details", value: "" },
      ],
    });
    expect(Object.keys(event.rest).toSorted()).toEqual([
      "@timestamp",
      "EventReceivedTime",
      "EventTime",
      "EventTypeOrignal",
      "SeverityValue",
      "SourceModuleType",
    ]);
    const own = readRawEvent(changed(nxlog, { EventType: "INFO", EventTypeOrignal: undefined }));
    expect(own.rest["EventType"]).toBe("INFO");
  });

  test("have their local time shifted to UTC where the zone can be told", () => {
    expect(time({})).toEqual({ text: "2020-09-21T04:14:54Z", epochMs: 1_600_661_694_000, basis: "shifted" });
    expect(time({ EventTime: "2020-09-21 00:14:54.123456" })?.text).toBe("2020-09-21T04:14:54.123456Z");
    expect(time({ EventTime: "2020-09-21T00:14:54.5-04:00" })).toMatchObject({
      text: "2020-09-21T04:14:54.5Z",
      basis: "created",
    });
    expect(time({ EventReceivedTime: "2020-09-21 00:07:56" })).toMatchObject({
      text: "2020-09-21T04:14:56.172Z",
      basis: "received",
    });
    expect(time({ EventReceivedTime: undefined })?.basis).toBe("received");
    expect(time({ TimeCreated: "2020-09-21T04:14:54.1Z" })?.basis).toBe("created");
  });

  test("of the event's XML have numbers as texts", () => {
    const flat = {
      SourceName: "Microsoft-Windows-Sysmon",
      Level: "4",
      Keywords: "0x8000000000000000",
      Task: "1",
      EventID: 1,
      TimeCreated: "2021-06-11T09:07:15.635Z",
      EventType: "CreateKey",
    };
    expect(readRawEvent(flat)).toMatchObject({
      shape: "nxlog-xml",
      system: { level: { code: 4 }, task: { code: 1 }, time: { basis: "created" } },
      data: [{ name: "EventType", value: "CreateKey" }],
      rest: {},
    });
  });
});

describe("shapes", () => {
  test("are told by content; others are refused with what they have", () => {
    expect(detectShape({})).toBeUndefined();
    expect(detectShape({ EventID: 1 })).toBeUndefined();
    expect(detectShape({ winlog: "text", event_id: 1 })).toBeUndefined();
    expect(() => readRawEvent({ a: 1, b: 2 })).toThrow("no Windows event of a known shape");
  });

  test.each<[string, Buffer, ReturnType<typeof detectContent>]>([
    ["a log file", Buffer.from("ElfFile\0\0"), "evtx"],
    ["XML", Buffer.from("\uFEFF\r\n<Event>"), "xml"],
    ["UTF-16", Buffer.from("\uFEFF<Events>", "utf16le"), "xml"],
    ["an array", Buffer.from(" [{"), "json"],
    ["a document", Buffer.from("{"), "json"],
    ["nothing", Buffer.alloc(0), undefined],
    ["other text", Buffer.from("time;level"), undefined],
  ])("of %s are told from first bytes", (_, head, expected) => {
    expect(detectContent(head)).toBe(expected);
  });
});

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const DOCUMENTS = join(SHARED, "data");
const EVENTS_A_FILE = 400;

/** Every value of a document, counted; those that mean the same in another type are one. */
function values(from: SourceValue | undefined, into: Map<string, number>): Map<string, number> {
  if (typeof from === "object" && from !== null) for (const each of Object.values(from)) values(each, into);
  else into.set(String(from), (into.get(String(from)) ?? 0) + 1);
  return into;
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(DOCUMENTS) && process.env["CI"] !== "true")("recorded documents", () => {
  test("lose no value", async () => {
    const shapes = new Map<string, number>();
    for (const file of globSync("{winlogbeat,windows,ksql-recipe}/*.{gz,zip}", { cwd: DOCUMENTS })) {
      let count = 0;
      for await (const block of openEventFile(join(DOCUMENTS, file))) {
        for (let i = 0; i < block.count && count < EVENTS_A_FILE; i++, count++) {
          const text = block.buffer.toString("utf8", block.starts[i], block.ends[i]);
          const document = JSON.parse(text) as SourceObject;
          const event = readRawEvent(document);
          const kept = values(event as unknown as SourceValue, new Map());
          // The mask of keywords is kept in another spelling.
          const given = values(changed(document, { Keywords: undefined }), new Map());
          const lost = [...given].filter(([value, times]) => (kept.get(value) ?? 0) < times);
          expect([file, lost]).toEqual([file, []]);
          expect(event.system).toMatchObject({
            eventId: expect.any(Number) as number,
            time: expect.anything() as object,
          });
          shapes.set(event.shape, (shapes.get(event.shape) ?? 0) + 1);
        }
        if (count === EVENTS_A_FILE) break;
      }
    }
    expect([...shapes.keys()].toSorted()).toEqual(["nxlog", "nxlog-xml", "winlogbeat6", "winlogbeat7"]);
  }, 60_000);
});
