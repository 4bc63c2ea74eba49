import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadEventModel } from "../event-model.ts";
import { isRecoverable } from "./sample-recovery.ts";
import { SECURITY, SYSMON, rawEvent } from "./sample-raw-event.ts";

const model = loadEventModel();

describe("Sysmon", () => {
  test("a process creation: typed columns, split hashes and user, names from paths, tags of the rule", () => {
    const row = model.normalize(
      rawEvent(SYSMON, 1, {
        RuleName: "technique_id=T1047,technique_name=WMI, remote,author=me",
        UtcTime: "2020-02-29 23:59:59.123",
        ProcessGuid: "{0A1B2C3D-0000-1111-2222-333344445555}",
        ProcessId: "4711",
        Image: "C:\\Windows\\System32\\cmd.exe",
        CommandLine: "cmd /c écho",
        User: "CORP\\WS01$",
        LogonId: "0x3E7",
        Hashes: "SHA1=00AA,MD5=0B,SHA256=0C,IMPHASH=0D",
        ParentImage: "-",
        IntegrityLevel: "",
      }),
    );
    expect(row).toMatchObject({
      event_name: "process created",
      event_creation_time: Date.UTC(2020, 1, 29, 23, 59, 59, 123) * 1000,
      process_guid: "0a1b2c3d-0000-1111-2222-333344445555",
      process_id: 4711,
      process_name: "cmd.exe",
      process_command_line_length: 11,
      process_command_line_has_non_ascii: true,
      user_domain: "CORP",
      user_name: "WS01$",
      user_is_machine: true,
      user_logon_id: 999,
      user_logon_id_orig: "0x3E7",
      hash_sha1: "00aa",
      hash_md5: "0b",
      hash_sha256: "0c",
      hash_imphash: "0d",
      process_parent_path: null,
      process_integrity_level: null,
      attack_technique_id: "T1047",
      attack_technique: "Windows Management Instrumentation",
      attack_tactic: "execution",
      rule_tags: "author=me",
    });
    expect(row["process_parent_name"]).toBeUndefined();
    expect(model.tableOf(row)).toBe("Process");
  });

  test("a connection: addresses in one form, IPv4 out of IPv6, their scope", () => {
    const row = model.normalize(
      rawEvent(SYSMON, 3, {
        SourceIp: "fe80:0:0:0:c543:f7cb:da8:a701",
        DestinationIp: "::ffff:8.8.8.8",
        DestinationPort: "443",
        SourcePort: "none",
        Initiated: "true",
      }),
    );
    expect(row).toMatchObject({
      src_ip_addr: "fe80::c543:f7cb:da8:a701",
      src_ip_addr_orig: "fe80:0:0:0:c543:f7cb:da8:a701",
      src_ip_scope: "link-local",
      src_ip_is_public: false,
      dst_ip_addr: "8.8.8.8",
      dst_ip_is_public: true,
      dst_ip_is_ipv6: false,
      dst_port: 443,
      src_port: null,
      src_port_orig: "none",
      network_initiated: true,
    });
  });

  test("fields whose spelling varies, masks in words, values in parts", () => {
    const access = model.normalize(
      rawEvent(SYSMON, 10, {
        SourceProcessGUID: "{00000000-0000-0000-0000-000000000001}",
        GrantedAccess: "0x1010",
      }),
    );
    expect(access).toMatchObject({
      process_guid: "00000000-0000-0000-0000-000000000001",
      process_granted_access: 0x1010,
      process_granted_access_text: "PROCESS_VM_READ, PROCESS_QUERY_LIMITED_INFORMATION",
    });
    const registry = model.normalize(
      rawEvent(SYSMON, 13, { TargetObject: "HKLM\\Software\\A\\Run", Details: "DWORD (0x00000001)" }),
    );
    expect(registry).toMatchObject({
      registry_hive: "HKLM",
      registry_value_name: "Run",
      registry_value_type: "DWORD",
      registry_value_data: "DWORD (0x00000001)",
    });
    const dns = model.normalize(
      rawEvent(SYSMON, 22, { QueryStatus: "9003", QueryResults: "type:  5 a.example;::ffff:10.0.0.1;" }),
    );
    expect(dns).toMatchObject({ dns_response_code_text: "NXDOMAIN", dns_response_ips: "10.0.0.1" });
    const clipboard = model.normalize(
      rawEvent(SYSMON, 24, { ClientInfo: "user: A\\b ip: 10.1.1.1 hostname: H1" }),
    );
    expect(clipboard).toMatchObject({
      src_ip_addr: "10.1.1.1",
      src_host_name: "H1",
      user_reporter_name: "A\\b",
    });
  });
});

