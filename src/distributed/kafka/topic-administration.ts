/**
 * Topics of the cluster: list, make, delete, grow, configure. A request whose answer was lost is sent again; where the
 * cluster then says that it is done already, it is.
 */
import { createPartitionsApi } from "../../broker/protocol/messages/create-partitions.ts";
import { createTopicsApi } from "../../broker/protocol/messages/create-topics.ts";
import { deleteTopicsApi } from "../../broker/protocol/messages/delete-topics.ts";
import { describeConfigsApi } from "../../broker/protocol/messages/describe-configs.ts";
import { incrementalAlterConfigsApi } from "../../broker/protocol/messages/incremental-alter-configs.ts";
import { ZERO_UUID } from "../../broker/protocol/schema.ts";
import { AnswerFailure, ClusterCode, checkAnswer } from "./answer-failure.ts";
import type { ClusterTopic, NewClusterTopic } from "./cluster-client.ts";
import type { TopicMetadata } from "./cluster-metadata.ts";
import type { ClusterRequests } from "./cluster-requests.ts";

const TOPIC_RESOURCE = 2;
/** Where a value was set on the topic itself. */
const DYNAMIC_TOPIC_CONFIG = 1;
/** Topics whose settings one request asks for: an answer has some forty settings each. */
const DESCRIBED_MAX = 200;

export class TopicAdministration {
  readonly #requests: ClusterRequests;

  constructor(requests: ClusterRequests) {
    this.#requests = requests;
  }

