import { expect, test } from "vitest";
import { BIGINT, STRING, TIMESTAMP } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { Sink } from "../../plan/physical.ts";
import type { OperatorContext } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { WindowBounds } from "../row.ts";
import { SinkWriter } from "../sink-writer.ts";
import { MemoryStore } from "../state/memory-store.ts";
import { QueryCounters } from "../statistics.ts";
import { SinkOperator } from "./sink.ts";

const FORMAT = { format: "JSON", properties: {} } as const;

function sinkInto(extra: Partial<Sink> = {}) {
  const log = openMemoryLog();
  log.createTopic("out", { partitions: 1 });
  const partition = log.partition("out", 0);
  const counters = new QueryCounters();
  const context: OperatorContext = {
    counters,
    place: { topic: "in", partition: 0, offset: 7 },
    properties: new Map(),
    nowMs: () => 0,
    random: () => 0,
    store: () => new MemoryStore(),
    expressionFailed: () => undefined,
  };
  const sink: Sink = {
    name: "OUT",
    topic: "out",
    partitions: 1,
    replicas: 1,
    topicConfig: {},
    keyFormat: { format: "KAFKA", properties: {} },
    valueFormat: FORMAT,
    schema: {
      columns: [
        { name: "K", type: STRING, role: "key" },
        { name: "N", type: BIGINT, role: "value" },
        { name: "T", type: TIMESTAMP, role: "value" },
      ],
    },
    ...extra,
  };
  const writer = new SinkWriter([partition], counters, () => 0);
  const operator = new SinkOperator(sink, writer, context);
  return {
    counters,
    write(
      values: readonly Value[],
      timestampMs: number,
      window?: WindowBounds,
      deleted = false,
      keyless = false,
    ): void {
      operator.receive(makeRow(values, timestampMs, 1, window, deleted, keyless));
    },
    records() {
      writer.flush();
      return partition.read(0, { maxBytes: 1 << 20 }).flatMap((block) =>
        Array.from({ length: block.count }, (_, i) => ({
          key: recordKey(block, i)?.toString("latin1") ?? null,
          value: recordValue(block, i)?.toString() ?? null,
          timestamp: block.timestamps[i]!,
        })),
      );
    },
  };
}

test("a row is a record, a tombstone a record without a value", () => {
  const sink = sinkInto();
  sink.write(["k", 5n, null], 9);
  sink.write(["k", null, null], 10, undefined, true);
  expect(sink.records()).toEqual([
    { key: "k", value: '{"N":5,"T":null}', timestamp: 9 },
    { key: "k", value: null, timestamp: 10 },
  ]);
});

test("the TIMESTAMP column is the record's time; a row without one is counted", () => {
  const sink = sinkInto({ timestamp: { column: "T" } });
  sink.write(["k", 5n, 1234], 9);
  sink.write(["k", 6n, null], 9);
  expect(sink.records().map((record) => record.timestamp)).toEqual([1234]);
  expect(sink.counters.samples()).toMatchObject([{ reason: "invalid-timestamp", topic: "in", offset: 7 }]);
});

test("windowed keys end with the window's start, a session's with end and start", () => {
  const window = { startMs: 0x41, endMs: 0x42 };
  const tumbling = sinkInto({ window: { type: "TUMBLING", sizeMs: 1 } });
  tumbling.write(["k", 1n, null], 9, window);
  expect(tumbling.records()[0]?.key).toBe(`k${"\0".repeat(7)}A`);
  const session = sinkInto({ window: { type: "SESSION" } });
  session.write(["k", 1n, null], 9, window);
  expect(session.records()[0]?.key).toBe(`k${"\0".repeat(7)}B${"\0".repeat(7)}A`);
});

test("several NULL key columns are a key, unless the record that was read had none", () => {
  const columns = [
    { name: "K", type: STRING, role: "key" },
    { name: "L", type: STRING, role: "key" },
    { name: "N", type: BIGINT, role: "value" },
  ] as const;
  const sink = sinkInto({ keyFormat: FORMAT, schema: { columns } });
  sink.write([null, null, 1n], 9);
  sink.write([null, null, 2n], 9, undefined, false, true);
  expect(sink.records().map((record) => record.key)).toEqual(['{"K":null,"L":null}', null]);
});