describe("Security", () => {
  test("a logon is the target's; codes stand beside their words", () => {
    const row = model.normalize(
      rawEvent(SECURITY, 4624, {
        SubjectUserName: "WS$",
        TargetUserName: "eve",
        TargetLogonId: "0xffffffffffff0001",
        LogonType: "3",
        ImpersonationLevel: "%%1833",
        LogonProcessName: "Advapi  ",
        IpAddress: "-",
        ProcessId: "0x4c8",
      }),
    );
    expect(row).toMatchObject({
      user_reporter_name: "WS$",
      user_name: "eve",
      user_logon_id: null,
      user_logon_id_orig: "0xffffffffffff0001",
      logon_type_text: "Network",
      logon_impersonation_level: "%%1833",
      logon_impersonation_level_text: "Impersonation",
      logon_process_name: "Advapi",
      src_ip_addr: null,
      process_id: 1224,
      process_id_orig: "0x4c8",
    });
    expect(
      model.normalize(rawEvent(SECURITY, 4624, { TargetLogonId: "0x7fffffffffffffff" }))["user_logon_id"],
    ).toBe(2n ** 63n - 1n);
  });

  test("the same field means something else in another event", () => {
    const created = model.normalize(
      rawEvent(SECURITY, 4688, { ProcessId: "0x10", NewProcessId: "0x20", MandatoryLabel: "S-1-16-12288" }),
    );
    expect(created).toMatchObject({ process_parent_id: 16, process_id: 32, process_integrity_level: "High" });
    const group = model.normalize(
      rawEvent(SECURITY, 4732, { TargetUserName: "Administrators", MemberSid: "S-1-5-7" }),
    );
    expect(group).toMatchObject({ group_name: "Administrators", target_user_sid: "S-1-5-7" });
  });

  test("flags, lists and rights in words", () => {
    const account = model.normalize(
      rawEvent(SECURITY, 4720, { NewUacValue: "0x15", UserAccountControl: "\n\t\t%%2080\n\t\t%%2084" }),
    );
    expect(account).toMatchObject({
      target_user_new_uac_value_text: "account disabled, password not required, normal account",
      target_user_account_control: "%%2080, %%2084",
      target_user_account_control_text: "account disabled, 'Normal Account' on",
    });
    const key = model.normalize(
      rawEvent(SECURITY, 4663, {
        AccessMask: "0x3",
        AccessList: "%%4432\r\n\t\t\t\t%%4433",
        ObjectName: "\\REGISTRY\\MACHINE\\SAM",
        ObjectType: "Key",
      }),
    );
    expect(key).toMatchObject({
      object_access_mask_text: "KEY_QUERY_VALUE, KEY_SET_VALUE",
      object_access_list_text: "KEY_QUERY_VALUE, KEY_SET_VALUE",
      registry_key_path: "\\REGISTRY\\MACHINE\\SAM",
      registry_hive: "HKLM",
    });
    const replication = model.normalize(
      rawEvent(SECURITY, 4662, { Properties: "%%7688\n\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}" }),
    );
    expect(replication["object_properties_text"]).toBe("DS_CONTROL_ACCESS, DS-Replication-Get-Changes-All");
  });

  test("tickets: principal, options, encryption, result", () => {
    const row = model.normalize(
      rawEvent(SECURITY, 4769, {
        TargetUserName: "eve@CORP.EXAMPLE",
        TargetDomainName: "CORP.EXAMPLE",
        TicketOptions: "0x40810000",
        TicketEncryptionType: "0x17",
        Status: "0x1b",
      }),
    );
    expect(row).toMatchObject({
      user_name: "eve",
      user_domain: "CORP.EXAMPLE",
      ticket_options_text: "name-canonicalize, renewable, forwardable",
      ticket_encryption_type_text: "RC4-HMAC",
      ticket_status_text: "KDC_ERR_MUST_USE_USER2USER",
    });
  });

  test("a task's definition comes apart, escaped twice or not", () => {
    const xml =
      '<?xml version="1.0" encoding="UTF-16"?>\r\n<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">' +
      "<Triggers><LogonTrigger/></Triggers><Settings><Hidden>true</Hidden></Settings>" +
      "<Actions><Exec><Command>a.exe</Command><Arguments>-x &amp; y</Arguments></Exec></Actions></Task>";
    const escaped = xml.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    for (const text of [xml, escaped]) {
      expect(model.normalize(rawEvent(SECURITY, 4698, { TaskContent: text }))).toMatchObject({
        scheduled_task_command: "a.exe",
        scheduled_task_arguments: "-x & y",
        scheduled_task_triggers: "LogonTrigger",
        scheduled_task_hidden: true,
        scheduled_task_content: text,
      });
    }
  });
});

