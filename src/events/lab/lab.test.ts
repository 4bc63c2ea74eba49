import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { describeLab } from "./lab-description.ts";
import { LAB_LINE_BYTES_MAX, labEvents, LabWriter } from "./lab-writer.ts";

const START = Date.UTC(2026, 2, 2, 8);
const demo = { seed: 7, events: 3000, startMs: START };

interface Winlogbeat {
  "@timestamp": string;
  log_name: string;
  computer_name: string;
  event_id: number;
  record_number: string;
  event_data?: Record<string, string>;
  user_data?: Record<string, string>;
  message: string;
  [member: string]: unknown;
}

function events(options: typeof demo): Winlogbeat[] {
  return [...labEvents(options)].map((line) => JSON.parse(line.toString("utf8")) as Winlogbeat);
}

const ofSysmon = (all: Winlogbeat[], id: number) =>
  all.filter((event) => event.log_name.startsWith("Microsoft-Windows-Sysmon") && event.event_id === id);

/** The recipe's join, in order of arrival: connections whose process was created before, by ProcessGuid. */
function joinRows(
  all: Winlogbeat[],
): { process: Record<string, string>; connection: Record<string, string> }[] {
  const created = new Map<string, Record<string, string>>();
  const rows = [];
  for (const event of all) {
    if (!event.log_name.startsWith("Microsoft-Windows-Sysmon")) continue;
    const data = event.event_data!;
    if (event.event_id === 1) created.set(data["ProcessGuid"]!, data);
    const process = event.event_id === 3 ? created.get(data["ProcessGuid"]!) : undefined;
    if (process !== undefined) rows.push({ process, connection: data });
  }
  return rows;
}

function filled(options: typeof demo, bufferBytes: number): { bytes: number; hash: string } {
  const writer = new LabWriter(options);
  const buffer = Buffer.alloc(bufferBytes);
  const hash = createHash("sha256");
  let bytes = 0;
  for (let size = writer.fillLines(buffer); size > 0; size = writer.fillLines(buffer)) {
    hash.update(buffer.subarray(0, size));
    bytes += size;
  }
  return { bytes, hash: hash.digest("hex") };
}

