import { describe, expect, test } from "vitest";
import { loadEventModel } from "../event-model.ts";
import { SECURITY, rawEvent } from "../plan/sample-raw-event.ts";

const { codes } = loadEventModel().parts();

describe("access rights", () => {
  test.each([
    [
      "File",
      0x12019f,
      "FILE_READ_DATA, FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_READ_EA, FILE_WRITE_EA, FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, READ_CONTROL, SYNCHRONIZE",
    ],
    ["Process", 0x1410, "PROCESS_VM_READ, PROCESS_QUERY_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION"],
    ["SAM_ALIAS", 0x4, "ALIAS_LIST_MEMBERS"],
    ["%{19195a5b-6da0-11d0-afd3-00c04fd930c9}", 0x100, "DS_CONTROL_ACCESS"],
    ["Nothing known", 0x20001, "READ_CONTROL, 0x1"],
    ["File", 0x40000000, "GENERIC_WRITE"],
  ])("%s %i", (type, mask, words) => {
    expect(codes.accessRights.words(type, mask)).toBe(words);
  });

  test("no rights have no words", () => {
    expect(codes.accessRights.words("File", 0)).toBeUndefined();
  });

  test("are the same as the message parameters of their bits", () => {
    expect(
      ["1537", "1541", "4416", "4424", "4432", "4484", "5424", "7184", "7688"].map((n) => codes.parameter(n)),
    ).toEqual([
      "DELETE",
      "SYNCHRONIZE",
      "FILE_READ_DATA",
      "FILE_WRITE_ATTRIBUTES",
      "KEY_QUERY_VALUE",
      "PROCESS_VM_READ",
      "ALIAS_ADD_MEMBER",
      "SERVICE_QUERY_CONFIG",
      "DS_CONTROL_ACCESS",
    ]);
  });
});

test("words of codes, masks with what is left over, and nothing for unknown ones", () => {
  expect(codes.get("status")?.word(0xc000006a)).toBe("STATUS_WRONG_PASSWORD");
  expect(codes.get("ticket_options")?.word(0x40000080)).toBe("forwardable, 0x80");
  expect(codes.get("logon_type")?.word(99)).toBeUndefined();
});

test("a user's table goes before ours, word by word", () => {
  const text = "logon_type: { about: mine, values: { 3: over the wire } }\n";
  const model = loadEventModel({ codes: [{ name: "codes.yaml", text }] });
  const words = (type: string) =>
    model.normalize(rawEvent(SECURITY, 4624, { LogonType: type }))["logon_type_text"];
  expect([words("3"), words("10")]).toEqual(["over the wire", "RemoteInteractive"]);
});
