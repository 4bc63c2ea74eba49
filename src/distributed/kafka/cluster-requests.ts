/**
 * Requests to the right broker: whichever answers, the controller, a partition's leader, a coordinator. What shows that it is another
 * one makes the next attempt look for it; the attempts themselves are the caller's (`retries.run`).
 */
import type { Random } from "../../base/random.ts";
import { findCoordinatorApi } from "../../broker/protocol/messages/find-coordinator.ts";
import { metadataApi } from "../../broker/protocol/messages/metadata.ts";
import { ZERO_UUID } from "../../broker/protocol/schema.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../../broker/protocol/schema.ts";
import { AnswerFailure, ClusterCode, checkAnswer, coordinatorMoved, leaderMoved } from "./answer-failure.ts";
import { addressText } from "./broker-address.ts";
import type { BrokerAddress } from "./broker-address.ts";
import type { VersionRange } from "./broker-connection.ts";
import { ClusterMetadata } from "./cluster-metadata.ts";
import type { MetadataAnswer } from "./cluster-metadata.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { ConnectionFailure } from "./connection-failure.ts";
import type { ConnectionSet, Lane } from "./connection-set.ts";
import type { Retries, RetryOptions } from "./retry.ts";

export interface RequestsParts {
  readonly connections: ConnectionSet;
  readonly retries: Retries;
  readonly settings: ClusterSettings;
  readonly random: Random;
}

export type CoordinatorType = "group" | "transaction";

export interface AskOptions {
  readonly lane: Lane;
  /** Versions that may be used, where not all are. */
  readonly versions?: VersionRange;
  /** Default: the settings'. */
  readonly timeoutMs?: number;
}

/** Where what does not wait is asked. */
export const COMMON_LANE: Lane = "common";
/** Topic ids, and the brokers' list with a name (Kafka 2.8). */
const METADATA_VERSIONS: VersionRange = [10, 13];
const FIND_COORDINATOR_VERSIONS: VersionRange = [4, 6];
const COORDINATORS_MAX = 10_000;

export class ClusterRequests {
  readonly metadata: ClusterMetadata;
  readonly retries: Retries;
  readonly settings: ClusterSettings;
  readonly connections: ConnectionSet;
  readonly #random: Random;
  readonly #coordinators = new Map<string, BrokerAddress>();

