/**
 * What the broker needs of its host: the log, and those changes to it in which the host has a say. Everything that is
 * only read goes to `log` itself.
 */
import type { CreateTopicOptions, TopicInfo, TopicLog } from "../log/topic-log.ts";

export interface BrokerLog {
  readonly log: TopicLog;
  /**
   * Runs appends to `topic` that come from outside, so that they are safe where a query writes the topic too. Every
   * append of the broker goes through here, those of its coordinators too.
   */
  append<T>(topic: string, run: () => T): T;
  /** Clients may read such a topic but neither write, alter nor delete it. */
  isInternal(topic: string): boolean;
  /** @throws SpoorError as `TopicLog.createTopic`, or the host's refusal */
  createTopic(name: string, options: CreateTopicOptions): TopicInfo;
  /** @throws SpoorError as `TopicLog.deleteTopic`, or the host's refusal (a query uses the topic) */
  deleteTopic(name: string): void;
}

/** Kafka's own topics, whatever else the host keeps to itself. */
export const OFFSETS_TOPIC = "__consumer_offsets";
export const TRANSACTIONS_TOPIC = "__transaction_state";

/** A log without queries over it: for tests, and for a broker that is nothing else. */
export function plainBrokerLog(log: TopicLog): BrokerLog {
  return {
    log,
    append: (_topic, run) => run(),
    isInternal: (topic) => topic.startsWith("__"),
    createTopic: (name, options) => log.createTopic(name, options),
    deleteTopic: (name) => log.deleteTopic(name),
  };
}
