import { array, assert, asyncProperty, nat } from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import type { IngestResponse } from "../api/spoor-endpoints.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { NdjsonIngest } from "./record-ingest.ts";
import type { IngestOptions } from "./service.ts";
import { writtenRecords } from "./testing/topic-reading.ts";

const VALUES: IngestOptions = { format: "value", separator: ":", partition: undefined };
const KEYED: IngestOptions = { format: "key:value", separator: ":", partition: undefined };

const DIRECT = { appendOutside: <T>(_topic: string, append: () => T): T => append() };

async function ingest(
  chunks: readonly (string | Buffer)[],
  options: Partial<IngestOptions> = {},
  topic: { partitions: number; config?: Record<string, string> } = { partitions: 1 },
): Promise<{ log: TopicLog; answer: IngestResponse }> {
  const log = openMemoryLog();
  const info = log.createTopic("t", topic);
  const sink = new NdjsonIngest(
    { log, clock: new ManualClock(42), engine: DIRECT, settled: () => Promise.resolve() },
    info,
    {
      ...VALUES,
      ...options,
    },
  );
  for (const chunk of chunks) await sink.write(Buffer.from(chunk));
  return { log, answer: await sink.finish() };
}

describe("NDJSON into a topic", () => {
  test("lines become values, whatever ends them; empty ones are none", async () => {
    const { log, answer } = await ingest(['{"a":1}\r\n\n{"a":2}\n', '{"a":3}']);
    expect(answer).toEqual({ records: 3, bytes: 25, rejected: 0, firstErrors: [] });
    expect(writtenRecords(log, "t").map((record) => record.value)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
    expect(writtenRecords(log, "t")[0]).toMatchObject({ key: null, timestamp: 42 });
  });

  test("any way to cut the body gives the same records", async () => {
    const body = Buffer.from('{"é":"ü"}\nsecond line\n\n{"x":"😀"}');
    await assert(
      asyncProperty(array(nat(body.length), { maxLength: 8 }), async (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), body.length];
        const chunks = ends.slice(1).map((end, i) => body.subarray(ends[i], end));
        const { log, answer } = await ingest(chunks);
        expect(answer.records).toBe(3);
        expect(writtenRecords(log, "t").map((r) => r.value)).toEqual([
          '{"é":"ü"}',
          "second line",
          '{"x":"😀"}',
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test("keys choose the partition, and lines without one are told", async () => {
    const { log, answer } = await ingest(["k1:v1\nno key here\nk1:v:2\n:no key\n"], KEYED, {
      partitions: 4,
    });
    expect(answer).toMatchObject({
      records: 3,
      rejected: 1,
      firstErrors: [{ line: 2, message: "no ':' between key and value" }],
    });
    const records = writtenRecords(log, "t");
    expect(records.filter((record) => record.key === "k1").map((record) => record.value)).toEqual([
      "v1",
      "v:2",
    ]);
    expect(
      new Set(records.filter((record) => record.key === "k1").map((record) => record.partition)).size,
    ).toBe(1);
    expect(records.find((record) => record.key === null)?.value).toBe("no key");
  });

  test("a line longer than the topic takes is rejected, the rest is written", async () => {
    const topic = { partitions: 1, config: { "max.message.bytes": "1000" } };
    const { log, answer } = await ingest(["a\n", "x".repeat(900), "x".repeat(900), "\nb\n"], {}, topic);
    expect(answer).toMatchObject({ records: 2, rejected: 1 });
    expect(answer.firstErrors).toEqual([{ line: 2, message: "longer than max.message.bytes (1000)" }]);
    expect(writtenRecords(log, "t").map((record) => record.value)).toEqual(["a", "b"]);
  });

  test("only the first errors are told, all are counted", async () => {
    const { answer } = await ingest(["bad\n".repeat(25)], KEYED);
    expect(answer.rejected).toBe(25);
    expect(answer.firstErrors).toHaveLength(10);
  });

  test("records without a key are spread over the partitions in batches", async () => {
    const line = `${"y".repeat(1000)}\n`;
    const { log, answer } = await ingest([line.repeat(2000)], {}, { partitions: 3 });
    expect(answer.records).toBe(2000);
    const counts = [0, 1, 2].map((p) => log.partition("t", p).messageCount);
    expect(counts.reduce((a, b) => a + b)).toBe(2000);
    expect(Math.min(...counts)).toBeGreaterThan(400);
  });

  test("a partition can be named, and must exist", async () => {
    const { log } = await ingest(["a\nb\n"], { partition: 1 }, { partitions: 2 });
    expect(log.partition("t", 1).messageCount).toBe(2);
    await expect(ingest(["a\n"], { partition: 5 }, { partitions: 2 })).rejects.toThrow("5");
  });
});
