import { afterEach, describe, expect, test } from "vitest";
import { fakeHunt, sysmonEvent } from "./fake-hunt.ts";
import type { FakeHunt } from "./fake-hunt.ts";

let hunt: FakeHunt | undefined;

afterEach(async () => {
  await hunt?.close();
  hunt = undefined;
});

describe("the source's own names, flattened", () => {
  test("the payload stands at the top, whatever shape the events have", async () => {
    hunt = await fakeHunt({
      "six.json": [sysmonEvent(1, { Image: "a.exe" })],
      "seven.json": [
        {
          "@timestamp": "2020-01-02T03:04:05Z",
          winlog: {
            channel: "Security",
            computer_name: "dc",
            event_id: 4688,
            event_data: { Image: "b.exe" },
          },
          event: { code: 4688 },
        },
      ],
      "flat.json": [{ EventID: 3, Channel: "Security", Hostname: "h", Image: "c.exe", Keywords: 1 }],
    });
    expect(
      await hunt.ask(
        "SELECT channel, computer_name, image, event_id, EventID FROM source_events ORDER BY image",
      ),
    ).toEqual([
      ["Microsoft-Windows-Sysmon/Operational", "ws1.corp", "a.exe", "1", null],
      ["Security", "dc", "b.exe", "4688", null],
      ["Security", null, "c.exe", null, "3"],
    ]);
  });

  test("where payload and envelope share a name the payload has it, but for names of every event", async () => {
    hunt = await fakeHunt({ "a.json": [sysmonEvent(1, { User: "CORP\\eve", Type: "x", Channel: "other" })] });
    expect(
      await hunt.ask(
        'SELECT "User", envelope_user.name, "Type", envelope_type, channel, event_data_channel FROM source_events',
      ),
    ).toEqual([["CORP\\eve", "SYSTEM", "x", "wineventlog", "Microsoft-Windows-Sysmon/Operational", "other"]]);
  });

  test("spellings of one name are one column; two in one event are two", async () => {
    hunt = await fakeHunt({
      "a.json": [
        { EventID: 8, SourceProcessGuid: "{1}", text: '"SourceProcessGUID":' },
        { EventID: 10, SourceProcessGUID: "{2}", text: "\\" },
        { EventID: 9, port: 1, Port: "2" },
      ],
      "b.json": '{"EventID":11,"SourceProcessGUID" : "{3}","text":"blank"}\n',
    });
    expect(
      await hunt.ask("SELECT SourceProcessGuid, text FROM source_events WHERE port IS NULL ORDER BY 1"),
    ).toEqual([
      ["{1}", '"SourceProcessGUID":'],
      ["{2}", "\\"],
      ["{3}", "blank"],
    ]);
    expect(await hunt.ask("SELECT port, port_2 FROM source_events WHERE EventID = 9")).toEqual([["1", "2"]]);
  });

  test("numbers keep their digits, also where an object has a name twice", async () => {
    hunt = await fakeHunt({
      "a.json":
        '{"EventID":1,"Keywords":-9223372036854775808}\n{"EventID":2,"Keywords":9007199254740993,"x":1,"x":2}\n',
    });
    expect(await hunt.ask("SELECT Keywords, x FROM source_events ORDER BY EventID")).toEqual([
      ["-9223372036854775808", null],
      ["9007199254740993", "2"],
    ]);
  });

  test("kinds that do not agree become text, objects JSON", async () => {
    hunt = await fakeHunt({
      "a.json": [
        { n: 1, m: 1.5, b: true, l: ["a"], o: { x: 1 }, j: [1] },
        { n: "x", m: 2, b: false, l: ["b", "c"], o: { x: 2 }, j: {} },
      ],
    });
    const types = await hunt.ask("DESCRIBE source_events");
    expect(Object.fromEntries(types.map(([name, type]) => [name, type]))).toEqual({
      n: "VARCHAR",
      m: "DOUBLE",
      b: "BOOLEAN",
      l: "VARCHAR[]",
      o: "STRUCT(x BIGINT)",
      j: "JSON",
    });
    expect(await hunt.ask("SELECT n, m, l[1], o.x FROM source_events")).toEqual([
      ["1", 1.5, "a", "1"],
      ["x", 2, "b", "2"],
    ]);
  });

  test("rows stand in the files' order, over many row groups", async () => {
    const events = Array.from({ length: 50_000 }, (_, n) => ({ EventID: 1, n }));
    hunt = await fakeHunt({ "a.json": events });
    const rows = await hunt.ask("SELECT n FROM source_events");
    expect(rows.every(([n], i) => Number(n) === i)).toBe(true);
    expect(await hunt.ask("SELECT n FROM source_events LIMIT 2 OFFSET 41000")).toEqual([
      ["41000"],
      ["41001"],
    ]);
  });
});

