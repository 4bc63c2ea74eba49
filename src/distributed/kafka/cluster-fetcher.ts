/**
 * Reads partitions as committed. Each broker has at most two fetches under way: a long one, which waits at the ends of
 * partitions until there is more, and a short one for what was wanted since; what the short one finds at its end goes
 * with the next long one. So a busy partition never waits for idle ones, and idle ones cost little.
 *
 * A fetch asks for no more than FETCH_BYTES_MAX together and `maxBytes` of each want (a single larger batch comes
 * whole), so that what is in memory is what was wanted. Requests carry no session: what is asked for changes each time.
 */
import { fetchApi } from "../../broker/protocol/messages/fetch.ts";
import type { DecodedResponseOf } from "../../broker/protocol/schema.ts";
import { ZERO_UUID } from "../../broker/protocol/schema.ts";
import type { Clock } from "../../base/clock.ts";
import type { Timers } from "../../base/timers.ts";
import { AnswerFailure, ClusterCode, checkAnswer } from "./answer-failure.ts";
import type { FetcherOptions, PartitionFetcher, TopicPartition } from "./cluster-client.ts";
import { partitionName } from "./cluster-client.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import { committedRecords } from "./committed-records.ts";
import type { CommittedRecords } from "./committed-records.ts";
import { ConnectionFailure } from "./connection-failure.ts";
import { LeaderWants, takeWithin } from "./fetch-wants.ts";
import type { Want } from "./fetch-wants.ts";
import type { OffsetAdministration } from "./offset-administration.ts";
import { byTopic } from "./partitions-by-leader.ts";
import { UNKNOWN_TOPIC_PATIENCE_MS, clusterError } from "./retry.ts";

type FetchAnswer = DecodedResponseOf<typeof fetchApi>;
type PartitionAnswer = FetchAnswer["responses"][number]["partitions"][number];
type Kind = "long" | "short";

export interface FetcherParts {
  readonly requests: ClusterRequests;
  readonly offsets: OffsetAdministration;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Makes the lanes of this fetcher its own. */
  readonly name: string;
}

const FETCH_BYTES_MAX = 33_554_432;
/** What the short fetch waits where nothing is there, while the long one is under way. */
const SHORT_WAIT_MS = 25;
const READ_COMMITTED = 1;
const NO_BYTES = Buffer.alloc(0);
/** From this version on topics are named by id. */
const TOPIC_IDS_SINCE = 13;

export class ClusterFetcher implements PartitionFetcher {
  readonly #parts: FetcherParts;
  readonly #options: FetcherOptions;
  readonly #leaders = new Map<number, LeaderWants>();
  #closed = false;

  constructor(parts: FetcherParts, options: FetcherOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  want({ topic, partition }: TopicPartition, from: number, maxBytes: number): void {
    const askedMs = this.#parts.clock.monotonicMs();
    this.#place({ topic, partition, from, maxBytes, askedMs, failures: 0, atEnd: false });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#leaders.clear();
    for (const kind of ["long", "short"] as const)
      this.#parts.requests.connections.closeLane(this.#lane(kind));
    return Promise.resolve();
  }

  #place(want: Want): void {
    if (this.#closed) return;
    const leader = this.#parts.requests.metadata.leaderIfKnown(want);
    if (leader === undefined) {
      void this.#findLeader(want);
      return;
    }
    let wants = this.#leaders.get(leader);
    if (wants === undefined) this.#leaders.set(leader, (wants = new LeaderWants()));
    wants.add(want);
    this.#schedule(leader, wants);
  }

  async #findLeader(want: Want): Promise<void> {
    try {
      await this.#parts.requests.metadata.leader(want);
      this.#place(want);
    } catch (error) {
      this.#failed(want, error);
    }
  }

