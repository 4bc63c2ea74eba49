import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RawEvent } from "../shapes/raw-event.ts";
import { DamageCount } from "./evtx-damage.ts";
import type { EvtxDamage } from "./evtx-damage.ts";
import { evtxEvents, evtxLines } from "./evtx-events.ts";
import {
  eventTemplate,
  nullValue,
  sampleChunk,
  sampleFile,
  sealChunk,
  sealHeader,
  stringValue,
  u64,
} from "./sample-evtx.ts";
import type { SampleTemplate, SampleValue } from "./sample-evtx.ts";
import { ARRAY, valueType } from "./value-types.ts";

async function* pieces(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Read {
  readonly events: readonly RawEvent[];
  readonly damage: readonly EvtxDamage[];
}

async function read(file: Buffer, size?: number): Promise<Read> {
  const damage: EvtxDamage[] = [];
  const events: RawEvent[] = [];
  for await (const some of evtxEvents("x.evtx", pieces(file, size), (each) => damage.push(each))) {
    events.push(...some);
  }
  return { events, damage };
}

const id = (value: number): SampleValue => ({ type: valueType.UINT64, bytes: u64(value) });
const template = eventTemplate(["Image", "User"]);

function chunk(count: number, first = 1): Buffer {
  const records = Array.from({ length: count }, (_, i) => [
    id(first + i),
    stringValue(`C:\\${first + i}.exe`),
    stringValue("SYSTEM"),
  ]);
  return sampleChunk(template, records, first);
}

const ids = ({ events }: Read): (number | undefined)[] => events.map(({ system }) => system.recordId);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
const reasons = ({ damage }: Read): string[] => damage.map(({ reason }) => reason);

/** Where record `number` (from 0) stands in a chunk. */
function recordAt(bytes: Buffer, number: number): number {
  let at = 512;
  for (let i = 0; i < number; i++) at += bytes.readUInt32LE(at + 4);
  return at;
}

describe("an event log", () => {
  test("gives events chunk by chunk, however its bytes arrive", async () => {
    const file = sampleFile([chunk(3), chunk(2, 4), Buffer.alloc(65_536)]);
    const whole = await read(file);
    expect(ids(whole)).toEqual(upTo(5));
    expect(whole.damage).toEqual([]);
    expect(whole.events[3]).toMatchObject({
      shape: "evtx",
      system: { eventId: 1, recordId: 4, channel: "Lab", computer: "PC1" },
      data: [
        { name: "Image", value: "C:\\4.exe" },
        { name: "User", value: "SYSTEM" },
      ],
      dataKind: "event-data",
      rest: { Record: { Number: 4, TimeWritten: "2020-05-14T07:01:14.6068517Z" } },
    });
    expect(await read(file, 777)).toEqual(whole);
  });

  test("leaves out an optional null, repeats an element for each item of an array", async () => {
    const list = { type: valueType.STRING | ARRAY, bytes: Buffer.from("a\0b\0", "utf16le") };
    const { events } = await read(sampleFile([sampleChunk(template, [[id(1), nullValue, list]])]));
    expect(events[0]!.data).toEqual([
      { name: "User", value: "a" },
      { name: "User", value: "b" },
    ]);
  });

  test("as documents has a line for each event", async () => {
    const lines: string[] = [];
    for await (const some of evtxLines("x", pieces(sampleFile([chunk(2)])), () => undefined)) {
      lines.push(...some.toString("utf8").trimEnd().split("\n"));
    }
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { winlog: { api: "evtx", record_id: 1, event_data: { Image: "C:\\1.exe" } } },
      { winlog: { record_id: 2 } },
    ]);
  });
});