describe("the words of the event model", () => {
  test("HELK's question runs as it stands", async () => {
    const process = { ProcessGuid: "{0A1B2C3D-0000-1111-2222-333344445555}", Image: "C:\\x\\powershell.exe" };
    hunt = await fakeHunt({
      "a.json": [
        sysmonEvent(1, {
          ...process,
          ParentImage: "C:\\w\\WmiPrvSE.exe",
          ParentCommandLine: "w",
          CommandLine: "p",
          Hashes: "SHA1=AB",
        }),
        sysmonEvent(3, { ...process, DestinationIp: "172.18.39.6" }),
        sysmonEvent(3, { ...process, DestinationIp: "10.0.0.1" }),
      ],
    });
    const sql =
      "SELECT p.process_parent_name, p.parent_command_line, p.process_name, p.command_line, p.hash_sha1, n.dst_ip FROM sysmon p JOIN sysmon n ON p.process_guid = n.process_guid WHERE p.event_id = 1 AND n.event_id = 3 AND n.dst_ip LIKE '172.%' limit 5";
    expect(await hunt.ask(sql)).toEqual([["WmiPrvSE.exe", "w", "powershell.exe", "p", "ab", "172.18.39.6"]]);
    expect(await hunt.ask("SELECT count(*) FROM Network")).toEqual([["2"]]);
    expect(await hunt.ask("SELECT count(*) FROM security")).toEqual([["0"]]);
    expect(await hunt.ask("SELECT event_time FROM sysmon LIMIT 1")).toEqual([["2020-01-02 03:04:05.678"]]);
  });

  test("a column of the model that no event fills is null, any other is an error", async () => {
    hunt = await fakeHunt({ "a.json": [sysmonEvent(1, { Image: "a.exe" })] });
    expect(await hunt.ask("SELECT s.dst_ip_addr, dst_port, dst_ip FROM sysmon s")).toEqual([
      [null, null, null],
    ]);
    await expect(hunt.ask("SELECT\n  proces_name FROM sysmon")).rejects.toMatchObject({
      code: "HUNT_UNKNOWN_COLUMN",
      hint: "did you mean 'process_name'?",
      place: { span: { line: 2, column: 3 } },
    });
    expect(await hunt.columns("SELECT * FROM sysmon")).toContain("process_name");
  });
});

test("what is no event is left out and told; no events are an empty table", async () => {
  hunt = await fakeHunt({ "a.json": '{"EventID":1}\n{"EventID":\nno json\n{"EventID":2}\n', "b.json": "" });
  expect(await hunt.ask("SELECT count(*) FROM source_events")).toEqual([["2"]]);
  expect(hunt.notes.join("\n")).toMatch(/left out 2 lines; the first: .*a\.json/);
  expect(await hunt.ask("SELECT count(*) FROM source_events('b.json')")).toEqual([["0"]]);
  expect(await hunt.ask("SELECT count(*) FROM events('b.json')")).toEqual([["0"]]);
});
