import { expect, test } from "vitest";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordHeaders, recordsOf } from "../../log/record-headers.ts";
import { decodeBatches } from "../../log/record-batch.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import { headersWithOrder, ORDER_HEADER, withArrivals } from "./arrival-order.ts";
import { OutputPartition } from "./output-partition.ts";

function block(timestamps: readonly number[]): RecordBlock {
  const builder = new RecordBatchBuilder();
  for (const time of timestamps) builder.appendRecord(null, Buffer.from("v"), time, 0);
  return builder.finish(0).block;
}

test("records of one millisecond keep their order, and numbers never fall", () => {
  const { arrivals } = withArrivals(block([1000, 1000, 999, 2000]), -1);
  expect([...arrivals]).toEqual([2_048_000, 2_048_001, 2_048_002, 4_096_000]);
  expect([...withArrivals(block([1]), 9_000_000).arrivals]).toEqual([9_000_001]);
});

test("what a task writes carries the order of its cause, whatever headers it carries on", () => {
  const builder = new RecordBatchBuilder();
  const headers = [{ key: "h", value: Buffer.from("1") }];
  builder.appendRecord(Buffer.from("k"), Buffer.from("v"), 5, 77, headers);
  builder.appendRecord(null, null, 6, 78);
  const output = new OutputPartition("t", 0);
  output.appendTransient(builder);
  const [sent] = output.take();
  const [read] = decodeBatches(sent!.batch);
  expect(
    recordsOf([read!]).map(({ key, value, timestamp }) => [key?.toString(), value?.toString(), timestamp]),
  ).toEqual([
    ["k", "v", 5],
    [undefined, undefined, 6],
  ]);
  expect(recordHeaders(read!, 0).map(({ key }) => key)).toEqual(["h", ORDER_HEADER]);
  const numbered = withArrivals(read!, -1);
  expect([...numbered.arrivals]).toEqual([77, 78]);
  const again = headersWithOrder(numbered, 0);
  expect(again.toString("latin1").split(ORDER_HEADER)).toHaveLength(2);
  expect(output.take()).toEqual([]);
});
