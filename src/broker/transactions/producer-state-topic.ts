/**
 * Producer states in `__producer_state`: per partition of the log a snapshot and its aborted transactions, and the next
 * producer id. See `ARCHITECTURE.md` for what is written when.
 */
import type { Clock } from "../../base/clock.ts";
import type { BrokerLog } from "../broker-log.ts";
import { MalformedFrame } from "../protocol/byte-reader.ts";
import type { StateRecord } from "../state-topics/producer-batch.ts";
import { StateTopic } from "../state-topics/state-topic.ts";
import type { StoredRecord } from "../state-topics/state-topic.ts";
import type { AbortedRange } from "./aborted-transactions.ts";
import {
  abortedKey,
  abortedValue,
  producerIdsKey,
  producerIdsValue,
  snapshotKey,
  snapshotValue,
} from "./producer-records.ts";
import type { PartitionKey, ProducerSnapshot } from "./producer-records.ts";

export const PRODUCER_STATE_TOPIC = "__producer_state";

export interface StoredPartition extends PartitionKey {
  snapshot: ProducerSnapshot | undefined;
  /** By the offset of the marker. */
  readonly aborted: Map<number, AbortedRange>;
}

export interface StoredProducers {
  readonly partitions: readonly StoredPartition[];
  readonly nextProducerId: bigint;
}

export class ProducerStateTopic {
  readonly #topic: StateTopic;
  /** Records that could not be read, at loading. */
  malformed = 0;

  /** @throws SpoorError as `TopicLog.createTopic` */
  constructor(log: BrokerLog, clock: Clock) {
    this.#topic = StateTopic.open(log, clock, { name: PRODUCER_STATE_TOPIC, partitions: 1 });
  }

  /** @throws LOG_CORRUPT, LOG_READ_FAILED */
  load(): StoredProducers {
    const partitions = new Map<string, StoredPartition>();
    let nextProducerId = 0n;
    this.#topic.replay(0, {
      records: (records) => {
        for (const record of records) {
          try {
            nextProducerId = applyRecord(partitions, record) ?? nextProducerId;
          } catch (error) {
            if (!(error instanceof MalformedFrame)) throw error;
            this.malformed++;
          }
        }
      },
    });
    return { partitions: [...partitions.values()], nextProducerId };
  }

  /** Stores a partition's snapshot together with aborted transactions that are not yet there. @throws SpoorError */
  save(key: PartitionKey, snapshot: ProducerSnapshot, aborted: readonly AbortedRange[]): void {
    const records: StateRecord[] = aborted.map(
      ({ producerId, firstOffset, lastOffset, lastStableOffset }) => ({
        key: abortedKey.encode({ ...key, lastOffset }),
        value: abortedValue.encode({ producerId, firstOffset, lastStableOffset }),
      }),
    );
    records.push({ key: snapshotKey.encode(key), value: snapshotValue.encode(snapshot) });
    this.#topic.append(0, records);
  }

  /** Forgets aborted transactions, and with `whole` the partition. @throws SpoorError */
  forget(key: PartitionKey, aborted: Iterable<number>, whole: boolean): void {
    const records: StateRecord[] = [];
    for (const lastOffset of aborted) {
      records.push({ key: abortedKey.encode({ ...key, lastOffset }), value: null });
    }
    if (whole) records.push({ key: snapshotKey.encode(key), value: null });
    this.#topic.append(0, records);
  }

  /** @throws SpoorError */
  saveNextProducerId(next: bigint): void {
    this.#topic.append(0, [{ key: producerIdsKey.encode({}), value: producerIdsValue.encode({ next }) }]);
  }
}

/** Returns the next producer id, where the record says it. */
function applyRecord(
  partitions: Map<string, StoredPartition>,
  { key, value }: StoredRecord,
): bigint | undefined {
  if (key === null) return undefined;
  if (producerIdsKey.decode(key) !== undefined) {
    return value === null ? undefined : producerIdsValue.decode(value)?.next;
  }
  const aborted = abortedKey.decode(key);
  const named = aborted ?? snapshotKey.decode(key);
  if (named === undefined) return undefined;
  const { topicId, partition } = named;
  const id = `${topicId}/${partition}`;
  let stored = partitions.get(id);
  if (stored === undefined) {
    partitions.set(id, (stored = { topicId, partition, snapshot: undefined, aborted: new Map() }));
  }
  if (aborted === undefined) {
    stored.snapshot = value === null ? undefined : snapshotValue.decode(value);
  } else {
    const range = value === null ? undefined : abortedValue.decode(value);
    if (range === undefined) stored.aborted.delete(aborted.lastOffset);
    else stored.aborted.set(aborted.lastOffset, { ...range, lastOffset: aborted.lastOffset });
  }
  return undefined;
}
