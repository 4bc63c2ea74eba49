/** The client of a real cluster: what `cluster-client.ts` promises, over the wire protocol. */
import { systemClock } from "../../base/clock.ts";
import type { Clock } from "../../base/clock.ts";
import { systemRandom } from "../../base/random.ts";
import type { Random } from "../../base/random.ts";
import { patientTimers, systemTimers } from "../../base/timers.ts";
import type { Timers } from "../../base/timers.ts";
import type {
  ClusterClient,
  ClusterTopic,
  CommittedOffset,
  FetcherOptions,
  GroupMember,
  GroupOptions,
  IdempotentProducer,
  NewClusterTopic,
  PartitionFetcher,
  TopicPartition,
  TransactionProducer,
} from "./cluster-client.ts";
import { ClusterFetcher } from "./cluster-fetcher.ts";
import { ClusterGroupMember } from "./cluster-group-member.ts";
import { ClusterProducer } from "./cluster-producer.ts";
import { ClusterRequests } from "./cluster-requests.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { ClusterTransactions } from "./cluster-transactions.ts";
import { ConnectionSet } from "./connection-set.ts";
import { OffsetAdministration } from "./offset-administration.ts";
import { Retries } from "./retry.ts";
import { TopicAdministration } from "./topic-administration.ts";

export interface ClusterClientOptions {
  readonly settings: ClusterSettings;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
}

/**
 * Connects to any of the brokers.
 * @throws CLUSTER_UNREACHABLE, CLUSTER_AUTHENTICATION_FAILED, CLUSTER_TLS_FAILED, CLUSTER_UNSUPPORTED_VERSION
 */
export async function openClusterClient(options: ClusterClientOptions): Promise<ClusterClient> {
  const { settings, clock = systemClock, timers = systemTimers, random = systemRandom } = options;
  const kafka = await import("@platformatic/kafka");
  const connections = new ConnectionSet({ kafka, settings, timers });
  const { retryBackoffMs: backoffMs, retryBackoffMaxMs: backoffMaxMs } = settings;
  const pauses = options.timers ?? patientTimers;
  const retries = new Retries({ clock, timers: pauses, random, backoffMs, backoffMaxMs });
  const requests = new ClusterRequests({ connections, retries, settings, random });
  try {
    await requests.retry("connecting", () => requests.metadata.refresh());
  } catch (error) {
    connections.close();
    throw error;
  }
  return new KafkaClusterClient({ requests, retries, clock, timers });
}

interface ClientParts {
  readonly requests: ClusterRequests;
  readonly retries: Retries;
  readonly clock: Clock;
  readonly timers: Timers;
}

class KafkaClusterClient implements ClusterClient {
  readonly clusterId: string;
  readonly #parts: ClientParts;
  readonly #topics: TopicAdministration;
  readonly #offsets: OffsetAdministration;
  readonly #members = new Set<GroupMember>();
  #lanes = 0;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.clusterId = parts.requests.metadata.clusterId;
    this.#topics = new TopicAdministration(parts.requests);
    this.#offsets = new OffsetAdministration(parts.requests);
  }

  topics(): Promise<readonly ClusterTopic[]> {
    return this.#topics.topics();
  }

  createTopic(topic: NewClusterTopic): Promise<void> {
    return this.#topics.createTopic(topic);
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#topics.deleteTopics(names);
  }

  addPartitions(name: string, total: number): Promise<void> {
    return this.#topics.addPartitions(name, total);
  }

  alterTopicConfig(name: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
    return this.#topics.alterTopicConfig(name, changes);
  }

  listOffsets(
    partitions: readonly TopicPartition[],
    at: "start" | "end" | { readonly timestampMs: number },
  ): Promise<ReadonlyMap<string, number>> {
    return this.#offsets.listOffsets(partitions, at);
  }

  deleteRecords(partition: TopicPartition, before: number): Promise<void> {
    return this.#offsets.deleteRecords(partition, before);
  }

  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<ReadonlyMap<string, CommittedOffset>> {
    return this.#offsets.committedOffsets(groupId, partitions);
  }

  deleteGroup(groupId: string): Promise<void> {
    return this.#offsets.deleteGroup(groupId);
  }

  openFetcher(options: FetcherOptions): PartitionFetcher {
    return new ClusterFetcher({ ...this.#parts, offsets: this.#offsets, name: this.#lane("fetch") }, options);
  }

  openProducer(): Promise<IdempotentProducer> {
    return ClusterProducer.open({ ...this.#parts, lane: this.#lane("produce") });
  }

  openTransactions(transactionalId: string): Promise<TransactionProducer> {
    return ClusterTransactions.open({ ...this.#parts, lane: this.#lane("transaction") }, transactionalId);
  }

  joinGroup(options: GroupOptions): GroupMember {
    const joined = new ClusterGroupMember({ ...this.#parts, lane: this.#lane("group") }, options);
    const member: GroupMember = {
      leave: () => {
        this.#members.delete(member);
        return joined.leave();
      },
    };
    this.#members.add(member);
    return member;
  }

  /** Members leave their groups; everything else that is under way fails with CLUSTER_CLOSED. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.leave()));
    this.#parts.requests.connections.close();
  }

  /** Each user has connections of its own. */
  #lane(kind: string): string {
    return `${kind}-${++this.#lanes}`;
  }
}
