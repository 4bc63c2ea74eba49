import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import type { IngestOptions } from "../../app/service.ts";
import { MemoryIo, runInMemory, startFakeServer } from "../fake-world.ts";
import type { FakeServer } from "../fake-world.ts";
import { ProgressLine } from "./progress-line.ts";
import { ReplayPace } from "./replay-pace.ts";

/** What the server was sent, a request each. */
interface Sent {
  readonly topic: string;
  readonly format: string;
  body: string;
}

let server: FakeServer;
let folder: string;
let sent: Sent[];

beforeEach(async () => {
  server = await startFakeServer();
  folder = mkdtempSync(join(tmpdir(), "spoor-ingest-"));
  sent = [];
  server.service.openIngest = (topic: string, options: IngestOptions) => {
    const request: Sent = { topic, format: options.format, body: "" };
    sent.push(request);
    return {
      write: async (chunk: Uint8Array) => {
        request.body += Buffer.from(chunk).toString("utf8");
      },
      finish: async () => {
        const lines = request.body.split("\n").filter((line) => line !== "");
        const bad = lines.filter((line) => line.includes("refuse me"));
        const firstErrors = bad.map((line) => ({ line: lines.indexOf(line) + 1, message: "no record" }));
        return {
          records: lines.length - bad.length,
          bytes: request.body.length,
          rejected: bad.length,
          firstErrors,
        };
      },
    };
  };
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function ingest(argv: readonly string[], io = new MemoryIo()) {
  return runInMemory(["ingest", "--server", server.url, ...argv], { io });
}

describe("ingest", () => {
  test("sends files of any kind, one after the other, and sums up", async () => {
    const plain = file("a.jsonl", '{"a":1}\n{"a":2}\n');
    const packed = file("b.json.gz", gzipSync('[{"a":3},\n {"a":\n4}]'));
    const run = await ingest([plain, packed, "--topic", "lab", "--create"]);
    expect(sent.map(({ topic, format, body }) => [topic, format, body])).toEqual([
      ["lab", "value", '{"a":1}\n{"a":2}\n'],
      ["lab", "value", '{"a":3}\n{"a": 4}\n'],
    ]);
    expect(server.service.topicList.map((topic) => topic.name)).toEqual(["lab"]);
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toMatch(/^4 events into 'lab', \d+ B read, /);
  });

  test("lines with keys and lines without go in requests of their own, in order", async () => {
    const mixed = file("m.jsonl", ':{"a":1}\nk:{"a":2}\n{"a":3}\n');
    await ingest([mixed]);
    expect(sent.map(({ format, body }) => [format, body])).toEqual([
      ["key:value", ':{"a":1}\nk:{"a":2}\n'],
      ["value", '{"a":3}\n'],
    ]);
  });

  test("bad lines, refused records and bad files are shown, counted, and stop nothing", async () => {
    const bad = file("bad.jsonl", '{"a":1}\nnot json\n{"a":"refuse me"}\n');
    const cut = file("cut.json.gz", gzipSync('{"a":2}\n'.repeat(100)).subarray(0, 30));
    const good = file("good.jsonl", '{"a":5}\n');
    const run = await ingest([bad, join(folder, "missing.json"), cut, good, "--json"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`left out ${bad}, line 2`);
    expect(run.stderr).toContain("refused by the server: record 2: no record");
    expect(run.stderr).toContain("EVENTS_FILE_MISSING");
    expect(run.stderr).toContain("EVENTS_FILE_CUT_OFF");
    expect(sent.at(-1)!.body).toBe('{"a":5}\n');
    const summary = JSON.parse(run.stdout) as { failedFiles: number; leftOut: number; files: unknown[] };
    expect(summary).toMatchObject({ failedFiles: 2, leftOut: 2 });
    expect(summary.files).toHaveLength(4);
  });

  test("'-' reads standard input", async () => {
    const io = new MemoryIo();
    io.stdin = Readable.from([Buffer.from('{"a":1}\n{"a'), Buffer.from('":2}')]);
    const run = await ingest(["-", "--key-format", "value"], io);
    expect(sent.map(({ body }) => body).join("")).toBe('{"a":1}\n{"a":2}\n');
    expect(run.code).toBe(0);
  });

  test("an interruption ends the waiting for standard input; what was sent is counted", async () => {
    const interruption = new AbortController();
    const io = new MemoryIo();
    const stdin = new PassThrough();
    io.stdin = stdin;
    const running = runInMemory(["ingest", "--server", server.url, "-"], {
      io,
      interrupted: interruption.signal,
    });
    stdin.write('{"a":1}\n');
    await expect.poll(() => sent[0]?.body).toBe('{"a":1}\n');
    interruption.abort();
    const run = await running;
    expect([run.code, run.stderr]).toEqual([130, expect.stringMatching(/^1 event into 'winlogbeat'/)]);
  });

  test("a server that is not there ends it with 4, and no further file is read", async () => {
    const one = file("a.jsonl", '{"a":1}\n');
    const run = await runInMemory(["ingest", "--server", "127.0.0.1:1", one, one]);
    expect(run.code).toBe(4);
    expect(run.stderr.match(/CLI_UNREACHABLE/g)).toHaveLength(1);
  });

  test("a topic that the server refuses is its error", async () => {
    server.service.openIngest = () => {
      throw new TypeError("no such topic");
    };
    const run = await ingest([file("a.jsonl", '{"a":1}\n')]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("no such topic");
  });
});

test("replay at full speed sends all; with a speed, what is due together goes together", async () => {
  const events = ["10:00:00.000", "10:00:00.010", "10:00:00.500", "09:00:00.000"];
  const lines = events.map((time) => JSON.stringify({ "@timestamp": `2026-03-02T${time}Z` }));
  const path = file("r.jsonl", `${lines.join("\n")}\n`);
  const run = await runInMemory(["replay", "--server", server.url, path, "--speed", "max"]);
  expect(sent.map(({ body }) => body)).toEqual([`${lines.join("\n")}\n`]);
  expect(run.code).toBe(0);
});

describe("the pace of a replay", () => {
  test("follows the events' time, divided by the speed; late and timeless events are due at once", () => {
    const clock = new ManualClock(1000);
    const pace = new ReplayPace(clock, 10, 60_000);
    expect(pace.waitMs(5_000)).toBe(0);
    expect(pace.waitMs(6_000)).toBe(100);
    expect(pace.waitMs(5_500)).toBe(100);
    expect(pace.waitMs(Number.NaN)).toBe(0);
    clock.advance(100);
    expect(pace.waitMs(8_000)).toBe(200);
  });

  test("what was held up is caught up; a long gap is cut", () => {
    const clock = new ManualClock();
    const pace = new ReplayPace(clock, 1, 1000);
    pace.waitMs(0);
    clock.advance(500);
    expect(pace.waitMs(200)).toBe(-300);
    expect(pace.waitMs(10_000_000)).toBe(700);
  });
});

const advance = () => ({ events: 5000, bytes: 2_000_000, fraction: 0.5 });

describe("progress", () => {
  test("on a terminal: a bar after a second, taken away at the end", () => {
    const io = new MemoryIo();
    io.stderrIsTerminal = true;
    const clock = new ManualClock();
    const progress = new ProgressLine(io, clock);
    clock.advance(999);
    progress.update(advance);
    expect(io.stderr).toBe("");
    clock.advance(1);
    progress.update(advance);
    progress.update(advance);
    expect(io.stderr).toBe(
      "\r\u001b[2K████████████░░░░░░░░░░░░ 50 %  5,000 events  2.0 MB  5,000/s  1.0 s left",
    );
    progress.clear();
    expect(io.stderr.endsWith("\r\u001b[2K")).toBe(true);
  });

  test("elsewhere: a plain line every ten seconds", () => {
    const io = new MemoryIo();
    const clock = new ManualClock();
    const progress = new ProgressLine(io, clock);
    for (let i = 0; i < 25; i++) {
      clock.advance(1000);
      progress.update(() => ({ ...advance(), fraction: undefined }));
    }
    expect(io.stderr.split("\n")).toHaveLength(3);
    expect(io.stderr).not.toContain("\u001b");
  });
});
