/**
 * Producer states in `__producer_state`: per partition of the log a snapshot, and the next producer id. See
 * `ARCHITECTURE.md` for what is written when.
 */
import type { Clock } from "../../base/clock.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import { MalformedFrame } from "../protocol/byte-reader.ts";
import { StateTopic } from "../state-topics/state-topic.ts";
import type { StoredRecord } from "../state-topics/state-topic.ts";
import { producerIdsKey, producerIdsValue, snapshotKey, snapshotValue } from "./producer-records.ts";
import type { PartitionKey, ProducerSnapshot } from "./producer-records.ts";

export const PRODUCER_STATE_TOPIC = "__producer_state";

export interface StoredPartition extends PartitionKey {
  readonly snapshot: ProducerSnapshot | undefined;
}

export interface StoredProducers {
  readonly partitions: readonly StoredPartition[];
  readonly nextProducerId: bigint;
}

export class ProducerStateTopic {
  readonly #topic: StateTopic;
  readonly #log: TopicLog;
  /** Records that could not be read, at loading. */
  malformed = 0;

  /** @throws SpoorError as `TopicLog.createTopic` */
  constructor(log: BrokerLog, clock: Clock) {
    this.#log = log.log;
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

  /**
   * Stores a partition's snapshot. With `durable` it is on the device before the call returns, where the log's flush policy
   * promises anything: a partition's first one, without which a restart would not look at the partition. @throws SpoorError
   */
  save(key: PartitionKey, snapshot: ProducerSnapshot, durable: boolean): void {
    this.#topic.append(0, [{ key: snapshotKey.encode(key), value: snapshotValue.encode(snapshot) }]);
    if (durable) this.#log.partition(PRODUCER_STATE_TOPIC, 0).makeDurable();
  }

  /** Forgets a partition. @throws SpoorError */
  forget(key: PartitionKey): void {
    this.#topic.append(0, [{ key: snapshotKey.encode(key), value: null }]);
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
  const named = snapshotKey.decode(key);
  if (named === undefined) return undefined;
  const { topicId, partition } = named;
  const snapshot = value === null ? undefined : snapshotValue.decode(value);
  partitions.set(`${topicId}/${partition}`, { topicId, partition, snapshot });
  return undefined;
}
