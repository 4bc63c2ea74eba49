import { describe, expect, test } from "vitest";
import { loadEventModel } from "../event-model.ts";
import { SECURITY, SYSMON, rawEvent } from "../plan/sample-raw-event.ts";

const model = loadEventModel();
const row = model.normalize(
  rawEvent(
    SYSMON,
    1,
    {
      UtcTime: "2020-01-02 03:04:05.678",
      ProcessGuid: "{0A1B2C3D-0000-1111-2222-333344445555}",
      ProcessId: "4711",
      Image: "C:\\a\\cmd.exe",
      User: "CORP\\eve",
      Hashes: "MD5=0B",
      ParentImage: "C:\\p.exe",
      ParentProcessId: "12",
      Odd: "x",
    },
    { system: { computer: "H", time: { text: "2020-01-02T03:04:06Z", epochMs: 1, basis: "created" } } },
  ),
);

test("the Elastic Common Schema", () => {
  expect(model.asEcs(row)).toMatchObject({
    "@timestamp": "2020-01-02T03:04:06.000000Z",
    event: { kind: "event", category: ["process"], type: ["start"], code: "1" },
    host: { name: "H" },
    user: { name: "eve", domain: "CORP" },
    process: {
      pid: 4711,
      entity_id: "0a1b2c3d-0000-1111-2222-333344445555",
      executable: "C:\\a\\cmd.exe",
      name: "cmd.exe",
      hash: { md5: "0b" },
      parent: { pid: 12, name: "p.exe" },
    },
    spoor: { Odd: "x", user_is_machine: false },
  });
});

test("the Open Cybersecurity Schema Framework", () => {
  expect(model.asOcsf(row)).toMatchObject({
    class_uid: 1007,
    category_uid: 1,
    activity_id: 1,
    type_uid: 100701,
    time: Date.UTC(2020, 0, 2, 3, 4, 6),
    device: { hostname: "H" },
    process: {
      pid: 4711,
      file: { path: "C:\\a\\cmd.exe", hashes: [{ algorithm_id: 1, value: "0b" }] },
    },
    actor: { process: { pid: 12, name: "p.exe" } },
    unmapped: { Odd: "x" },
  });
  const ticket = model.asOcsf(model.normalize(rawEvent(SECURITY, 4769, { ServiceName: "S" })));
  expect(ticket).toMatchObject({ class_uid: 3002, type_uid: 300204, service: { name: "S" } });
  // A provider by its other name is the same provider.
  const service = model.asOcsf(
    model.normalize(rawEvent("Microsoft-Windows-Service Control Manager", 7045, {})),
  );
  expect(service).toMatchObject({ class_uid: 201004, activity_id: 1 });
  expect(model.asOcsf(model.normalize(rawEvent("Nobody", 1, {})))).toMatchObject({
    class_uid: 0,
    type_uid: 99,
  });
});

test("the newer dictionaries of OSSEM: other names, all else as it is", () => {
  expect(model.as("ossem", row)).toMatchObject({
    process_file_path: "C:\\a\\cmd.exe",
    process_name: "cmd.exe",
    dvc_hostname: "H",
    Odd: "x",
    event_creation_time: "2020-01-02T03:04:05.678000Z",
  });
});

test("no view loses a value of a row", () => {
  const events = [
    row,
    model.normalize(rawEvent(SECURITY, 4624, { LogonType: "3", IpAddress: "10.0.0.1", LogonGuid: "{}" })),
  ];
  for (const event of events) {
    for (const view of model.views()) {
      const text = JSON.stringify(view.apply(event)).toLowerCase();
      for (const [name, value] of Object.entries(event)) {
        // Times are written otherwise; their instants are looked at above.
        if (value === null || model.column(name)?.type === "time") continue;
        expect(text, `${view.name} ${name}`).toContain(JSON.stringify(value).slice(1, -1).toLowerCase());
      }
    }
  }
});

const view = (fields: string) => ({
  name: "mine.yaml",
  text: `view: mine\nabout: x\nnested: true\ntime: iso\nrest: other\nfields: ${fields}\n`,
});

describe("a view of one's own", () => {
  test("is read from its file", () => {
    const own = loadEventModel({
      views: [view("{ who.name: user_name, who.list: { from: user_name, as: list } }")],
    });
    expect(own.as("mine", row)).toMatchObject({
      who: { name: "eve", list: ["eve"] },
      other: { process_id: 4711 },
    });
    expect(() => own.as("mien", row)).toThrow("there is no view 'mien'");
  });

  test.each([
    ["{ who: user_nam }", "the model has no column 'user_nam'"],
    ["{ who: { from: user_name, as: lsit } }", "wrong value at 'fields.who'"],
  ])("is refused where it is wrong: %s", (fields, message) => {
    expect(() => loadEventModel({ views: [view(fields)] })).toThrow(message);
  });
});