  /** Starts what may be started once the present turn is over, so that wants of one turn share a request. */
  #schedule(leader: number, wants: LeaderWants): void {
    queueMicrotask(() => {
      if (this.#closed) return;
      if (!wants.longPoll && wants.tails.length > 0) this.#start(leader, wants, "long", wants.tails);
      // While tails wait for the long fetch they go with the short one, which answers soon.
      const waiting = wants.longPoll ? wants.tails : [];
      if (!wants.shortPoll && wants.fresh.length + waiting.length > 0) {
        wants.fresh.push(...waiting.splice(0));
        this.#start(leader, wants, "short", wants.fresh);
      }
      if (wants.isIdle) this.#leaders.delete(leader);
    });
  }

  #start(leader: number, wants: LeaderWants, kind: Kind, from: Want[]): void {
    const taken = takeWithin(from, FETCH_BYTES_MAX);
    if (kind === "long") wants.longPoll = true;
    else wants.shortPoll = true;
    const askedMs = this.#parts.clock.monotonicMs();
    void this.#fetch(leader, kind, taken).then((answer) => {
      if (kind === "long") wants.longPoll = false;
      else wants.shortPoll = false;
      if (answer instanceof Error) for (const want of taken) this.#failed(want, answer);
      else this.#answer(taken, answer, askedMs);
      this.#schedule(leader, wants);
    });
  }

  async #fetch(leader: number, kind: Kind, wants: readonly Want[]): Promise<FetchAnswer | Error> {
    const { requests } = this.#parts;
    const maxWaitMs = this.#waitMs(kind, wants);
    const options = { lane: this.#lane(kind), timeoutMs: requests.settings.requestTimeoutMs + maxWaitMs };
    try {
      // Version 13 names topics by id alone: where one is not known, by name.
      const named = wants.every(({ topic }) => requests.metadata.topicId(topic) !== undefined);
      const versions = [4, named ? 17 : TOPIC_IDS_SINCE - 1] as const;
      const request = this.#request(wants, maxWaitMs);
      const answer = await requests.askBroker(leader, fetchApi, request, { ...options, versions });
      checkAnswer(answer.errorCode, "a fetch");
      return answer;
    } catch (error) {
      await requests.noteLeader(new Set(wants.map(({ topic }) => topic)), error);
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** The long fetch may wait as long as the oldest of its wants. */
  #waitMs(kind: Kind, wants: readonly Want[]): number {
    if (kind === "short") return SHORT_WAIT_MS;
    const now = this.#parts.clock.monotonicMs();
    const due = Math.min(...wants.map(({ askedMs }) => askedMs)) + this.#options.pollMs;
    return Math.max(1, Math.min(this.#options.pollMs, Math.ceil(due - now)));
  }

  #request(wants: readonly Want[], maxWaitMs: number) {
    const { metadata } = this.#parts.requests;
    const topics = [...byTopic(wants)].map(([topic, same]) => ({
      topic,
      topicId: metadata.topicId(topic) ?? ZERO_UUID,
      partitions: same.map(({ partition, from, maxBytes }) => ({
        partition,
        fetchOffset: from,
        partitionMaxBytes: maxBytes,
      })),
    }));
    return { maxWaitMs, minBytes: 1, maxBytes: FETCH_BYTES_MAX, isolationLevel: READ_COMMITTED, topics };
  }

  #answer(wants: readonly Want[], answer: FetchAnswer, askedMs: number): void {
    const answers = this.#byPartition(answer);
    const full: { want: Want; found: PartitionAnswer; committed: CommittedRecords }[] = [];
    // Who got nothing, since others filled the answer, stands first in the next request: nobody starves.
    for (const want of wants) {
      const found = answers.get(partitionName(want));
      // No answer: the topic's id is another now.
      const code = found?.errorCode ?? ClusterCode.UNKNOWN_TOPIC_ID;
      if (found === undefined || code !== ClusterCode.NONE) {
        void this.#refused(want, new AnswerFailure(code, resourceOf(want)));
        continue;
      }
      try {
        const records = ownMemory(found.records ?? NO_BYTES);
        const committed = committedRecords(records, want.from, found.abortedTransactions ?? []);
        if (this.#isAnswer(want, committed)) full.push({ want, found, committed });
        else this.#wait(want, found.lastStableOffset);
      } catch (error) {
        this.#fail(want, error, undefined);
      }
    }
    for (const { want, found, committed } of full) {
      if (this.#closed) return;
      const { topic, partition, from } = want;
      const startOffset = Math.max(found.logStartOffset, 0);
      const end = Math.max(found.lastStableOffset, 0);
      this.#options.onRecords({ topic, partition, from, ...committed, startOffset, end, askedMs });
    }
  }

  #byPartition(answer: FetchAnswer): Map<string, PartitionAnswer> {
    const answers = new Map<string, PartitionAnswer>();
    for (const { topic, topicId, partitions } of answer.responses) {
      const name = topicId === ZERO_UUID ? topic : this.#parts.requests.metadata.topicName(topicId);
      if (name === undefined) continue;
      for (const each of partitions)
        answers.set(partitionName({ topic: name, partition: each.partitionIndex }), each);
    }
    return answers;
  }

  #isAnswer(want: Want, { nextOffset }: CommittedRecords): boolean {
    return nextOffset > want.from || this.#parts.clock.monotonicMs() - want.askedMs >= this.#options.pollMs;
  }

  #wait(want: Want, end: number): void {
    want.atEnd = want.from >= end;
    this.#place(want);
  }

  async #refused(want: Want, failure: AnswerFailure): Promise<void> {
    await this.#parts.requests.noteLeader([want.topic], failure);
    this.#failed(want, failure);
  }

  #failed(want: Want, error: unknown): void {
    if (this.#closed) return;
    if (error instanceof AnswerFailure && error.code === ClusterCode.OFFSET_OUT_OF_RANGE) {
      void this.#outOfRange(want, error);
      return;
    }
    const { requests, clock, timers } = this.#parts;
    const unknown = error instanceof AnswerFailure && error.code === ClusterCode.UNKNOWN_TOPIC_OR_PARTITION;
    const patienceMs = unknown ? UNKNOWN_TOPIC_PATIENCE_MS : requests.settings.requestTimeoutMs;
    const mayPass = error instanceof ConnectionFailure || (error instanceof AnswerFailure && error.passes);
    const since = want.failures === 0 ? clock.monotonicMs() : want.askedMs;
    if (!mayPass || clock.monotonicMs() - since > patienceMs) {
      this.#fail(want, clusterError(error, `reading ${resourceOf(want)}`), undefined);
      return;
    }
    if (unknown) requests.metadata.forgetTopic(want.topic);
    const again = { ...want, failures: want.failures + 1, askedMs: since, atEnd: false };
    timers.after(requests.retries.pauseMs(want.failures), () => this.#place(again));
  }

  /** Retention or deletion passed the position, or the log was cut: the failure says where it starts. */
  async #outOfRange(want: Want, error: AnswerFailure): Promise<void> {
    const starts = await this.#parts.offsets.listOffsets([want], "start").catch(() => undefined);
    const startOffset = starts?.get(partitionName(want));
    this.#fail(want, clusterError(error, `reading ${resourceOf(want)}`), startOffset);
  }

  #fail({ topic, partition, from }: Want, error: unknown, startOffset: number | undefined): void {
    if (this.#closed) return;
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#options.onFailure({ topic, partition, from, error: failure, startOffset });
  }

  #lane(kind: Kind): string {
    return `${this.#parts.name} ${kind}`;
  }
}

function resourceOf({ topic, partition }: TopicPartition): string {
  return `partition ${partition} of topic '${topic}'`;
}

/** What is kept for long must not keep an answer's memory that is mostly other partitions', or a socket's. */
function ownMemory(records: Buffer): Buffer {
  return records.buffer.byteLength > records.length * 2 ? Buffer.from(records) : records;
}
