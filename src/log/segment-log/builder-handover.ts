/** Taking a finished batch out of its builder, with no more memory than it is worth. */
import type { BatchMemory } from "../batch-memory.ts";
import type { RecordBatchBuilder } from "../record-batch-builder.ts";
import { recordBlock } from "../record-block.ts";
import type { FinishedBatch } from "../topic-log.ts";

/**
 * Leaves the builder empty and returns the batch in memory that is its own: the builder's, where the batch
 * fills at least half of it, else a copy of the right size.
 */
export function takeBatch(
  builder: RecordBatchBuilder,
  finished: FinishedBatch,
  memory: BatchMemory,
): FinishedBatch {
  if (builder.byteLength * 2 >= builder.capacity) {
    builder.release(memory.take(builder.capacity));
    return finished;
  }
  const { block } = finished;
  const { count } = block;
  const size = finished.batch.length;
  const batch = memory.atLeast(size).subarray(0, size);
  finished.batch.copy(batch);
  const copy = recordBlock({
    count,
    bytes: batch,
    keyStarts: block.keyStarts.slice(0, count),
    keyEnds: block.keyEnds.slice(0, count),
    valueStarts: block.valueStarts.slice(0, count),
    valueEnds: block.valueEnds.slice(0, count),
    timestamps: block.timestamps.slice(0, count),
    offsets: block.offsets,
    arrivals: block.arrivals.slice(0, count),
    headerStarts: block.headerStarts?.slice(0, count),
    headerEnds: block.headerEnds?.slice(0, count),
    nextOffset: block.nextOffset,
  });
  builder.reset();
  return { batch, block: copy };
}
