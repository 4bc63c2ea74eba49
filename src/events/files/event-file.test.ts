import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { crc32 } from "@node-rs/crc32";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { openEventFile, openEventStream } from "./event-file.ts";
import type { EventFile, EventFileOptions } from "./event-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-files-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function lines(count: number, from = 0): string {
  const line = (_: unknown, i: number) => JSON.stringify({ n: from + i, text: `${i * 7919}`.repeat(i % 9) });
  return Array.from({ length: count }, line).join("\n");
}

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Read {
  readonly texts: string[];
  readonly members: string[];
  readonly file: EventFile;
  readonly error: unknown;
}

async function read(source: string | EventFile, options?: EventFileOptions): Promise<Read> {
  const file = typeof source === "string" ? openEventFile(source, options) : source;
  const texts: string[] = [];
  const members = new Set<string>();
  try {
    for await (const block of file) {
      members.add(block.member.slice(folder.length + 1));
      for (let i = 0; i < block.count; i++) {
        texts.push(block.buffer.toString("utf8", block.starts[i], block.ends[i]));
      }
    }
  } catch (error) {
    return { texts, members: [...members], file, error };
  }
  return { texts, members: [...members], file, error: undefined };
}

async function tar(members: Record<string, string | Buffer>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(members)) archive.entry({ name }, content);
  archive.entry({ name: "folder", type: "directory" });
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A zip archive by APPNOTE.TXT; `streamed` puts sizes behind the data, as writers without seeking do. */
function zip(members: Record<string, string>, streamed = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const data = deflateRawSync(content);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(content), 0);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(Buffer.byteLength(content), 8);
    const common = Buffer.alloc(10);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(streamed ? 8 : 0, 2);
    common.writeUInt16LE(8, 4);
    const local = Buffer.concat([common, streamed ? Buffer.alloc(12) : sizes, u16(name.length), u16(0)]);
    const central = Buffer.concat([common, sizes, u16(name.length), Buffer.alloc(12), u32(at)]);
    const descriptor = streamed ? Buffer.concat([u32(0x08074b50), sizes]) : Buffer.alloc(0);
    const member = Buffer.concat([u32(0x04034b50), local, Buffer.from(name), data, descriptor]);
    directory.push(u32(0x02014b50), u16(20), central, Buffer.from(name));
    parts.push(member);
    at += member.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(members).length;
  const end = [u32(0x06054b50), u32(0), u16(count), u16(count), u32(central.length), u32(at), u16(0)];
  return Buffer.concat([...parts, central, ...end]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

describe("reading event files", () => {
  const content = lines(3000);
  const expected = content.split("\n");

  test.each<[string, () => Promise<Buffer> | Buffer]>([
    ["plain.json", () => Buffer.from(content)],
    ["wrong-name.zip", () => Buffer.from(content)],
    ["mark.jsonl", () => Buffer.from(`\uFEFF${content}\r\n`)],
    ["utf16.json", () => Buffer.from(`\uFEFF${content}`, "utf16le")],
    ["utf16be.json", () => Buffer.from(`\uFEFF${content}`, "utf16le").swap16()],
    ["array.json", () => Buffer.from(`[${expected.join(",\n")}]`)],
    ["one.gz", () => gzipSync(content)],
    ["two.gz", () => Buffer.concat([gzipSync(`${lines(1000)}\n`), gzipSync(lines(2000, 1000))])],
    ["a.tar.gz", async () => gzipSync(await tar({ "e.json": content, "._e.json": "{}" }))],
    ["a.tar", async () => tar({ [`${"long/".repeat(60)}é.json`]: content })],
    ["nested.tar", async () => tar({ "e.json.gz": gzipSync(content) })],
    ["a.zip", () => zip({ "e.json": content })],
    ["streamed.zip", () => zip({ "e.json": content }, true)],
  ])("%s", async (name, make) => {
    const bytes = await make();
    const { texts, file, error } = await read(write(name, bytes));
    expect(error).toBeUndefined();
    expect(texts.map((t) => (JSON.parse(t) as { n: number }).n)).toEqual(
      name === "two.gz" ? texts.map((_, i) => i) : expected.map((_, i) => i),
    );
    expect(texts).toHaveLength(expected.length);
    expect(file.badLines.total).toBe(0);
    expect(file.progress()).toMatchObject({ bytesRead: bytes.length, bytesTotal: bytes.length, lines: 3000 });
  });

  test("reads all members of an archive, tells binary ones, names each", async () => {
    const { texts, members, file } = await read(
      write("many.zip", zip({ "a.json": lines(3), "b.bin": "\0\0", "c/d.json": lines(4) })),
    );
    expect(texts).toHaveLength(7);
    expect(members).toEqual(["many.zip/a.json", "many.zip/c/d.json"]);
    expect(file.skipped.samples).toEqual([
      { member: join(folder, "many.zip/b.bin"), reason: "holds binary data that is no event log" },
    ]);
  });

  test("passes over members that hold no events by their names or beginnings, and names them", async () => {
    const members = {
      "a.yml": "a: 1",
      "b.json": "damaged\n{}",
      c: "{}",
      d: "some words",
      e: "",
      "f.md": "{}",
    };
    const { texts, file } = await read(write("mixed.zip", zip(members)));
    expect([texts, file.badLines.total]).toEqual([["{}", "{}"], 1]);
    const byName = "holds no events, by its name";
    expect(file.skipped.samples).toEqual([
      { member: join(folder, "mixed.zip/a.yml"), reason: byName },
      { member: join(folder, "mixed.zip/d"), reason: "holds no events: it begins as neither JSON nor XML" },
      { member: join(folder, "mixed.zip/f.md"), reason: byName },
    ]);
    const named = await read(write("named.yml", "some words"));
    expect([named.file.badLines.total, named.file.skipped.total]).toEqual([1, 0]);
  });

  test("reads a folder's event files in the order of their names", async () => {
    const sub = join(folder, "sub");
    mkdirSync(join(sub, "inner"), { recursive: true });
    writeFileSync(join(sub, "b.json"), lines(2, 10));
    writeFileSync(join(sub, "a.jsonl.gz"), gzipSync(lines(2)));
    writeFileSync(join(sub, "README.md"), "# no events");
    const { texts, members } = await read(sub);
    expect(members).toEqual(["sub/a.jsonl.gz", "sub/b.json"]);
    expect(texts.map((t) => (JSON.parse(t) as { n: number }).n)).toEqual([0, 1, 10, 11]);
    const { error } = await read(join(sub, "inner"));
    expect(error).toMatchObject({ code: "EVENTS_FOLDER_EMPTY" });
  });

  test("keeps a sample of bad lines and counts all", async () => {
    const bad: number[] = [];
    const mixed = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? `{"n":${i}}` : `line ${i}`)).join(
      "\n",
    );
    const { texts, file } = await read(write("mixed.json", mixed), {
      onBadLine: ({ line }) => bad.push(line),
    });
    expect(texts).toHaveLength(50);
    expect(bad).toHaveLength(50);
    expect(file.badLines.total).toBe(50);
    expect(file.badLines.samples).toHaveLength(20);
    expect(file.badLines.samples[0]).toMatchObject({ line: 2, excerpt: "line 1" });
  });
});

