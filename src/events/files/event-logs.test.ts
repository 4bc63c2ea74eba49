import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventTemplate, sampleChunk, sampleFile, stringValue, u64 } from "../evtx/sample-evtx.ts";
import { valueType } from "../evtx/value-types.ts";
import { openEventFile } from "./event-file.ts";
import type { EventFile, EventFileOptions } from "./event-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-logs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const log = sampleFile([1, 21].map((first) => chunk(20, first)));
const xml =
  "<Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>1</EventID>" +
  "<EventRecordID>1</EventRecordID></System></Event>\r\n<Event><System><EventRecordID>2</EventRecordID></System></Event></Events>";

function chunk(count: number, first: number): Buffer {
  const records = Array.from({ length: count }, (_, i) => [
    { type: valueType.UINT64, bytes: u64(first + i) },
    stringValue(`C:\\Ünï\\${first + i}.exe`),
  ]);
  return sampleChunk(eventTemplate(["Image"]), records, first);
}

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function tar(members: Record<string, string | Buffer>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(members)) archive.entry({ name }, content);
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

interface Read {
  readonly ids: (number | undefined)[];
  readonly file: EventFile;
  readonly error: unknown;
}

async function read(path: string, options: EventFileOptions = {}): Promise<Read> {
  const file = openEventFile(path, { verify: "full", ...options });
  const ids: (number | undefined)[] = [];
  try {
    for await (const block of file) {
      for (let i = 0; i < block.count; i++) {
        const line = block.buffer.toString("utf8", block.starts[i], block.ends[i]);
        ids.push((JSON.parse(line) as { winlog: { record_id?: number } }).winlog.record_id);
      }
    }
  } catch (error) {
    return { ids, file, error };
  }
  return { ids, file, error: undefined };
}

async function* logPieces(): AsyncGenerator<Buffer> {
  for (let at = 0; at < log.length; at += 4000) yield log.subarray(at, at + 4000);
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

describe("event logs and event XML as event files", () => {
  test.each<[string, number, () => Promise<Buffer> | Buffer | string]>([
    ["a.evtx", 40, () => log],
    ["wrong-name.json", 40, () => log],
    ["a.evtx.gz", 40, () => gzipSync(log)],
    ["a.tar.gz", 42, async () => gzipSync(await tar({ "in/a.evtx": log, "b.xml": xml }))],
    ["a.xml", 2, () => xml],
    ["utf16.xml", 2, () => Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-16"?>${xml}`, "utf16le")],
    ["utf16-without-mark.xml", 2, () => Buffer.from(xml, "utf16le")],
  ])("%s gives a line for each event", async (name, count, make) => {
    const bytes = Buffer.from(await make());
    const { ids, file, error } = await read(write(name, bytes));
    expect(error).toBeUndefined();
    expect(ids).toEqual([...upTo(40), ...upTo(2)].slice(count === 2 ? 40 : 0).slice(0, count));
    expect([file.badLines.total, file.damage.total]).toEqual([0, 0]);
    expect(file.progress()).toMatchObject({ bytesRead: bytes.length, lines: count });
  });

  test("a log is read from standard input", async () => {
    expect((await read("-", { stdin: logPieces() })).ids).toEqual(upTo(40));
  });

  test("what a damaged log has lost is among the bad lines, all damage is counted", async () => {
    const damaged = Buffer.from(log.subarray(0, 4096 + 65_536 + 2000));
    damaged.writeUInt8(0xff, 4096 + 124);
    const { ids, file } = await read(write("damaged.evtx", damaged));
    expect(ids.length).toBeGreaterThan(20);
    expect(Object.fromEntries(file.damage.counts)).toEqual({ "bad chunk checksum": 1, "cut off": 1 });
    expect(file.damage.lostEvents).toBe(40 - ids.length);
    expect(file.badLines.samples[0]).toMatchObject({ line: ids.length + 1, excerpt: "at byte 71632" });
    expect(file.badLines.total).toBe(1);
  });

  test("bad XML is a bad line with its place", async () => {
    const { ids, file } = await read(
      write("bad.xml", xml.replace("<EventID>1</EventID>", "<EventID>1</Event_ID>")),
    );
    expect(ids).toEqual([2]);
    expect(file.badLines.samples).toMatchObject([
      { line: 1, reason: expect.stringContaining("column 9: ") as string },
    ]);
  });

  test.each<[string, Buffer]>([
    ["garbage.evtx", Buffer.alloc(5000, 7)],
    ["binary.evtx", Buffer.from([0, 1, 2, 3])],
    ["empty.evtx", Buffer.alloc(0)],
    ["empty.evtx.gz", gzipSync("")],
  ])("%s is refused by name, and passed over among others", async (name, bytes) => {
    const path = write(name, bytes);
    expect((await read(path)).error).toMatchObject({ code: "EVENTS_NOT_EVTX" });
    const among = await read(write(`${name}.tar`, await tar({ [name]: bytes, "b.xml": xml })));
    expect([among.error, among.ids, among.file.skipped.total]).toEqual([undefined, upTo(2), 1]);
  });

  test("a folder is walked in the order of names, folders in their place", async () => {
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "b/deep"), { recursive: true });
    mkdirSync(join(tree, ".hidden"));
    writeFileSync(join(tree, "c.xml"), xml);
    writeFileSync(join(tree, "b/z.evtx"), sampleFile([chunk(1, 7)]));
    writeFileSync(join(tree, "b/deep/y.evtx"), sampleFile([chunk(1, 6)]));
    writeFileSync(join(tree, "a.evtx"), sampleFile([chunk(1, 5)]));
    writeFileSync(join(tree, "notes.txt"), "none");
    writeFileSync(join(tree, ".hidden/x.evtx"), log);
    expect((await read(tree)).ids).toEqual([5, 6, 7, 1, 2]);
  });
});
