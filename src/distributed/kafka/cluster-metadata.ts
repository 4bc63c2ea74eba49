/**
 * What is known of brokers, topics and leaders, until an answer shows that it is out of date. Only topics that somebody
 * asked for are kept.
 */
import { metadataApi } from "../../broker/protocol/messages/metadata.ts";
import type { DecodedResponseOf } from "../../broker/protocol/schema.ts";
import { ZERO_UUID } from "../../broker/protocol/schema.ts";
import { AnswerFailure, ClusterCode, leaderMoved } from "./answer-failure.ts";
import type { BrokerAddress } from "./broker-address.ts";
import type { TopicPartition } from "./cluster-client.ts";

export type MetadataAnswer = DecodedResponseOf<typeof metadataApi>;
export type TopicMetadata = MetadataAnswer["topics"][number];

/** Asks one broker that answers; topics null: all. */
export type AskMetadata = (topics: readonly string[] | null) => Promise<MetadataAnswer>;

export class ClusterMetadata {
  readonly #ask: AskMetadata;
  readonly #brokers = new Map<number, BrokerAddress>();
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #namesById = new Map<string, string>();
  /** Topics that the cluster does not let be seen, with its error code. */
  readonly #refused = new Map<string, number>();
  #controllerId = -1;
  #clusterId = "";
  /** Names that the next request asks for, and the promise of its answer. */
  #wanted: { names: Set<string>; answer: Promise<void> } | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(ask: AskMetadata) {
    this.#ask = ask;
  }

  get clusterId(): string {
    return this.#clusterId;
  }

  get brokers(): ReadonlyMap<number, BrokerAddress> {
    return this.#brokers;
  }

  /** Where administrative requests go; −1 while there is none. */
  get controllerId(): number {
    return this.#controllerId;
  }

  /** All topics, as one broker sees them now. */
  async allTopics(): Promise<readonly TopicMetadata[]> {
    const answer = await this.#ask(null);
    this.#take(answer);
    return answer.topics;
  }

  /** Asks for brokers and these topics anew. Calls that come while a request is under way share the next one. */
  refresh(names: Iterable<string> = []): Promise<void> {
    if (this.#wanted === undefined) {
      const next = { names: new Set<string>(), answer: Promise.resolve() };
      next.answer = this.#underWay.then(() => {
        this.#wanted = undefined;
        // What is known stays until the answer is there: others go on with it.
        return this.#ask([...next.names]).then((answer) => this.#take(answer));
      });
      this.#underWay = next.answer.catch(() => undefined);
      this.#wanted = next;
    }
    for (const name of names) this.#wanted.names.add(name);
    return this.#wanted.answer;
  }

  /** The topic as it was last seen. @throws AnswerFailure where the cluster does not show it */
  async topic(name: string): Promise<TopicMetadata> {
    if (!this.#topics.has(name)) await this.refresh([name]);
    const topic = this.#topics.get(name);
    if (topic !== undefined) return topic;
    throw new AnswerFailure(
      this.#refused.get(name) ?? ClusterCode.UNKNOWN_TOPIC_OR_PARTITION,
      `topic '${name}'`,
    );
  }

  /** The broker that leads the partition. @throws AnswerFailure where there is none at present */
  async leader({ topic, partition }: TopicPartition): Promise<number> {
    const known = this.leaderIfKnown({ topic, partition });
    if (known !== undefined) return known;
    const { partitions } = await this.topic(topic);
    const found = partitions.find(({ partitionIndex }) => partitionIndex === partition);
    const resource = `partition ${partition} of topic '${topic}'`;
    if (found !== undefined && found.leaderId >= 0) return found.leaderId;
    this.#forget(topic);
    const code =
      found === undefined ? ClusterCode.UNKNOWN_TOPIC_OR_PARTITION : ClusterCode.LEADER_NOT_AVAILABLE;
    throw new AnswerFailure(code, resource);
  }

  leaderIfKnown({ topic, partition }: TopicPartition): number | undefined {
    const partitions = this.#topics.get(topic)?.partitions;
    // Brokers list partitions in order, though they need not.
    const at = partitions?.[partition];
    const found =
      at?.partitionIndex === partition ? at : partitions?.find((each) => each.partitionIndex === partition);
    return found === undefined || found.leaderId < 0 ? undefined : found.leaderId;
  }

  /** The topic's id, or undefined where the cluster gives none. */
  topicId(name: string): string | undefined {
    const id = this.#topics.get(name)?.topicId;
    return id === ZERO_UUID ? undefined : id;
  }

  topicName(id: string): string | undefined {
    return this.#namesById.get(id);
  }

  /** The next use asks the cluster. */
  forgetTopic(name: string): void {
    this.#forget(name);
  }

  #forget(name: string): void {
    this.#refused.delete(name);
    const known = this.#topics.get(name);
    if (known === undefined) return;
    this.#topics.delete(name);
    this.#namesById.delete(known.topicId);
  }

  #take(answer: MetadataAnswer): void {
    this.#brokers.clear();
    for (const { nodeId, host, port } of answer.brokers) this.#brokers.set(nodeId, { host, port });
    this.#controllerId = answer.controllerId;
    this.#clusterId = answer.clusterId ?? "";
    for (const topic of answer.topics) {
      if (topic.name === null) continue;
      this.#forget(topic.name);
      if (topic.errorCode !== ClusterCode.NONE) {
        // What shows the topic while leaders are elected is no refusal.
        if (!leaderMoved(topic.errorCode)) this.#refused.set(topic.name, topic.errorCode);
        continue;
      }
      this.#topics.set(topic.name, topic);
      if (topic.topicId !== ZERO_UUID) this.#namesById.set(topic.topicId, topic.name);
    }
  }
}