  async topics(): Promise<readonly ClusterTopic[]> {
    return this.#requests.retry("listing topics", async () => {
      const topics = await this.#requests.metadata.allTopics();
      const named = topics.filter(({ name, partitions }) => name !== null && partitions.length > 0);
      const names = named.map(({ name }) => name!);
      const overrides = new Map<string, Readonly<Record<string, string>>>();
      for (let at = 0; at < names.length; at += DESCRIBED_MAX) {
        await this.#describe(names.slice(at, at + DESCRIBED_MAX), overrides);
      }
      return named
        .filter(({ name }) => overrides.has(name!))
        .map((topic) => clusterTopic(topic, overrides.get(topic.name!)!));
    });
  }

  createTopic(topic: NewClusterTopic): Promise<void> {
    const { name, partitions, replicas, config } = topic;
    const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    const request = {
      topics: [{ name, numPartitions: partitions, replicationFactor: replicas, assignments: [], configs }],
      timeoutMs: this.#requests.settings.requestTimeoutMs,
    };
    return this.#requests.retry(`creating topic '${name}'`, async ({ uncertain }) => {
      const answer = await this.#requests.askController(createTopicsApi, request, [4, 7]);
      const result = answer.topics.find((each) => each.name === name);
      const code = result?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR;
      const done =
        uncertain &&
        code === ClusterCode.TOPIC_ALREADY_EXISTS &&
        (await this.#partitionsOf(name)) === partitions;
      if (!done) checkAnswer(code, `topic '${name}'`, result?.errorMessage);
      await this.#untilSeen(name, (topicNow) => topicNow !== undefined && topicNow.length >= partitions);
    });
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#requests.retry(`deleting topic '${name}'`, async ({ uncertain }) => {
        const request = {
          topics: [{ name, topicId: ZERO_UUID }],
          topicNames: [name],
          timeoutMs: this.#requests.settings.requestTimeoutMs,
        };
        const { responses } = await this.#requests.askController(deleteTopicsApi, request, [4, 6]);
        const code = responses[0]?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR;
        const done = uncertain && code === ClusterCode.UNKNOWN_TOPIC_OR_PARTITION;
        if (!done) checkAnswer(code, `topic '${name}'`, responses[0]?.errorMessage);
      });
      await this.#untilSeen(name, (topicNow) => topicNow === undefined);
    }
  }

  addPartitions(name: string, total: number): Promise<void> {
    const timeoutMs = this.#requests.settings.requestTimeoutMs;
    const request = { topics: [{ name, count: total }], timeoutMs, validateOnly: false };
    return this.#requests.retry(`adding partitions to topic '${name}'`, async ({ uncertain }) => {
      const { results } = await this.#requests.askController(createPartitionsApi, request);
      const code = results[0]?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR;
      const done =
        uncertain && code === ClusterCode.INVALID_PARTITIONS && (await this.#partitionsOf(name)) === total;
      if (!done) checkAnswer(code, `partitions of topic '${name}'`, results[0]?.errorMessage);
      await this.#untilSeen(name, (topicNow) => topicNow !== undefined && topicNow.length >= total);
    });
  }

  alterTopicConfig(name: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
    const configs = Object.entries(changes).map(([key, value]) => ({
      name: key,
      configOperation: value === null ? 1 : 0,
      value,
    }));
    const request = {
      resources: [{ resourceType: TOPIC_RESOURCE, resourceName: name, configs }],
      validateOnly: false,
    };
    return this.#requests.retry(`configuring topic '${name}'`, async () => {
      const { responses } = await this.#requests.askController(incrementalAlterConfigsApi, request);
      const code = responses[0]?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR;
      checkAnswer(code, `settings of topic '${name}'`, responses[0]?.errorMessage);
    });
  }

  async #describe(
    names: readonly string[],
    into: Map<string, Readonly<Record<string, string>>>,
  ): Promise<void> {
    const resources = names.map((resourceName) => ({
      resourceType: TOPIC_RESOURCE,
      resourceName,
      configurationKeys: null,
    }));
    const { results } = await this.#requests.askAny(describeConfigsApi, { resources }, [1, 4]);
    for (const { resourceName, errorCode, errorMessage, configs } of results) {
      // It was deleted in between.
      if (errorCode === ClusterCode.UNKNOWN_TOPIC_OR_PARTITION) continue;
      if (errorCode === ClusterCode.TOPIC_AUTHORIZATION_FAILED) {
        // Who may read a topic need not be allowed to see its settings.
        into.set(resourceName, {});
        continue;
      }
      checkAnswer(errorCode, `settings of topic '${resourceName}'`, errorMessage);
      const set = configs.filter(
        ({ configSource, value }) => configSource === DYNAMIC_TOPIC_CONFIG && value !== null,
      );
      into.set(resourceName, Object.fromEntries(set.map(({ name, value }) => [name, value!])));
    }
  }

  async #partitionsOf(name: string): Promise<number | undefined> {
    await this.#requests.metadata.refresh([name]);
    const topic = await this.#requests.metadata.topic(name).catch(() => undefined);
    return topic?.partitions.length;
  }

  /**
   * A change is made where the controller is; the brokers hear of it a little later. Waited for until one of them shows
   * it, so that what follows does not fail; where the time runs out the change is made all the same.
   */
  async #untilSeen(
    name: string,
    isSeen: (partitions: TopicMetadata["partitions"] | undefined) => boolean,
  ): Promise<void> {
    const { metadata } = this.#requests;
    const look = async (): Promise<void> => {
      await metadata.refresh([name]);
      const topic = await metadata.topic(name).catch(() => undefined);
      const led = topic?.partitions.every(({ leaderId }) => leaderId >= 0) ?? true;
      if (!led || !isSeen(topic?.partitions))
        throw new AnswerFailure(ClusterCode.LEADER_NOT_AVAILABLE, `topic '${name}'`);
    };
    await this.#requests.retry(`waiting for topic '${name}'`, look).catch(() => undefined);
  }
}

function clusterTopic(topic: TopicMetadata, overrides: Readonly<Record<string, string>>): ClusterTopic {
  return {
    name: topic.name!,
    id: topic.topicId,
    partitions: topic.partitions.length,
    replicas: topic.partitions[0]?.replicaNodes.length ?? 0,
    internal: topic.isInternal,
    leaderless: topic.partitions.filter(({ leaderId }) => leaderId < 0).map((each) => each.partitionIndex),
    overrides,
  };
}
