/** For tests: coordinators over a log in memory that can be killed, restarted and made to refuse appends. */
import { readBatchHeader } from "../../log/batch-header.ts";
import { logErrors } from "../../log/errors.ts";
import { MemoryDisk } from "../../log/segment-log/memory-disk.ts";
import { SegmentTopicLog } from "../../log/segment-log/segment-topic-log.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import { SeededRandom } from "../../base/random.ts";
import { plainBrokerLog } from "../broker-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import type { Caller } from "../caller.ts";
import { ManualTimers } from "../../base/timers.ts";
import type { ProduceVerdict } from "../transaction-coordination.ts";
import { PRODUCER_STATE_TOPIC } from "../transactions/producer-state-topic.ts";
import { openCoordinators } from "../transactions/open-coordinators.ts";
import type { CoordinatorOptions, Coordinators } from "../transactions/open-coordinators.ts";
import { fakeBatch } from "./fake-batch.ts";
import type { FakeBatch } from "./fake-batch.ts";

/** Wall-clock time when the tests begin. */
export const START_MS = 1_700_000_000_000;

export class FakeHost {
  readonly timers = new ManualTimers(START_MS);
  readonly #disk = new MemoryDisk();
  readonly #options: Partial<CoordinatorOptions>;
  readonly #random = new SeededRandom(1);
  #log: SegmentTopicLog;
  #coordinators: Coordinators;
  #nextMember = 1;
  /** Topics whose appends fail, as on a full disk. */
  readonly refusedTopics = new Set<string>();
  /** Appends that still succeed, over all topics. */
  appendsLeft = Infinity;

  constructor(options: Partial<CoordinatorOptions> = {}) {
    this.#options = options;
    this.#log = this.#openLog();
    this.#coordinators = this.#openCoordinators();
  }

  get log(): SegmentTopicLog {
    return this.#log;
  }

  get groups(): Coordinators["groups"] {
    return this.#coordinators.groups;
  }

  get producers(): Coordinators["producers"] {
    return this.#coordinators.producers;
  }

  get transactions(): Coordinators["transactions"] {
    return this.#coordinators.transactions;
  }

  /** Ends as a killed process does, and starts again. */
  kill(): void {
    // Its timers die with it; what they would store has lost its log.
    this.refusedTopics.add(PRODUCER_STATE_TOPIC);
    this.#coordinators.close();
    this.refusedTopics.clear();
    this.appendsLeft = Infinity;
    this.#log.abandon();
    this.#start();
  }

  /** Ends in order, and starts again. */
  restart(): void {
    this.#coordinators.close();
    this.#log.close();
    this.#start();
  }

  topic(name: string, config: Record<string, string> = {}, partitions = 1): PartitionLog {
    this.#log.createTopic(name, { partitions, config });
    return this.#log.partition(name, 0);
  }

  partition(topic: string, partition = 0): PartitionLog {
    return this.#log.partition(topic, partition);
  }

  /** What a produce request does with a batch. */
  produce(partition: PartitionLog, batch: FakeBatch, transactionalId: string | null = null): ProduceVerdict {
    const wire = fakeBatch(batch);
    const header = readBatchHeader(wire, 0);
    if (header.producerId < 0n) {
      partition.appendWire(wire);
      return { kind: "append" };
    }
    const verdict = this.producers.check(partition, header, transactionalId);
    if (verdict.kind === "append") {
      const { baseOffset } = partition.appendWire(wire);
      this.producers.appended(partition, header, baseOffset);
    }
    return verdict;
  }

  #start(): void {
    this.#log = this.#openLog();
    this.#coordinators = this.#openCoordinators();
  }

  #openLog(): SegmentTopicLog {
    return SegmentTopicLog.open({
      directory: "d",
      disk: this.#disk,
      clock: this.timers,
      random: this.#random,
      cacheBytes: 1_048_576,
    });
  }

  #openCoordinators(): Coordinators {
    return openCoordinators({
      log: this.#brokerLog(),
      clock: this.timers,
      timers: this.timers,
      newMemberId: () => String(this.#nextMember++),
      ...this.#options,
    });
  }

  #brokerLog(): BrokerLog {
    const plain = plainBrokerLog(this.#log);
    return {
      ...plain,
      append: (topic, run) => {
        if (this.refusedTopics.has(topic) || this.appendsLeft <= 0) {
          throw logErrors.DISK_FULL({ message: `no room for '${topic}'` });
        }
        this.appendsLeft--;
        return run();
      },
    };
  }
}

export interface FakeCaller extends Caller {
  disconnect(): void;
}

export function fakeCaller(apiVersion = 5, clientId = "client"): FakeCaller {
  const listeners = new Set<() => void>();
  return {
    principal: "User:ANONYMOUS",
    clientHost: "/127.0.0.1",
    clientId,
    apiVersion,
    onDisconnect(run) {
      listeners.add(run);
      return () => void listeners.delete(run);
    },
    disconnect() {
      for (const run of listeners) run();
    },
  };
}
