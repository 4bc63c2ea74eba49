import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRawEvent } from "../../shapes/read-raw-event.ts";
import type { SourceObject } from "../../shapes/raw-event.ts";
import type { ModelRow } from "../columns/column-type.ts";
import { loadEventModel } from "../event-model.ts";

const model = loadEventModel();
const ENVELOPE = ["event_id", "event_time", "source_name", "log_name", "host_name", "record_number"];
const WANTED =
  `user_name process_guid process_parent_guid process_path process_command_line hash_sha256 hash_md5
  src_ip_addr dst_ip_addr attack_technique_id`.split(/\s+/);
const documents = model.documentColumns(WANTED);

function columnsOf(row: ModelRow): Record<string, unknown> {
  return Object.fromEntries([...ENVELOPE, ...WANTED].map((column) => [column, row[column] ?? null]));
}

function parsed(text: string): ModelRow | undefined {
  try {
    return model.normalize(readRawEvent(JSON.parse(text) as SourceObject));
  } catch {
    return undefined;
  }
}

/** Whether the document was read as it stands; then the columns must be those of the whole row. */
function isRead(text: string): boolean {
  const row = documents.read(Buffer.from(text));
  if (row === undefined) return false;
  const whole = parsed(text);
  expect(whole).toBeDefined();
  expect(columnsOf(row)).toEqual(columnsOf(whole!));
  return true;
}

const sysmon = (data: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    "@timestamp": "2020-09-20T21:09:11.898Z",
    source_name: "Microsoft-Windows-Sysmon",
    log_name: "Microsoft-Windows-Sysmon/Operational",
    computer_name: "ws1.lab",
    event_id: 1,
    record_number: "7",
    event_data: data,
  });

describe("a document of Winlogbeat is read as it stands", () => {
  test("the envelope and the payload's fields, under the columns that the mappings name", () => {
    const text = sysmon({
      RuleName: "technique_id=T1047,technique_name=WMI",
      ProcessGuid: "{0A1B2C3D-0000-1111-2222-333344445555}",
      Image: "C:\\Windows\\cmd.exe",
      CommandLine: 'cmd /c "é"',
      User: "CORP\\eve",
      Hashes: "MD5=0B,SHA256=0C",
    });
    expect(isRead(text)).toBe(true);
    expect(documents.read(Buffer.from(text))).toMatchObject({
      event_id: 1,
      record_number: 7,
      event_time: Date.UTC(2020, 8, 20, 21, 9, 11, 898) * 1000,
      process_guid: "0a1b2c3d-0000-1111-2222-333344445555",
      process_command_line: 'cmd /c "é"',
      user_name: "eve",
      hash_md5: "0b",
      attack_technique_id: "T1047",
    });
  });

  test("version 7 and its time with all decimals", () => {
    const winlog = {
      channel: "Security",
      provider_name: "Microsoft-Windows-Security-Auditing",
      event_id: "4624",
      record_id: 9,
      time_created: "2020-01-01T00:00:00.1234567Z",
      event_data: { TargetUserName: "eve", IpAddress: "::ffff:1.2.3.4" },
    };
    const text = JSON.stringify({ "@timestamp": "2020-01-01T00:00:00.123Z", winlog });
    expect(isRead(text)).toBe(true);
    expect(documents.read(Buffer.from(text))).toMatchObject({
      event_time: Date.UTC(2020, 0, 1) * 1000 + 123_456,
      user_name: "eve",
      src_ip_addr: "1.2.3.4",
    });
  });

  test("what is odd is left to whoever parses it", () => {
    for (const text of [
      "{}",
      "[]",
      '{"a":1',
      '{"EventID":1,"Channel":"c"}',
      sysmon({ user_name: "a" }),
      sysmon({ Image: "a" }).replace('"Image"', '"Image":"b","Image"'),
      sysmon({ xml_name: "E", Image: "a" }),
      sysmon({ Image: "a" }).replace('"event_id"', '"user_data":{},"event_id"'),
    ])
      expect([text, documents.read(Buffer.from(text))]).toEqual([text, undefined]);
  });
});

test("whatever stands in whatever field, the columns are those of the whole row", () => {
  const fields = [...new Set([...model.parts().mappings.allRules()].map(({ rule }) => rule.field))];
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...fields) },
    { weight: 1, arbitrary: fc.constantFrom(...WANTED, ...ENVELOPE, "user_name_orig", "1", "image", "Odd") },
  );
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom<unknown>(
      "-",
      "",
      "A\\b",
      "a@B",
      "::ffff:1.2.3.4",
      "SHA1=ab,MD5=0,X=1",
      "é\u0001\n",
      "0x1",
    ),
    fc.constantFrom<unknown>("UserId=CORP\\a\nHostName=x\nuser_name=y", "T1047", "technique_id=T1047,a=b"),
    fc.constantFrom<unknown>("{0A1B2C3D-0000-1111-2222-333344445555}", null, true, 1, 1e30, ["a"], { b: {} }),
  );
  const data = fc.array(fc.tuple(name, value), { maxLength: 10 }).map((pairs) => Object.fromEntries(pairs));
  const provider = fc.constantFrom(...model.parts().mappings.providers());
  const id = fc.oneof(fc.integer({ min: 0, max: 6000 }), fc.constantFrom(1, 3, 4624, 4688, 4688, 5156));
  let read = 0;
  fc.assert(
    fc.property(provider, id, data, value, fc.boolean(), (providerName, eventId, eventData, odd, isSix) => {
      const six = { source_name: providerName, event_id: eventId, computer_name: odd, event_data: eventData };
      const seven = { provider_name: providerName, event_id: eventId, channel: odd, event_data: eventData };
      const time = { "@timestamp": typeof odd === "string" ? odd : "2020-01-01T00:00:00.5Z" };
      const document = isSix ? { ...time, ...six } : { ...time, winlog: seven, message: "a=b" };
      if (isRead(JSON.stringify(document))) read += 1;
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(200);
});