describe("the generated lab", () => {
  test("gives the same bytes for the same seed, however they are fetched", () => {
    const whole = createHash("sha256");
    for (const line of labEvents(demo)) whole.update(line).update("\n");
    const expected = whole.digest("hex");
    expect(filled(demo, LAB_LINE_BYTES_MAX).hash).toBe(expected);
    expect(filled(demo, 1_000_003).hash).toBe(expected);
    expect(filled({ ...demo, seed: 8 }, 1 << 20).hash).not.toBe(expected);
  });

  test("writes full winlogbeat 6 envelopes with text payloads and no empty values", () => {
    const records = new Set<string>();
    for (const event of events(demo)) {
      const members = [
        "source_name",
        "provider_guid",
        "opcode",
        "level",
        "beat",
        "host",
        "process_id",
        "thread_id",
      ];
      for (const member of members) expect(event[member], `${event.event_id} ${member}`).toBeDefined();
      expect(event["type"]).toBe("wineventlog");
      expect(Number.isNaN(Date.parse(event["@timestamp"]))).toBe(false);
      expect(event.record_number).toMatch(/^\d+$/);
      records.add(`${event.computer_name} ${event.log_name} ${event.record_number}`);
      const payload = Object.entries(event.event_data ?? event.user_data ?? {});
      expect(payload.length).toBeGreaterThan(0);
      expect(payload.filter(([, value]) => typeof value !== "string" || value === "")).toEqual([]);
      expect(event.message).not.toContain("undefined");
      expect(event.message).not.toMatch(/%[A-Z]\w+%/);
    }
    expect(records.size).toBe(demo.events);
  });

  test("shows each Sysmon field in the message too", () => {
    for (const event of ofSysmon(events(demo), 1)) {
      for (const [name, value] of Object.entries(event.event_data!)) {
        const shown = name === "LogonId" ? `LogonId: 0x${value.slice(2).toUpperCase()}` : `${name}: ${value}`;
        expect(event.message.split("\n")).toContain(shown);
      }
    }
  });

  test("keeps processes' identities: one creation a GUID, and connections with the process's image", () => {
    const all = events(demo);
    const creations = ofSysmon(all, 1).map((event) => event.event_data!);
    const images = new Map(creations.map((data) => [data["ProcessGuid"], data["Image"]]));
    expect(images.size).toBe(creations.length);
    for (const id of [3, 5, 7, 11, 12, 13, 17, 18, 22]) {
      const some = ofSysmon(all, id);
      expect(some.length, `Sysmon ${id}`).toBeGreaterThan(5);
      for (const { event_data: data } of some) {
        const image = images.get(data!["ProcessGuid"]);
        if (image !== undefined) expect(data!["Image"]).toBe(image);
      }
    }
    for (const { event_data: data } of ofSysmon(all, 10)) {
      expect(data!["SourceProcessGUID"]).toMatch(/^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$/);
    }
  });

  test("has connections that join, that never will, and that come before their process", () => {
    const all = events(demo);
    const guids = new Set(ofSysmon(all, 1).map((event) => event.event_data!["ProcessGuid"]));
    const connections = ofSysmon(all, 3);
    const joined = joinRows(all).length;
    const known = connections.filter((event) => guids.has(event.event_data!["ProcessGuid"])).length;
    expect(joined).toBeGreaterThan(50);
    expect(known).toBeGreaterThan(joined);
    expect(connections.length).toBeGreaterThan(known + 10);
  });

  test("tells the attack as described, for any seed", () => {
    for (let seed = 0; seed < 40; seed++) {
      const options = { seed, events: seed % 2 === 0 ? 3000 : 600, startMs: START };
      const { attacks, hosts, endMs } = describeLab(options);
      expect(attacks).toHaveLength(1);
      const attack = attacks[0]!;
      expect(attack.endMs).toBeLessThan(endMs);
      const all = events(options);
      const rows = joinRows(all).filter(({ process }) =>
        process["ParentImage"]!.endsWith("\\wbem\\WmiPrvSE.exe"),
      );
      const found = rows.map(({ connection }) => {
        const made = Date.parse(`${connection["UtcTime"]!.replace(" ", "T")}Z`);
        return [
          made,
          connection["DestinationIp"],
          connection["DestinationPort"],
          connection["SourcePort"],
        ].join(" ");
      });
      const planned = attack.connections.map((connection) => {
        const { atMs, destinationIp, destinationPort, sourcePort } = connection;
        return [atMs, destinationIp, destinationPort, sourcePort].join(" ");
      });
      expect(found.toSorted()).toEqual(planned.toSorted());
      for (const { process } of rows) {
        expect(process["ProcessGuid"]).toBe(attack.processGuid);
        expect(process["CommandLine"]).toMatch(/ -Enc [A-Za-z0-9+/]+=*$/);
      }
      expect(attack.connections.filter((made) => made.destinationPort === 443).length).toBeGreaterThan(4);
      const fileServer = hosts.find((host) => host.role === "file-server")!;
      expect(attack.connections.map((made) => made.destinationIp)).toContain(fileServer.ip);
      const logon = all.find(
        (event) => event.event_data?.["TargetLogonId"] === attack.logonId && event.event_id === 4624,
      )!;
      expect(logon.computer_name).toBe(attack.targetHost);
      expect(logon.event_data).toMatchObject({
        LogonType: "3",
        IpAddress: attack.sourceIp,
        TargetUserName: attack.account,
      });
    }
  });

  test("goes on after the movement: discovery, credentials, persistence", () => {
    const all = events(demo);
    const attack = describeLab(demo).attacks[0]!;
    const children = ofSysmon(all, 1).filter(
      (event) => event.event_data!["ParentProcessGuid"] === attack.processGuid,
    );
    const images = children.map((event) => event.event_data!["Image"]!.split("\\").at(-1));
    expect(images.toSorted()).toEqual(["net.exe", "schtasks.exe", "whoami.exe"]);
    const access = ofSysmon(all, 10).filter(
      (event) => event.event_data!["SourceProcessGUID"] === attack.processGuid,
    );
    expect(access.map((event) => event.event_data!["GrantedAccess"])).toContain("0x1010");
    expect(all.filter((event) => event.event_id === 7045 || event.event_id === 4698)).toHaveLength(2);
    expect(
      all.filter((event) => event.event_id === 4104 && event.computer_name === attack.targetHost),
    ).not.toEqual([]);
  });

  test("has the proportions of a real domain in a long run", () => {
    const counts = new Map<string, number>();
    const total = 120_000;
    let bytes = 0;
    for (const line of labEvents({ ...demo, events: total })) {
      bytes += line.length;
      const event = JSON.parse(line.toString("utf8")) as Winlogbeat;
      const key = event.log_name.includes("Sysmon") ? `Sysmon ${event.event_id}` : "other";
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const percent = (key: string) => (100 * (counts.get(key) ?? 0)) / total;
    expect(percent("other")).toBeGreaterThan(19);
    expect(percent("other")).toBeLessThan(25);
    expect(percent("Sysmon 1")).toBeGreaterThan(0.2);
    expect(percent("Sysmon 1")).toBeLessThan(0.5);
    expect(percent("Sysmon 3")).toBeGreaterThan(0.5);
    expect(percent("Sysmon 3")).toBeLessThan(0.9);
    expect(percent("Sysmon 10")).toBeGreaterThan(25);
    expect(bytes / total).toBeGreaterThan(1800);
    expect(bytes / total).toBeLessThan(2600);
  });

  test("describes its hosts and takes their number", () => {
    const lab = describeLab({ ...demo, hosts: 30 });
    expect(lab.hosts).toHaveLength(32);
    expect(new Set(lab.hosts.map((host) => host.ip)).size).toBe(32);
    expect(describeLab({ ...demo, events: 1_000_000 }).attackCount).toBe(10);
    expect(describeLab({ ...demo, events: 100 }).attacks).toEqual([]);
    expect([...labEvents({ ...demo, events: 0 })]).toEqual([]);
  });

  test("refuses options out of range, and a buffer too short for a line", () => {
    expect(() => describeLab({ ...demo, hosts: 1 })).toThrow(SpoorError);
    expect(() => new LabWriter({ ...demo, events: -1 })).toThrow("lab option 'events' is -1");
    expect(() => new LabWriter(demo).fillLines(Buffer.alloc(100))).toThrow(
      "a lab buffer of 100 bytes is too short",
    );
  });
});
