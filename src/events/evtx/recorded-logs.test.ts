import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fileBytes } from "../files/byte-stream.ts";
import { eventDocument } from "../shapes/event-document.ts";
import type { RawEvent, SourceObject, SourceValue } from "../shapes/raw-event.ts";
import { readRawEvent } from "../shapes/read-raw-event.ts";
import { opcodeName, taskName } from "../shapes/standard-names.ts";
import type { EvtxDamage } from "./evtx-damage.ts";
import { evtxEvents } from "./evtx-events.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const LOGS = join(SHARED, "data/evtx");
const isThere = existsSync(LOGS);

async function read(path: string): Promise<readonly RawEvent[]> {
  const damage: EvtxDamage[] = [];
  const found: RawEvent[] = [];
  const source = fileBytes(path, { bytesRead: 0 });
  for await (const events of evtxEvents(path, source, (each) => damage.push(each))) found.push(...events);
  expect([path, damage]).toEqual([path, []]);
  return found;
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!isThere && process.env["CI"] !== "true")("recorded event logs", () => {
  const events = new Map<string, readonly RawEvent[]>();

  beforeAll(async () => {
    for (const file of globSync("**/*.evtx", { cwd: LOGS }).toSorted()) {
      events.set(file, await read(join(LOGS, file)));
    }
  }, 60_000);

  test("every file gives the events of its manifest, by provider and id", () => {
    const lines = readFileSync(join(LOGS, "manifest.jsonl"), "utf8").trim().split("\n");
    expect(events.size).toBe(lines.length);
    for (const line of lines) {
      const expected = JSON.parse(line) as { file: string; events: number; hosts: Record<string, number> };
      const found = events.get(expected.file)!;
      const hosts: Record<string, number> = {};
      for (const { system } of found) hosts[system.computer ?? ""] = (hosts[system.computer ?? ""] ?? 0) + 1;
      expect([expected.file, found.length, hosts]).toEqual([expected.file, expected.events, expected.hosts]);
    }
  });

  test("an event's document, read again, is the event", () => {
    for (const [file, found] of events) {
      for (const event of found) {
        const again = readRawEvent(JSON.parse(eventDocument(event)) as SourceObject);
        expect([file, again.shape]).toEqual([file, "winlogbeat7"]);
        expect(comparable(again)).toEqual(comparable(event));
      }
    }
  });

  test("every value is what Winlogbeat made of the same record", () => {
    let values = 0;
    for (const [file, found] of events) {
      const golden = join(LOGS, `${file}.golden.json`);
      if (!existsSync(golden)) continue;
      const documents = JSON.parse(readFileSync(golden, "utf8")) as SourceObject[];
      expect([file, found.length]).toEqual([file, documents.length]);
      const left = [...found];
      for (const document of documents) {
        const id = at(document, "winlog", "record_id");
        const [event] = left.splice(
          left.findIndex(({ system }) => system.recordId === id),
          1,
        );
        expectSystem(file, event!, document);
        values += expectData(file, event!, document);
      }
    }
    expect(values).toBeGreaterThan(1100);
  });
});

/** What a document can give back: no empty values, standard names for codes. */
function comparable(event: RawEvent): unknown {
  const { system, data, dataKind, userDataName, message } = event;
  const names = new Set<string>();
  const told = data.filter(({ name, value }) => value !== "" && names.size < names.add(name).size);
  return {
    system: {
      ...system,
      level: undefined,
      task: codeText(system.task, taskName),
      opcode: codeText(system.opcode, opcodeName),
      keywords: undefined,
    },
    data: told,
    dataKind,
    userDataName,
    message,
  };
}

function codeText(
  { code, name }: RawEvent["system"]["task"],
  standard: (code: number) => string | undefined,
): string | undefined {
  return name ?? (code === undefined ? undefined : (standard(code) ?? String(code)));
}

function at(document: SourceObject, ...path: readonly string[]): SourceValue | undefined {
  let value: SourceValue | undefined = document;
  for (const name of path) value = (value as SourceObject | undefined)?.[name];
  return value;
}

/**
 * Winlogbeat's documents are what its modules made of them: ids are texts, version 0 is left out, names of tasks and
 * opcodes come from the providers' resources, and Sysmon's `@timestamp` is its own UtcTime.
 */
