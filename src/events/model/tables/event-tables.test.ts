import { describe, expect, test } from "vitest";
import { SpoorError } from "../../../base/errors.ts";
import { loadEventModel } from "../event-model.ts";
import { ownModelFiles } from "../model-files.ts";
import { SECURITY, SYSMON, rawEvent } from "../plan/sample-raw-event.ts";
import { rowJson } from "./table-row.ts";

const model = loadEventModel();
const tableOf = (provider: string, id: number, channel?: string): string | undefined =>
  model.tableOf(model.normalize(rawEvent(provider, id, {}, { system: { channel } })));

test.each([
  [SYSMON, 1, "Process"],
  [SYSMON, 3, "Network"],
  [SYSMON, 10, "ProcessAccess"],
  [SYSMON, 13, "Registry"],
  [SYSMON, 18, "Pipe"],
  [SYSMON, 21, "WMI"],
  [SYSMON, 22, "DNS"],
  [SYSMON, 24, "Clipboard"],
  [SECURITY, 4624, "Logon"],
  [SECURITY, 4769, "Kerberos"],
  [SECURITY, 4720, "Account"],
  [SECURITY, 4698, "Task"],
  ["Service Control Manager", 7045, "Service"],
  ["powershell", 4711, "PowerShell"],
  [SYSMON, 9999, undefined],
  ["Nobody", 1, undefined],
])("%s %i is in %s", (provider, id, table) => {
  expect(tableOf(provider, id)).toBe(table);
});

test("a provider goes by its other names, and by its log where it is not named", () => {
  expect(tableOf("Windows Defender", 1116)).toBe("Malware");
  expect(tableOf("", 1, "Microsoft-Windows-Sysmon/Operational")).toBe("Process");
});

test("every event that a table names has a mapping with a name", () => {
  const missing: string[] = [];
  for (const { name, events } of model.tables()) {
    for (const [provider, ids] of Object.entries(events)) {
      for (const id of ids === "all" ? [] : ids) {
        if (model.parts().mappings.rulesFor(provider, id).name === undefined)
          missing.push(`${name}: ${provider} ${id}`);
      }
    }
  }
  expect(missing).toEqual([]);
});

describe("a row in its table", () => {
  test("has the table's columns, the words of codes beside them, and all else in one", () => {
    const row = model.normalize(
      rawEvent(SECURITY, 4624, {
        TargetUserName: "eve",
        LogonType: "3",
        Odd: "1",
        TargetLogonId: "0x7fffffffffffffff",
      }),
    );
    const found = model.tableRow(row)!;
    expect(found.table.name).toBe("Logon");
    expect(Object.keys(found.row)).toEqual(found.table.columns.map(({ name }) => name));
    expect(found.row).toMatchObject({
      user_name: "eve",
      logon_type: 3,
      logon_type_text: "Network",
      src_port: null,
    });
    const other = JSON.parse(String(found.row["event_other"])) as Record<string, unknown>;
    expect(other).toMatchObject({ Odd: "1", user_logon_id_orig: "0x7fffffffffffffff" });
    expect(rowJson(found.row)).toContain('"user_logon_id":9223372036854775807,');
  });

  test("columns of all tables are of the model, each once, under types that agree", () => {
    const types = new Map<string, string>();
    for (const { columns } of model.tables()) {
      const names = columns.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { name, type } of columns) expect(types.get(name) ?? type).toBe(type);
    }
  });
});

test.each([
  [
    "tables: { A: { about: a, events: { P: [1] }, columns: [] }, B: { about: b, events: { p: [1] }, columns: [] } }",
    "two tables",
  ],
  ["tables: { A: { about: a, events: {}, columns: [proces_id] } }", "no column 'proces_id'"],
  ["tables: { A: { about: a, events: {}, columns: [proces_*] } }", "no column begins with 'proces_'"],
  [
    "tables: { A: { about: a, events: {}, columns: [], cluster: [process_id] } }",
    "the table has no column 'process_id'",
  ],
])("wrong tables are refused with their place: %s", (tables, message) => {
  const files = {
    ...ownModelFiles(),
    tables: { name: "tables.yaml", text: `common: []\n${tables}` },
    views: [],
  };
  try {
    loadEventModel({ files });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(SpoorError);
    expect((error as SpoorError).message).toContain(message);
    expect((error as SpoorError).place?.span.line).toBe(2);
  }
});
