import { describe, expect, test } from "vitest";
import { readEventXml } from "../xml/read-event-xml.ts";
import { eventDocument } from "./event-document.ts";
import type { RawEvent, SourceObject } from "./raw-event.ts";
import { emptySystem } from "./raw-event.ts";
import { readRawEvent } from "./read-raw-event.ts";

const nothing: RawEvent = {
  shape: "evtx",
  system: emptySystem,
  data: [],
  dataKind: "none",
  userDataName: undefined,
  message: undefined,
  rest: {},
};

function document(parts: Partial<RawEvent>): SourceObject {
  return JSON.parse(eventDocument({ ...nothing, ...parts })) as SourceObject;
}

describe("the document of an event", () => {
  test("of which nothing is known is valid all the same", () => {
    expect(document({})).toEqual({ event: { kind: "event" }, winlog: { api: "evtx" } });
  });

  test("has Winlogbeat's members, and what it has no place for", () => {
    const event = readEventXml(
      "<Event><System><Provider Name='P' EventSourceName='S'/><EventID Qualifiers='1'>7</EventID><Level>2</Level>" +
        "<Task>9</Task><Opcode>1</Opcode><Keywords>0x8090000000000000</Keywords>" +
        "<TimeCreated SystemTime='2020-05-14T07:01:14.6068517Z'/><Execution ProcessID='0' ThreadID='8'/>" +
        "<Computer>PC1</Computer><Security UserID='S-1-5-18'/></System>" +
        "<UserData><EventXML><A>x</A><A>y</A><B/></EventXML></UserData>" +
        "<RenderingInfo Culture='en'><Message>m</Message><Level>Fehler</Level></RenderingInfo></Event>",
    );
    const made = JSON.parse(eventDocument(event)) as SourceObject;
    expect(made).toEqual({
      "@timestamp": "2020-05-14T07:01:14.606Z",
      event: { kind: "event", code: 7, provider: "P" },
      log: { level: "fehler" },
      host: { name: "PC1" },
      message: "m",
      winlog: {
        api: "xml",
        computer_name: "PC1",
        provider_name: "P",
        event_id: 7,
        time_created: "2020-05-14T07:01:14.6068517Z",
        task: "9",
        opcode: "Start",
        keywords: ["Audit Failure", "Classic"],
        process: { pid: 0, thread: { id: 8 } },
        user: { identifier: "S-1-5-18" },
        user_data: { xml_name: "EventXML", A: "x" },
        other: {
          System: { Provider: { EventSourceName: "S" }, EventID: { Qualifiers: "1" } },
          RenderingInfo: { Culture: "en" },
          codes: { keywords: "0x8090000000000000", level: 2 },
          repeated: [{ name: "A", value: "y" }],
        },
      },
    });
    expect(readRawEvent(made).system).toMatchObject({
      time: event.system.time,
      level: { code: 2, name: "fehler" },
      task: { code: 9 },
      keywords: { mask: "0x8090000000000000", names: ["Audit Failure", "Classic"] },
    });
  });

  test("leaves empty values out and takes any name", () => {
    const data = [
      { name: "Empty", value: "" },
      { name: "__proto__", value: "p" },
      { name: 'a"b\n', value: "\ud800" },
      { name: "Empty", value: "now" },
      { name: "Nested", value: { a: ["1"] } },
    ];
    expect(eventDocument({ ...nothing, data, dataKind: "event-data" })).toContain(
      '"event_data":{"__proto__":"p","a\\"b\\n":"\\ud800","Empty":"now","Nested":{"a":["1"]}}',
    );
  });
});
