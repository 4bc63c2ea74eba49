/**
 * The records of `__producer_state`, which is Spoor's own: what Kafka keeps in `.snapshot` files beside a segment, and the
 * next producer id, which Kafka keeps with the cluster's metadata.
 */
import { array, int16, int32, int64, producerId, uuid } from "../protocol/schema.ts";
import type { Decoded } from "../protocol/schema.ts";
import { recordForm } from "../state-topics/record-form.ts";

const partitionShape = { topicId: uuid(), partition: int32() };
const snapshotShape = {
  /** Everything below is in the snapshot. */
  offset: int64(),
  /** Which batch ends there, so that a log that was cut back is noticed. −1: none. */
  lastBaseOffset: int64(),
  lastChecksum: int64(),
  producers: array({
    producerId: producerId(),
    epoch: int16(),
    coordinatorEpoch: int32(),
    lastUsedMs: int64(),
    /** −1: no open transaction. */
    openSince: int64(),
    batches: array({
      firstSequence: int32(),
      lastSequence: int32(),
      firstOffset: int64(),
      lastOffset: int64(),
      timestampMs: int64(),
    }),
  }),
};
const producerIdsShape = { next: producerId() };

export type ProducerSnapshot = Decoded<typeof snapshotShape>;
export type PartitionKey = Decoded<typeof partitionShape>;

const inflexible = Infinity;

/** Keys: the version says what the record is. */
export const snapshotKey = recordForm({
  shape: partitionShape,
  versions: [0, 0],
  writes: 0,
  flexibleSince: inflexible,
});
export const producerIdsKey = recordForm({
  shape: {},
  versions: [2, 2],
  writes: 2,
  flexibleSince: inflexible,
});

export const snapshotValue = recordForm({
  shape: snapshotShape,
  versions: [0, 0],
  writes: 0,
  flexibleSince: inflexible,
});
export const producerIdsValue = recordForm({
  shape: producerIdsShape,
  versions: [0, 0],
  writes: 0,
  flexibleSince: inflexible,
});
