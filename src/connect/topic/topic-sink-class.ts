/**
 * Class `topic`: records into another topic, byte for byte, with their keys, headers and times. A record's partition there is its own
 * one, by the number of partitions that there are: what stood in order stays so.
 */
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { DELIVERED, reasonOf } from "../delivery/receiver.ts";
import type { ConfiguredSink, Outcome, Receiver, SinkClass } from "../delivery/receiver.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";

const BATCH_RECORDS = 500;
const BATCH_BYTES = 512 * 1024;

export const topicClass: SinkClass = {
  className: "topic",
  target: "another topic",
  configure(properties): ConfiguredSink {
    const topic = properties.required("topic", "name the topic to write to");
    if (properties.list("topics").includes(topic))
      throw properties.bad(`'${topic}' is both read and written`, "write to another topic");
    const partitions = properties.integer("topic.partitions", 1, 1, 1000);
    return {
      batching: { records: BATCH_RECORDS, bytes: BATCH_BYTES, lingerMs: 0 },
      inFlight: 1,
      takesTombstones: true,
      open: ({ log }) => new TopicReceiver(log, topic, partitions),
    };
  },
};

class TopicReceiver implements Receiver {
  readonly #log: TopicLog;
  readonly #topic: string;
  readonly #partitions: number;

  constructor(log: TopicLog, topic: string, partitions: number) {
    this.#log = log;
    this.#topic = topic;
    this.#partitions = partitions;
  }

  async deliver(records: readonly SinkRecord[]): Promise<readonly Outcome[]> {
    const log = this.#log;
    const info =
      log.topic(this.#topic) ??
      log.createTopic(this.#topic, { partitions: this.#partitions, ifNotExists: true });
    const outcomes = new Map<SinkRecord, Outcome>();
    const fit = records.filter((record) => record.key !== null || !info.config.compacts);
    const byPartition = Map.groupBy(fit, ({ partition }) => partition % info.partitions);
    for (const [partition, group] of byPartition) {
      const outcome = await this.#append(partition, group);
      for (const record of group) outcomes.set(record, outcome);
    }
    const reason = `topic '${this.#topic}' is compacted: every record needs a key`;
    return records.map((record) => outcomes.get(record) ?? { kind: "refused", reason });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** All of them, or none. */
  async #append(index: number, records: readonly SinkRecord[]): Promise<Outcome> {
    const log = this.#log;
    const builder = new RecordBatchBuilder(4096, records.length);
    for (const { key, value, timestampMs, headers } of records)
      builder.appendRecord(key, value, timestampMs, log.allocateArrivals(1), headers);
    try {
      const partition = log.partition(this.#topic, index);
      partition.appendBuilder(builder);
      partition.makeDurable();
      await partition.flushed();
      return DELIVERED;
    } catch (error) {
      return { kind: "retry", reason: `topic '${this.#topic}' takes nothing: ${reasonOf(error)}` };
    }
  }
}
