/**
 * A batch until nothing of it is left: delivered, or in the dead-letter topic. What the receiver wants again is sent again after a
 * while that grows; what it refuses, or has failed `retries.max` times, goes to the dead letters.
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { backoffMs } from "./backoff.ts";
import type { DeadLetterReason, DeadLetters } from "./dead-letters.ts";
import type { DeliveryFigures } from "./delivery-figures.ts";
import type { DeliverySettings } from "./delivery-settings.ts";
import type { RateLimit } from "./rate-limit.ts";
import { reasonOf } from "./receiver.ts";
import type { Outcome, Receiver } from "./receiver.ts";
import type { WaitingRecord } from "./record-queue.ts";
import type { Timers } from "../../base/timers.ts";

export interface SendAttemptsOptions {
  readonly settings: DeliverySettings;
  readonly receiver: Receiver;
  readonly deadLetters: DeadLetters | undefined;
  readonly rate: RateLimit;
  readonly figures: DeliveryFigures;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Records that wait behind. */
  readonly waiting: () => number;
  /** Ends waits: what is not done then is left undone. */
  readonly signal: AbortSignal;
  readonly failed: (reason: string) => void;
  readonly well: () => void;
}

/** A wait that is not worth telling of. */
const HELD_MS_TOLD = 1000;

/** What is to be sent again, and why. */
interface Leftover {
  readonly waiting: WaitingRecord;
  readonly reason: string;
}

export class SendAttempts {
  readonly #options: SendAttemptsOptions;

  constructor(options: SendAttemptsOptions) {
    this.#options = options;
  }

  /** Settles when nothing of the batch is left to do, or `signal` says stop. */
  async send(batch: readonly WaitingRecord[]): Promise<void> {
    const { signal, settings, random, figures } = this.#options;
    let left = batch;
    for (let attempt = 1; left.length > 0; attempt++) {
      const heldMs = await this.#waitForRate(left);
      if (signal.aborted) return;
      if (attempt > 1) for (const { record } of left) figures.of(record.topic).retried += 1;
      const outcomes = await this.#deliver(left, heldMs);
      const askedMs = longestMs(outcomes);
      const leftovers = await this.#settle(left, outcomes, attempt);
      left = leftovers.map(({ waiting }) => waiting);
      if (left.length === 0) return;
      await this.#pause(backoffMs(settings.backoff, attempt, random, askedMs));
      if (signal.aborted) return;
    }
  }

  async #deliver(batch: readonly WaitingRecord[], heldMs: number): Promise<readonly Outcome[]> {
    const { receiver } = this.#options;
    const records = batch.map(({ record }) => record);
    try {
      const outcomes = await receiver.deliver(records, this.#notice(heldMs));
      if (outcomes.length === records.length) return outcomes;
      return records.map(() => ({ kind: "retry", reason: "the receiver's answer does not fit" }));
    } catch (error) {
      return records.map(() => ({ kind: "retry", reason: reasonOf(error) }));
    }
  }

  async #settle(
    batch: readonly WaitingRecord[],
    outcomes: readonly Outcome[],
    attempt: number,
  ): Promise<readonly Leftover[]> {
    const { settings, figures, clock } = this.#options;
    const leftovers: Leftover[] = [];
    let isWell = false;
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index]!;
      const { record, progress } = waiting;
      if (outcome.kind === "delivered") {
        figures.of(record.topic).delivered += 1;
        progress.done(record.offset);
        isWell = true;
        continue;
      }
      const isRefused = outcome.kind === "refused";
      const isExhausted = settings.retriesMax >= 0 && attempt > settings.retriesMax;
      const cause = isRefused ? "refused" : "retries-exhausted";
      const reason = { reason: outcome.reason, cause, attempts: attempt } as const;
      const isBuried = (isRefused || isExhausted) && (await this.#bury(waiting, reason));
      if (!isBuried) leftovers.push({ waiting, reason: outcome.reason });
    }
    if (isWell) figures.lastDeliveryMs = clock.nowMs();
    const [failure] = leftovers;
    if (failure !== undefined) this.#options.failed(failure.reason);
    else if (isWell) this.#options.well();
    return leftovers;
  }

  /**
   * False where there is no dead-letter topic, or it takes nothing now: the record stays to be sent. That one was buried is told until
   * the next is delivered: an address that has gone refuses everything.
   */
  async #bury({ record, progress }: WaitingRecord, reason: DeadLetterReason): Promise<boolean> {
    const { deadLetters, figures, failed } = this.#options;
    if (deadLetters === undefined) return false;
    try {
      await deadLetters.add(record, reason);
    } catch (error) {
      failed(`the dead-letter topic '${deadLetters.topic}' takes nothing: ${reasonOf(error)}`);
      return false;
    }
    figures.of(record.topic).deadLettered += 1;
    progress.done(record.offset);
    failed(reason.reason);
    return true;
  }

  /** @returns how long the batch was held */
  async #waitForRate(batch: readonly WaitingRecord[]): Promise<number> {
    const { rate, clock, signal, figures } = this.#options;
    const sinceMs = clock.monotonicMs();
    if (rate.waitMs() > 0) for (const { record } of batch) figures.of(record.topic).held += 1;
    while (rate.waitMs() > 0 && !signal.aborted) await this.#pause(rate.waitMs());
    if (!signal.aborted) rate.take();
    return clock.monotonicMs() - sinceMs;
  }

  #notice(heldMs: number): string | undefined {
    if (heldMs < HELD_MS_TOLD) return undefined;
    const seconds = Math.round(heldMs / 1000);
    const waiting = this.#options.waiting();
    const behind = waiting === 0 ? "" : `; ${waiting} more ${waiting === 1 ? "waits" : "wait"}`;
    return `held back ${seconds} s by the limit of ${this.#options.settings.ratePerMinute} a minute${behind}`;
  }

  #pause(ms: number): Promise<void> {
    const { timers, signal } = this.#options;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        cancel();
        signal.removeEventListener("abort", over);
        resolve();
      };
      const cancel = timers.after(ms, over);
      signal.addEventListener("abort", over);
    });
  }
}

function longestMs(outcomes: readonly Outcome[]): number | undefined {
  const asked = outcomes.flatMap((outcome) =>
    outcome.kind === "retry" && outcome.afterMs !== undefined ? [outcome.afterMs] : [],
  );
  return asked.length === 0 ? undefined : Math.max(...asked);
}