describe("a damaged event log", () => {
  test("of no bytes or of garbage is refused", async () => {
    await expect(read(Buffer.alloc(0))).rejects.toMatchObject({
      code: "EVENTS_NOT_EVTX",
      detail: expect.stringContaining("the file is empty") as string,
    });
    await expect(read(Buffer.alloc(9000, 0x41))).rejects.toMatchObject({ code: "EVENTS_NOT_EVTX" });
  });

  test("whose header is damaged is read by its chunks", async () => {
    const file = sampleFile([chunk(3)]);
    file.fill(0xff, 0, 128);
    const found = await read(file);
    expect([ids(found), reasons(found)]).toEqual([upTo(3), ["bad file header"]]);
  });

  test("that was not closed gives what the headers do not count yet", async () => {
    const open = chunk(5, 3);
    open.writeUInt32LE(recordAt(open, 3), 48);
    open.writeUInt32LE(0, 52);
    u64(5).copy(open, 16);
    const found = await read(sampleFile([chunk(2), sealHeader(open)], true));
    expect([ids(found), reasons(found)]).toEqual([upTo(7), []]);
  });

  test("that is cut off gives all whole records, and says what is missing", async () => {
    const file = sampleFile([chunk(3), chunk(40, 4)]);
    const lastChunk = 4096 + 65_536;
    const found = await read(file.subarray(0, lastChunk + recordAt(chunk(40, 4), 10) + 30));
    expect(ids(found)).toEqual(upTo(13));
    expect(found.damage).toMatchObject([{ reason: "cut off", lostEvents: 30, afterEvents: 13 }]);
    expect(reasons(await read(file.subarray(0, lastChunk)))).toEqual(["cut off"]);
    expect(reasons(await read(file.subarray(0, 2000)))).toEqual(["cut off"]);
  });

  test("tells wrong checksums and reads on", async () => {
    const [first, second] = [chunk(3), chunk(3, 4)];
    first.writeUInt32LE(1, 124);
    second.writeUInt8(0x42, recordAt(second, 2) + 60);
    const found = await read(sampleFile([first, second]));
    expect([ids(found).slice(0, 5), reasons(found)]).toEqual([
      upTo(5),
      ["bad chunk checksum", "bad records checksum"],
    ]);
    const count = new DamageCount();
    for (const each of found.damage) count.add(each);
    expect([count.total, count.lostEvents, count.firsts[1]!.offset]).toEqual([2, 0, 4096 + 65_536]);
  });

  test("reads the records of a chunk that has lost its magic", async () => {
    const lost = chunk(3);
    lost.fill(0x41, 0, 8);
    const found = await read(sampleFile([lost, chunk(1, 4)]));
    expect([ids(found), reasons(found)]).toEqual([upTo(4), ["bad chunk magic"]]);
  });

  test("finds the next record behind a damaged one", async () => {
    const damaged = chunk(6);
    damaged.fill(0xee, recordAt(damaged, 2), recordAt(damaged, 2) + 8);
    sealChunk(damaged);
    const found = await read(sampleFile([damaged]));
    expect(ids(found)).toEqual([1, 2, 4, 5, 6]);
    expect(found.damage).toMatchObject([{ reason: "bad record", lostEvents: 1, afterEvents: 2 }]);
    const last = chunk(6);
    last.fill(0xee, recordAt(last, 4), recordAt(last, 5) + 8);
    const ending = await read(sampleFile([sealChunk(last)]));
    expect(ids(ending)).toEqual(upTo(4));
    expect(ending.damage).toMatchObject([{ reason: "bad record", lostEvents: 2 }]);
  });

  test("leaves out a record whose BinXML is bad, with the place", async () => {
    const damaged = chunk(3);
    const at = recordAt(damaged, 1) + 24 + 4;
    damaged.writeUInt8(0x3f, at);
    const found = await read(sampleFile([sealChunk(damaged)]));
    expect(ids(found)).toEqual([1, 3]);
    expect(found.damage).toMatchObject([
      {
        reason: "bad BinXML",
        offset: 4096 + at,
        detail: "record 2 in chunk 0: unexpected token 0x3f",
        lostEvents: 1,
      },
    ]);
  });

  test.each<[string, SampleTemplate, readonly SampleValue[], string]>([
    [
      "nests elements without end",
      (xml) => {
        for (let i = 0; i < 200; i++) xml.open("E");
      },
      [],
      "nested too deep",
    ],
    [
      "multiplies a value beyond measure",
      (xml) => {
        xml.open("Event");
        for (let i = 0; i < 2000; i++) xml.place(0);
        xml.close();
      },
      [stringValue("x".repeat(10_000))],
      "too much text",
    ],
    ["has no element", () => undefined, [], "0 root elements"],
  ])("leaves out a record that %s", async (_, shape, values, message) => {
    const { events, damage } = await read(sampleFile([sampleChunk(shape, [values])]));
    expect(events).toEqual([]);
    expect(damage[0]!.detail).toContain(message);
  });

  test("never throws, loops or invents records, whatever bytes are changed", async () => {
    const whole = sampleFile([chunk(20), chunk(20, 21)]);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
        const file = Buffer.from(whole);
        for (const [at, byte] of changes) file[at < 65_536 ? at % 6000 : at] = byte;
        const found = await read(file).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "EVENTS_NOT_EVTX" });
          return { events: [], damage: [] };
        });
        expect(found.events.length).toBeLessThanOrEqual(40);
      }),
      { numRuns: 150 },
    );
  });
});
