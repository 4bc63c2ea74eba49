/**
 * Long polling: a fetch that finds less than `minBytes` waits for appends, at most `maxWaitMs`.
 *
 * Appends wake it through the log's listeners, which must be short: the look itself happens once the present turn of the
 * event loop is over. Until enough bytes have come in for a look to be worth it, none happens.
 */
import type { PartitionLog } from "../../log/topic-log.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import type { AnswerMemory } from "./answer-memory.ts";
import type { FetchLimits, WantedPartition } from "./fetch-plan.ts";
import { readPartitions } from "./read-partitions.ts";
import type { FetchPass } from "./read-partitions.ts";

export function fetchOrWait(
  services: BrokerServices,
  caller: Caller,
  wanted: readonly WantedPartition[],
  limits: FetchLimits,
  memory: AnswerMemory,
): FetchPass | Promise<FetchPass> {
  const look = (): FetchPass => {
    memory.release();
    return readPartitions(services, caller, wanted, limits, memory);
  };
  const pass = look();
  if (isEnough(pass, limits) || limits.maxWaitMs <= 0) return pass;
  return new Promise((resolve, reject) => {
    new LongPoll(look, memory, limits, resolve, reject).begin(services, caller, pass);
  });
}

function isEnough({ bytes, failed, fetched }: FetchPass, { minBytes }: FetchLimits): boolean {
  return failed || bytes >= minBytes || fetched.length === 0;
}

class LongPoll {
  readonly #look: () => FetchPass;
  readonly #memory: AnswerMemory;
  readonly #limits: FetchLimits;
  readonly #resolve: (pass: FetchPass) => void;
  readonly #reject: (reason: unknown) => void;
  #ends: (() => void)[] = [];
  #watched: Watched[] = [];
  #missingBytes = 0;
  #scheduled = false;
  #done = false;

  constructor(
    look: () => FetchPass,
    memory: AnswerMemory,
    limits: FetchLimits,
    resolve: (pass: FetchPass) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#look = look;
    this.#memory = memory;
    this.#limits = limits;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin({ timers, log }: BrokerServices, caller: Caller, pass: FetchPass): void {
    this.#measure(pass);
    for (const each of this.#watched) {
      this.#ends.push(each.log.onAppend(() => this.#onAppend(each)));
    }
    // A topic that is deleted appends nothing any more: its readers must learn of it.
    this.#ends.push(
      log.log.onTopicsChange(() => this.#lookSoon()),
      timers.after(this.#limits.maxWaitMs, () => this.#finish()),
      caller.onDisconnect(() => this.#finish()),
    );
    if (this.#done) this.#release();
  }

  /** What was found is not enough. It is read again when there is more: who waits holds no memory. */
  #measure({ logs, bytes }: FetchPass): void {
    this.#memory.release();
    this.#missingBytes = this.#limits.minBytes - bytes;
    this.#watched = logs.map((log, i) => {
      const watched = this.#watched[i] ?? { log, sizeBytes: 0, grownBytes: 0 };
      watched.sizeBytes = log.sizeBytes;
      watched.grownBytes = 0;
      return watched;
    });
  }

  #onAppend(watched: Watched): void {
    if (this.#scheduled || this.#done) return;
    if (this.#missingBytes <= 1) {
      this.#lookSoon();
      return;
    }
    const { log } = watched;
    watched.grownBytes = Math.max(0, log.sizeBytes - watched.sizeBytes);
    // With a high watermark of its own a partition grows before readers may see it.
    const grown = this.#watched.reduce((total, { grownBytes }) => total + grownBytes, 0);
    if (log.manualHighWatermark || grown >= this.#missingBytes) this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#scheduled || this.#done) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#done) return;
      this.#guarded(() => {
        const pass = this.#look();
        if (isEnough(pass, this.#limits)) this.#settle(pass);
        else this.#measure(pass);
      });
    });
  }

  /** Time is up, or nobody waits any more: what is there is the answer. */
  #finish(): void {
    if (!this.#done) this.#guarded(() => this.#settle(this.#look()));
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#done = true;
      this.#release();
      this.#reject(error);
    }
  }

  #settle(pass: FetchPass): void {
    this.#done = true;
    this.#release();
    this.#resolve(pass);
  }

  #release(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}

interface Watched {
  readonly log: PartitionLog;
  /** At the last look. */
  sizeBytes: number;
  /** Since then. */
  grownBytes: number;
}