/** Lines that do not compress away. */
function variedLines(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"n":${i},"x":"${Math.imul(i, 2654435761)}"}`).join("\n");
}

describe("faults of event files", () => {
  const content = variedLines(20_000);
  const all = content.split("\n");

  test.each<[string, () => Promise<Buffer> | Buffer]>([
    ["cut.json.gz", () => gzipSync(content)],
    ["cut.tar.gz", async () => gzipSync(await tar({ "e.json": content }))],
    ["cut.tar", async () => tar({ "e.json": content })],
    ["cut.zip", () => zip({ "e.json": content })],
    ["cut-streamed.zip", () => zip({ "e.json": content }, true)],
  ])("%s: what is there is read, then the error says where it ends", async (name, make) => {
    const whole = await make();
    for (const share of [0.5, 0.9]) {
      const { texts, file, error } = await read(
        write(name, whole.subarray(0, Math.floor(whole.length * share))),
      );
      expect(error).toBeInstanceOf(SpoorError);
      const { code, message, detail } = error as SpoorError;
      expect(code).toBe("EVENTS_FILE_CUT_OFF");
      expect(message).toContain(name);
      expect(texts.length).toBeGreaterThan(all.length * (share - 0.15));
      expect(texts).toEqual(all.slice(0, texts.length));
      expect(detail).toMatch(/read up to there: \d+ lines, \d+ bytes/);
      expect(file.badLines.total).toBeLessThanOrEqual(1);
    }
  });

  test("a zip archive without its directory's end loses nothing", async () => {
    for (const streamed of [false, true]) {
      const whole = zip({ "a.json": content, "b.json": lines(5) }, streamed);
      const { texts, error } = await read(write("endless.zip", whole.subarray(0, whole.length - 3)));
      expect(error).toBeUndefined();
      expect(texts).toHaveLength(20_005);
    }
  });

  test("a damaged member does not hide the next", async () => {
    const whole = zip({ "a.json": content, "b.json": lines(5) });
    whole.fill(0xff, 5000, 5100);
    const { texts, error } = await read(write("damaged.zip", whole));
    expect(error).toMatchObject({
      code: "EVENTS_FILE_DAMAGED",
      message: expect.stringContaining("a.json") as string,
    });
    expect(texts.slice(-5)).toEqual(lines(5).split("\n"));
  });

  test("a damaged gzip file gives what stands before", async () => {
    const whole = gzipSync(content);
    whole.fill(0xff, whole.length - 4000, whole.length - 3900);
    const { texts, error } = await read(write("damaged.gz", whole));
    expect(error).toMatchObject({ code: "EVENTS_FILE_DAMAGED" });
    expect(texts.length).toBeGreaterThan(1000);
  });

  test("a missing file is told with the nearest name", async () => {
    write("winlogbeat.json", lines(1));
    const { error } = await read(join(folder, "winlogbat.json"));
    expect(error).toMatchObject({ code: "EVENTS_FILE_MISSING", hint: "did you mean 'winlogbeat.json'?" });
    const nowhere = await read(join(folder, "no", "such.json"));
    expect((nowhere.error as SpoorError).hint).toContain("does not exist either");
  });

  test("a binary file is refused", async () => {
    const { error } = await read(write("a.bin", Buffer.from("MZ\0\0\0")));
    expect(error).toMatchObject({ code: "EVENTS_FILE_UNSUPPORTED" });
  });

  test("an empty file has no lines", async () => {
    expect((await read(write("empty.json", ""))).texts).toEqual([]);
  });
});

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

describe("reading a live stream", () => {
  test("delivers a line as soon as it is complete", async () => {
    const delivered: string[] = [];
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"n":1}\n{"n"');
      expect(delivered).toEqual(['{"n":1}']);
      yield Buffer.from(":2}\n");
      expect(delivered).toEqual(['{"n":1}', '{"n":2}']);
    }
    for await (const block of openEventStream("live", source())) {
      for (let i = 0; i < block.count; i++) {
        delivered.push(block.buffer.toString("utf8", block.starts[i], block.ends[i]));
      }
    }
    expect(delivered).toHaveLength(2);
  });

  test("reads a packed stream, and '-' reads the input that was handed in", async () => {
    const packed = gzipSync(await tar({ "e.json": lines(50) }));
    expect((await read(openEventFile("-", { stdin: inPieces(packed) }))).texts).toHaveLength(50);
    expect(() => openEventFile("-")).toThrow("'-' needs a standard input");
    const zipped = await read(openEventStream("live", inPieces(zip({ a: "{}" }))));
    expect(zipped.error).toMatchObject({ code: "EVENTS_FILE_UNSUPPORTED" });
  });

  test("stops reading when its reader stops", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.from('{"n":1}\n');
      } finally {
        closed = true;
      }
    }
    const blocks = openEventStream("live", source())[Symbol.asyncIterator]();
    expect((await blocks.next()).value?.count).toBe(1);
    await blocks.return();
    expect(closed).toBe(true);
  });
});