  constructor(parts: RequestsParts) {
    this.connections = parts.connections;
    this.retries = parts.retries;
    this.settings = parts.settings;
    this.#random = parts.random;
    this.metadata = new ClusterMetadata((topics) => this.#askMetadata(topics));
  }

  /** Attempts within the settings' request timeout. */
  retry<T>(
    what: string,
    attempt: Parameters<Retries["run"]>[1],
    options?: Partial<RetryOptions>,
  ): Promise<T> {
    const { requestTimeoutMs: timeoutMs } = this.settings;
    const isOver = (): boolean => this.connections.closed;
    return this.retries.run({ what, timeoutMs, isOver, ...options }, attempt) as Promise<T>;
  }

  /** @throws ConnectionFailure and what connecting throws */
  async ask<Q extends Shape, S extends Shape>(
    address: BrokerAddress,
    api: ApiDefinition<Q, S>,
    request: Encodable<Q> | ((version: number) => Encodable<Q>),
    options: AskOptions,
  ): Promise<Decoded<S>> {
    const connection = await this.connections.get(address, options.lane);
    const version = connection.version(api as unknown as ApiDefinition, options.versions);
    const message = typeof request === "function" ? request(version) : request;
    return connection.ask(api, version, message, options.timeoutMs ?? this.settings.requestTimeoutMs);
  }

  /** Any broker that answers: those that are known, in an order of chance, then those that were given. */
  async askAny<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    request: Encodable<Q>,
    versions?: VersionRange,
  ): Promise<Decoded<S>> {
    let failure: unknown;
    for (const address of this.#candidates()) {
      try {
        return await this.ask(address, api, request, {
          lane: COMMON_LANE,
          ...(versions === undefined ? {} : { versions }),
        });
      } catch (error) {
        if (!(error instanceof ConnectionFailure)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** The controller, or whoever passes on to it. Metadata are refreshed where it moved or is lost. */
  async askController<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    request: Encodable<Q>,
    versions?: VersionRange,
  ): Promise<Decoded<S>> {
    const { metadata } = this;
    const address = metadata.brokers.get(metadata.controllerId);
    if (address === undefined) {
      await metadata.refresh();
      return this.askAny(api, request, versions);
    }
    try {
      return await this.ask(address, api, request, {
        lane: COMMON_LANE,
        ...(versions === undefined ? {} : { versions }),
      });
    } catch (error) {
      await this.#refreshQuietly();
      throw error;
    }
  }

  /** A broker by its id, as metadata name them. */
  async askBroker<Q extends Shape, S extends Shape>(
    nodeId: number,
    api: ApiDefinition<Q, S>,
    request: Encodable<Q> | ((version: number) => Encodable<Q>),
    options: AskOptions,
  ): Promise<Decoded<S>> {
    const address = this.metadata.brokers.get(nodeId);
    if (address === undefined) throw new AnswerFailure(ClusterCode.BROKER_NOT_AVAILABLE, `broker ${nodeId}`);
    return this.ask(address, api, request, options);
  }

  /** The coordinator of a group or transactional id; its failures are for {@link noteCoordinator}. */
  async askCoordinator<Q extends Shape, S extends Shape>(
    type: CoordinatorType,
    key: string,
    api: ApiDefinition<Q, S>,
    request: Encodable<Q>,
    options: AskOptions,
  ): Promise<Decoded<S>> {
    const address = await this.#coordinator(type, key);
    try {
      return await this.ask(address, api, request, options);
    } catch (error) {
      this.noteCoordinator(type, key, error);
      throw error;
    }
  }

  /** Forgets the coordinator where the error says that it is another. */
  noteCoordinator(type: CoordinatorType, key: string, error: unknown): void {
    const moved = error instanceof AnswerFailure && coordinatorMoved(error.code);
    if (moved || error instanceof ConnectionFailure) this.#coordinators.delete(`${type} ${key}`);
  }

  /** Asks for the topics anew where the error says that a leader moved; does not throw. */
  async noteLeader(topics: Iterable<string>, error: unknown): Promise<void> {
    const moved = error instanceof AnswerFailure && leaderMoved(error.code);
    if (moved || error instanceof ConnectionFailure) await this.#refreshQuietly(topics);
  }

  async #refreshQuietly(topics: Iterable<string> = []): Promise<void> {
    // What fails here fails again where somebody needs it.
    await this.metadata.refresh(topics).catch(() => undefined);
  }

  async #coordinator(type: CoordinatorType, key: string): Promise<BrokerAddress> {
    const name = `${type} ${key}`;
    const known = this.#coordinators.get(name);
    if (known !== undefined) return known;
    const request = { keyType: type === "group" ? 0 : 1, coordinatorKeys: [key] };
    const { coordinators } = await this.askAny(findCoordinatorApi, request, FIND_COORDINATOR_VERSIONS);
    const resource = type === "group" ? `group '${key}'` : `transactional id '${key}'`;
    const found = coordinators.find((each) => each.key === key);
    if (found === undefined) throw new AnswerFailure(ClusterCode.COORDINATOR_NOT_AVAILABLE, resource);
    checkAnswer(found.errorCode, resource, found.errorMessage);
    if (this.#coordinators.size >= COORDINATORS_MAX) this.#coordinators.clear();
    const address = { host: found.host, port: found.port };
    this.#coordinators.set(name, address);
    return address;
  }

  async #askMetadata(names: readonly string[] | null): Promise<MetadataAnswer> {
    const topics = names?.map((name) => ({ topicId: ZERO_UUID, name })) ?? null;
    const answer = await this.askAny(
      metadataApi,
      { topics, allowAutoTopicCreation: false },
      METADATA_VERSIONS,
    );
    checkAnswer(answer.errorCode, "the cluster's metadata");
    return answer;
  }

  #candidates(): BrokerAddress[] {
    const known = shuffled([...this.metadata.brokers.values()], this.#random);
    const seen = new Set(known.map(addressText));
    return [...known, ...this.settings.bootstrap.filter((address) => !seen.has(addressText(address)))];
  }
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
