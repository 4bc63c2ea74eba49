/**
 * The order of records over the topics of a cluster. The embedded log numbers records as they come; a cluster has no such
 * number, so it is made of what is stored, the same whenever a partition is read from the same place on:
 *
 * - A record that a query wrote carries the number of the record that caused it, in the header {@link ORDER_HEADER}.
 * - Any other record has its timestamp times {@link TICKS_PER_MS}, and at least one more than the record before it in the
 *   partition: records of one millisecond keep their order, and each has a number of its own.
 *
 * Numbers never fall within a partition.
 */
import { encodeHeaders, recordHeaders } from "../../log/record-headers.ts";
import { recordBlock } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";

/** Eight bytes, a double, big-endian. */
export const ORDER_HEADER = "__spoor.order";
/** With a millisecond of the year 2100 the product still is a whole number. */
const TICKS_PER_MS = 2048;

/** The block with arrival numbers. @param before that of the record before the block, −1 where there is none */
export function withArrivals(block: RecordBlock, before: number): RecordBlock {
  const arrivals = new Float64Array(block.count);
  let last = before;
  for (let i = 0; i < block.count; i++) {
    const carried = carriedOrder(block, i);
    last =
      carried === undefined
        ? Math.max(last + 1, Math.max(0, block.timestamps[i]!) * TICKS_PER_MS)
        : Math.max(last, carried);
    arrivals[i] = last;
  }
  return recordBlock({ ...block, arrivals });
}

function carriedOrder(block: RecordBlock, index: number): number | undefined {
  const { headerStarts, headerEnds } = block;
  if (headerStarts === undefined || headerEnds === undefined) return undefined;
  const empty = headerStarts[index] === headerEnds[index];
  if (empty) return undefined;
  const header = recordHeaders(block, index).find(({ key }) => key === ORDER_HEADER);
  if (header?.value?.length !== 8) return undefined;
  return Buffer.from(header.value).readDoubleBE(0);
}

/** The record's header section with its order in it, in place of one that it carries on from its cause. */
export function headersWithOrder(block: RecordBlock, index: number): Buffer {
  const value = Buffer.allocUnsafe(8);
  value.writeDoubleBE(block.arrivals[index]!);
  const others = recordHeaders(block, index).filter(({ key }) => key !== ORDER_HEADER);
  return Buffer.from(encodeHeaders([...others, { key: ORDER_HEADER, value }]));
}
