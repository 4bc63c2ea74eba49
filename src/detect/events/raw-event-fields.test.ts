import { expect, test } from "vitest";
import { emptySystem } from "../../events/shapes/raw-event.ts";
import type { DataItem, RawEvent } from "../../events/shapes/raw-event.ts";
import { RawEventFields } from "./raw-event-fields.ts";

function fieldsOf(data: readonly DataItem[]): RawEventFields {
  const event: RawEvent = {
    shape: "evtx",
    system: {
      ...emptySystem,
      providerName: "Prov",
      eventId: 7,
      channel: "Chan",
      computer: "host.x",
      level: { code: 4, name: "Information" },
      keywords: { mask: "0x8000000000000000", names: ["Audit Success"] },
    },
    data,
    dataKind: "event-data",
    userDataName: undefined,
    message: "the text",
    rest: {},
  };
  return new RawEventFields(event);
}

test("payload fields have their own names, header fields those of the XML", () => {
  const fields = fieldsOf([{ name: "Image", value: "x.exe" }]);
  const names = ["Image", "Channel", "EventID", "Provider_Name", "Computer", "Message", "Nothing"];
  expect(names.map((name) => fields.get(name))).toEqual([
    "x.exe",
    "Chan",
    7,
    "Prov",
    "host.x",
    "the text",
    undefined,
  ]);
  expect(fields.get("Level")).toEqual([4, "Information"]);
  expect(fields.get("Keywords")).toEqual(["0x8000000000000000", "Audit Success"]);
});

test("a payload field stands before a header field, but never before those that select rules", () => {
  const fields = fieldsOf([
    { name: "Computer", value: "other" },
    { name: "Channel", value: "fake" },
    { name: "EventID", value: "1" },
  ]);
  expect(["Computer", "Channel", "EventID"].map((name) => fields.get(name))).toEqual(["other", "Chan", 7]);
});

test("names lose their spaces, repeated names are lists, nameless values are Data", () => {
  const fields = fieldsOf([
    { name: "Threat Name", value: "EICAR" },
    { name: "A", value: "1" },
    { name: "A", value: "2" },
    { name: "param4", value: "first" },
    { name: "param5", value: "second" },
    { name: "Nested", value: { x: ["y"] } },
  ]);
  expect(fields.get("ThreatName")).toBe("EICAR");
  expect(fields.get("A")).toEqual(["1", "2"]);
  expect(fields.get("Data")).toEqual(["first", "second"]);
  expect(fields.get("param5")).toBe("second");
  expect(fields.get("Nested")).toBe('{"x":["y"]}');
  expect([...fields.values()]).toContain("first");
  expect([...fields.values()]).toContain("the text");
});