function expectSystem(file: string, event: RawEvent, document: SourceObject): void {
  const { system } = event;
  const winlog = (...path: string[]): SourceValue | undefined => at(document, "winlog", ...path);
  const isSysmon = system.providerName === "Microsoft-Windows-Sysmon";
  const mine = JSON.parse(eventDocument(event)) as SourceObject;
  expect({
    file,
    eventId: String(system.eventId),
    code: String(system.eventId),
    version: system.version === 0 ? undefined : system.version,
    time: withoutZeros(isSysmon ? `${dataText(event, "UtcTime").replace(" ", "T")}Z` : system.time!.text),
    level: at(mine, "log", "level"),
    keywords: at(mine, "winlog", "keywords"),
    channel: system.channel,
    computer: system.computer,
    provider: system.providerName,
    guid: system.providerGuid,
    process: system.processId,
    thread: system.threadId,
    sid: system.user.sid,
    activity: system.activityId,
  }).toEqual({
    file,
    eventId: winlog("event_id"),
    code: at(document, "event", "code"),
    version: winlog("version"),
    time: withoutZeros(at(document, "@timestamp") as string),
    level: at(document, "log", "level"),
    keywords: winlog("keywords"),
    channel: winlog("channel"),
    computer: winlog("computer_name"),
    provider: winlog("provider_name"),
    guid: winlog("provider_guid"),
    process: winlog("process", "pid"),
    thread: winlog("process", "thread", "id"),
    sid: winlog("user", "identifier"),
    activity: winlog("activity_id"),
  });
}

/** Decimals without the zeros at their end. */
function withoutZeros(time: string): string {
  return time.replace(/(\.\d*?)0*Z$/, "$1Z").replace(".Z", "Z");
}

function dataText(event: RawEvent, name: string): string {
  return event.data.find((item) => item.name === name)?.value as string;
}

/** Sysmon's module makes these the event's time (compared with it above), directions and kinds of network. */
const RETOLD = ["UtcTime", "Initiated", "SourceIsIpv6", "DestinationIsIpv6"];

/** Returns how many values were compared. */
function expectData(file: string, event: RawEvent, document: SourceObject): number {
  const leaves = new Set<string>();
  collectLeaves(document, leaves);
  let compared = 0;
  for (const { name, value: found } of event.data) {
    if (found === "" || RETOLD.includes(name)) continue;
    compared++;
    const expected = at(document, "winlog", "event_data", name) ?? at(document, "winlog", "user_data", name);
    if (expected === undefined) {
      expect([file, name, partsOf(name, found as string).filter((part) => !leaves.has(part))]).toEqual([
        file,
        name,
        [],
      ]);
    } else if (Array.isArray(expected)) {
      const parts = (found as string).split(/[\s%]+(?!\{)|\s+/).filter((part) => part !== "");
      expect([file, name, parts]).toEqual([file, name, expected.filter((part) => part !== "")]);
    } else expect([file, name, (found as string).replaceAll("\r\n", "\n")]).toEqual([file, name, expected]);
  }
  const user = at(document, "winlog", "user_data", "xml_name");
  if (user !== undefined) expect(event.userDataName).toBe(user);
  return compared;
}

function collectLeaves(from: SourceValue | undefined, into: Set<string>): void {
  if (typeof from === "object" && from !== null)
    for (const each of Object.values(from)) collectLeaves(each, into);
  else into.add(String(from).toLowerCase());
}

/** What of a value that became fields of ECS must be found there: all of it, or its parts. */
function partsOf(name: string, found: string): string[] {
  const text = found.toLowerCase();
  if (found === "-") return [];
  if (name === "Hashes") {
    // A hash of zeros, of a file that could not be read, is left out.
    const hashes = text.split(",").map((hash) => hash.slice(hash.indexOf("=") + 1));
    return hashes.filter((hash) => !/^0+$/.test(hash));
  }
  if (name === "User") return text.split("\\");
  if (/^0x[\da-f]+$/.test(text)) return [String(Number(text))];
  // Parameters of Windows PowerShell are lines of `name=value`; the host's own command line is taken apart further.
  if (/^\s*\w+=/.test(found)) {
    const lines = text.split(/\r?\n/).map((line) => line.slice(line.indexOf("=") + 1).trim());
    return lines.filter((line) => line !== "");
  }
  return [text];
}
