/**
 * Fetch sessions (KIP-227): the broker remembers which partitions a consumer reads, which then only tells what has
 * changed, and is only told what has changed.
 *
 * A session that finds no room is not made: its client gets id 0 and sends full requests, which is slower and just as right.
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { fetchApi } from "../protocol/messages/fetch.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { RequestOf } from "../protocol/schema.ts";
import type { FetchedPartition, WantedPartition } from "./fetch-plan.ts";

export type FetchRequest = RequestOf<typeof fetchApi>;

const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;
const EPOCH_MAX = 2_147_483_647;
/** A session may be replaced by another's when it was not used for so long. */
const EVICTABLE_AFTER_MS = 120_000;
/** The first version that names topics by id. */
export const TOPIC_IDS_SINCE = 13;

interface SessionPartition extends WantedPartition {
  highWatermark: number;
  logStartOffset: number;
}

/** One fetch: its partitions in the order in which they are read, and what is answered of them. */
export interface FetchContext {
  /** 0: none. */
  readonly sessionId: number;
  readonly partitions: readonly WantedPartition[];
  /** What goes into the answer. */
  answered(fetched: readonly FetchedPartition[]): readonly [WantedPartition, FetchedPartition][];
}

class FetchSession {
  readonly id: number;
  readonly byId: boolean;
  /** In reading order: who got records goes to the end, so that none is starved. */
  readonly partitions = new Map<string, SessionPartition>();
  epoch = 1;
  usedMs = 0;

  constructor(id: number, byId: boolean) {
    this.id = id;
    this.byId = byId;
  }

  update(request: FetchRequest): void {
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions)
        this.partitions.delete(keyOf(this.byId ? topicId : topic, partition));
    }
    for (const wanted of wantedPartitions(request, this.byId)) {
      const key = keyOf(wanted.topicKey, wanted.partition);
      const known = this.partitions.get(key);
      if (known === undefined) {
        this.partitions.set(key, { ...wanted, highWatermark: -1, logStartOffset: -1 });
        continue;
      }
      known.fetchOffset = wanted.fetchOffset;
      known.maxBytes = wanted.maxBytes;
      known.currentLeaderEpoch = wanted.currentLeaderEpoch;
    }
  }

  /** Takes note of what was read and says whether the client has to be told. */
  note(wanted: SessionPartition, fetched: FetchedPartition, full: boolean): boolean {
    const hasRecords = fetched.records !== null && fetched.records.length > 0;
    const failed = fetched.errorCode !== KafkaError.NONE;
    const news =
      full ||
      hasRecords ||
      failed ||
      wanted.highWatermark !== fetched.highWatermark ||
      wanted.logStartOffset !== fetched.logStartOffset;
    // An error is told once more when it is over.
    wanted.highWatermark = failed ? -1 : fetched.highWatermark;
    wanted.logStartOffset = fetched.logStartOffset;
    if (hasRecords) {
      const key = keyOf(wanted.topicKey, wanted.partition);
      if (this.partitions.delete(key)) this.partitions.set(key, wanted);
    }
    return news;
  }
}

export interface SessionLimits {
  readonly sessionsMax: number;
  readonly partitionsMax: number;
}

export class FetchSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #limits: SessionLimits;
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(clock: Clock, random: Random, limits: SessionLimits) {
    this.#clock = clock;
    this.#random = random;
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The fetch's partitions, or the error code of a session that is not there or not in step. */
  resolve(request: FetchRequest, apiVersion: number): FetchContext | number {
    const { sessionId, sessionEpoch } = request;
    const byId = apiVersion >= TOPIC_IDS_SINCE;
    if (sessionEpoch === FINAL_EPOCH || sessionEpoch === INITIAL_EPOCH) {
      if (sessionId !== 0) this.#sessions.delete(sessionId);
      const session = sessionEpoch === INITIAL_EPOCH ? this.#create(request, byId) : undefined;
      return session === undefined ? sessionless(request, byId) : this.#context(session, true);
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return KafkaError.FETCH_SESSION_ID_NOT_FOUND;
    if (session.epoch !== sessionEpoch) return KafkaError.INVALID_FETCH_SESSION_EPOCH;
    if (session.byId !== byId) return KafkaError.FETCH_SESSION_TOPIC_ID_ERROR;
    session.update(request);
    session.epoch = session.epoch === EPOCH_MAX ? 1 : session.epoch + 1;
    this.#touch(session);
    if (this.#partitionCount() > this.#limits.partitionsMax) this.#sessions.delete(session.id);
    return this.#context(session, false);
  }

  #context(session: FetchSession, full: boolean): FetchContext {
    const partitions = [...session.partitions.values()];
    return {
      sessionId: session.id,
      partitions,
      answered: (fetched) =>
        partitions
          .map((wanted, i): [SessionPartition, FetchedPartition] => [wanted, fetched[i]!])
          .filter(([wanted, result]) => session.note(wanted, result, full)),
    };
  }

  #create(request: FetchRequest, byId: boolean): FetchSession | undefined {
    const wanted = request.topics.reduce((total, topic) => total + topic.partitions.length, 0);
    if (wanted === 0 || this.#partitionCount() + wanted > this.#limits.partitionsMax) return undefined;
    if (this.#sessions.size >= this.#limits.sessionsMax && !this.#evict()) return undefined;
    const session = new FetchSession(this.#freshId(), byId);
    session.update(request);
    this.#touch(session);
    return session;
  }

  #touch(session: FetchSession): void {
    session.usedMs = this.#clock.monotonicMs();
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }

  #evict(): boolean {
    const oldest = this.#sessions.values().next().value;
    if (oldest === undefined || this.#clock.monotonicMs() - oldest.usedMs < EVICTABLE_AFTER_MS) return false;
    return this.#sessions.delete(oldest.id);
  }

  #freshId(): number {
    for (;;) {
      const id = 1 + Math.floor(this.#random.next() * 2_147_483_646);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #partitionCount(): number {
    let count = 0;
    for (const session of this.#sessions.values()) count += session.partitions.size;
    return count;
  }
}

function sessionless(request: FetchRequest, byId: boolean): FetchContext {
  const partitions = wantedPartitions(request, byId);
  return {
    sessionId: 0,
    partitions,
    answered: (fetched) => partitions.map((wanted, i) => [wanted, fetched[i]!]),
  };
}

function wantedPartitions(request: FetchRequest, byId: boolean): WantedPartition[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch }) => ({
      topicKey: byId ? topicId : topic,
      partition,
      fetchOffset,
      maxBytes: partitionMaxBytes,
      currentLeaderEpoch,
    })),
  );
}

function keyOf(topicKey: string, partition: number): string {
  return `${topicKey}/${partition}`;
}