describe("texts of several values", () => {
  const details =
    "\tNewEngineState=Available\r\n\r\n\tHostName=ConsoleHost\r\n\tHostApplication=a -c $x = 1\r\n$y\r\n\tRunspaceId=";

  test("PowerShell's classic payload, from unnamed data or from the rendered text", () => {
    for (const raw of [
      rawEvent("PowerShell", 400, { param1: "Available", param2: "None", param3: details }),
      rawEvent(
        "PowerShell",
        400,
        {},
        { message: `Engine state is changed from None to Available.\r\nDetails: \r\n${details}` },
      ),
    ]) {
      expect(model.normalize(raw)).toMatchObject({
        powershell_new_engine_state: "Available",
        powershell_host_name: "ConsoleHost",
        powershell_host_application: "a -c $x = 1\n$y",
        powershell_runspace_id: null,
      });
    }
  });

  test("invocations and bindings", () => {
    const payload =
      'CommandInvocation(Get-Item): "Get-Item"\nParameterBinding(Get-Item): name="Path"; value="C:\\a\nb"';
    expect(
      model.normalize(rawEvent("Microsoft-Windows-PowerShell", 4103, { Payload: payload })),
    ).toMatchObject({
      powershell_payload: payload,
      powershell_invoked_commands: "Get-Item",
      powershell_param_names: "Path",
      powershell_param_values: "C:\\a\nb",
    });
  });

  test("a rendered text of sentences", () => {
    const message = "The Print Spooler service entered the stopped state.";
    expect(model.normalize(rawEvent("Service Control Manager", 7036, {}, { message }))).toMatchObject({
      service_display_name: "Print Spooler",
      service_state: "stopped",
    });
  });
});

describe("nothing is lost", () => {
  test("what has no mapping stays under its own name; what comes twice is numbered", () => {
    const raw = rawEvent(SYSMON, 1, { Odd: "1", Image: "a", ProcessPath: "b" });
    const row = model.normalize({ ...raw, data: [...raw.data, { name: "Odd", value: "2" }] });
    expect(row).toMatchObject({ Odd: "1", Odd_2: "2", process_path: "a", ProcessPath: "b" });
  });

  test("an unknown provider's event keeps everything, and known names find their columns", () => {
    const row = model.normalize(rawEvent("Nobody", 1, { ProcessId: "7", Thing: "x", nested: { a: [1] } }));
    expect(row).toMatchObject({ process_id: 7, Thing: "x", nested: '{"a":[1]}', event_name: null });
    expect(model.tableOf(row)).toBeUndefined();
  });

  const fields = [...new Set([...model.parts().mappings.allRules()].map(({ rule }) => rule.field))];
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "-",
      "",
      "0x3e7",
      "0xffffffffffffffff",
      "%%1833",
      "A\\b",
      "a@B",
      "::ffff:1.2.3.4",
      "SHA1=ab,X=1",
    ),
    fc.constantFrom(
      "2020-01-01 00:00:00.1234567",
      "{0A1B2C3D-0000-1111-2222-333344445555}",
      "true",
      "a=b",
      "x\n\ty",
    ),
    fc.integer().map(String),
    fc.boolean(),
    fc.constant(null),
  );
  const provider = fc.constantFrom(...model.parts().mappings.providers());

  test("whatever stands in whatever field of whatever event", () => {
    const payload = fc.array(fc.record({ name: fc.constantFrom(...fields), value }), { maxLength: 12 });
    fc.assert(
      fc.property(provider, fc.integer({ min: 0, max: 8000 }), payload, (name, id, data) => {
        const row = model.normalize({ ...rawEvent(name, id, {}), data });
        for (const item of data) {
          const kept = isRecoverable(item.value, row);
          if (!kept)
            throw new Error(
              `${item.name} = ${JSON.stringify(item.value)} is not in ${JSON.stringify(row, plain)}`,
            );
        }
      }),
      { numRuns: 1500 },
    );
  });
});

test("each column of an event can be traced to its field and rule", () => {
  const raw = rawEvent(SYSMON, 1, { Image: "C:\\a.exe", Odd: "1" }, { system: { computer: "H" } });
  const origins = new Map(model.explainEvent(raw).map((origin) => [origin.column, origin]));
  expect(origins.get("host_name")).toMatchObject({ kind: "envelope", from: "system.computer" });
  expect(origins.get("process_path")).toMatchObject({
    kind: "payload",
    from: "data.Image",
    rule: { file: "sysmon.yaml", level: "provider" },
  });
  expect(origins.get("process_name")).toMatchObject({ kind: "derived", from: "file_name(process_path)" });
  expect(origins.get("Odd")).toMatchObject({ kind: "unmapped", from: "data.Odd" });
  const row = model.normalize(raw);
  expect(new Set(origins.keys())).toEqual(new Set(Object.keys(row)));
});

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
