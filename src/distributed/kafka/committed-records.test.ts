import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { BASE_OFFSET_AT, writeInt64 } from "../../log/batch-header.ts";
import { wireOf } from "../../log/log-fixtures.ts";
import { recordsOf } from "../../log/record-headers.ts";
import { markerBatch, transactionalBatch } from "../../broker/state-topics/producer-batch.ts";
import { committedRecords } from "./committed-records.ts";
import type { AbortedTransaction } from "./committed-records.ts";

interface Step {
  readonly producer: number;
  readonly what: "plain" | "data" | "commit" | "abort";
  readonly count: number;
}

const steps = array(
  record<Step>({
    producer: integer({ min: 1, max: 3 }),
    what: constantFrom("plain", "data", "data", "data", "commit", "abort"),
    count: integer({ min: 1, max: 4 }),
  }),
  { maxLength: 40 },
);

/** A log in wire form, as a broker has it once all transactions are decided; and what a consumer may see. */
function written(history: readonly Step[]) {
  const ended = [...history, ...[1, 2, 3].map((producer): Step => ({ producer, what: "abort", count: 1 }))];
  const batches: Buffer[] = [];
  const visible = new Set<number>();
  const aborted: (AbortedTransaction & { readonly lastOffset: number })[] = [];
  const open = new Map<number, number[]>();
  let offset = 0;
  for (const { producer, what, count } of ended) {
    const identity = { producerId: BigInt(producer), producerEpoch: 0 };
    const offsets = Array.from(
      { length: what === "plain" || what === "data" ? count : 1 },
      (_, i) => offset + i,
    );
    let batch: Buffer;
    if (what === "plain") {
      batch = wireOf(offsets.map((each) => [String(each), "v"]));
      for (const each of offsets) visible.add(each);
    } else if (what === "data") {
      const values = offsets.map((each) => ({ key: Buffer.from(String(each)), value: Buffer.from("v") }));
      batch = transactionalBatch(values, identity, 1);
      open.set(producer, [...(open.get(producer) ?? []), ...offsets]);
    } else {
      batch = markerBatch({ commit: what === "commit", coordinatorEpoch: 0 }, identity, 1);
      const [firstOffset] = open.get(producer) ?? [];
      if (what === "commit") for (const each of open.get(producer) ?? []) visible.add(each);
      else if (firstOffset !== undefined)
        aborted.push({ producerId: BigInt(producer), firstOffset, lastOffset: offset });
      open.delete(producer);
    }
    writeInt64(batch, BASE_OFFSET_AT, offset);
    batches.push(batch);
    offset += offsets.length;
  }
  return { batches, visible: [...visible].toSorted((a, b) => a - b), aborted, end: offset };
}

test("whatever was aborted, wherever it is read from and cut: what is committed, once", () => {
  assert(
    property(steps, integer({ min: 0, max: 60 }), integer({ min: 1, max: 600 }), (history, start, limit) => {
      const { batches, visible, aborted, end } = written(history);
      const starts = batches.map((_, i) => Number(batches[i]!.readBigInt64BE(BASE_OFFSET_AT)));
      const seen: number[] = [];
      const from = Math.min(start, end);
      for (let position = from; position < end;) {
        // As a broker answers: from the batch that holds the position on, cut anywhere, but the first is whole.
        const first = starts.findLastIndex((each) => each <= position);
        const rest = Buffer.concat(batches.slice(first));
        const records = rest.subarray(0, Math.max(limit, batches[first]!.length));
        const overlapping = aborted.filter(({ lastOffset }) => lastOffset >= position);
        const { blocks, nextOffset } = committedRecords(records, position, overlapping);
        expect(nextOffset).toBeGreaterThan(position);
        seen.push(...recordsOf([...blocks]).map((each) => each.offset));
        position = nextOffset;
      }
      expect(seen).toEqual(visible.filter((each) => each >= from));
    }),
  );
});

test("nothing whole is nothing read", () => {
  expect(committedRecords(Buffer.alloc(0), 7, [])).toEqual({ blocks: [], nextOffset: 7 });
  expect(committedRecords(wireOf([["a", "1"]]).subarray(0, 65), 0, [])).toEqual({
    blocks: [],
    nextOffset: 0,
  });
});
