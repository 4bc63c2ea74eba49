/**
 * Who delivers where several servers share a cluster and so a connector: the one that has its lease, for half a minute at a time. Claims
 * are records of the offsets topic, and its order decides: every server that reads it comes to the same holder. A holder that cannot
 * renew in time stops sending; another goes on from the positions that were written, so what was sent since is sent twice at most.
 * Servers' clocks may differ by a few seconds.
 *
 * Where the log is this process's own there is nobody to share with, and the lease is always held.
 */
import type { Clock } from "../../base/clock.ts";

export interface LeaseClaim {
  readonly owner: string;
  /** When it was claimed, by its owner's clock; milliseconds since 1970. */
  readonly atMs: number;
  /** 0: it is given back. */
  readonly untilMs: number;
}

/** What the lease needs of the offsets topic. */
export interface LeaseTopic {
  /** Other servers may write to it, too. */
  readonly isShared: boolean;
  /** Reads to the end of what is there now. */
  follow(): Promise<void>;
  holder(connector: string): LeaseClaim | undefined;
  claim(connector: string, claim: LeaseClaim): Promise<void>;
}

export const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** How long before its end a holder stops, for clocks that differ. */
const MARGIN_MS = 5000;
/** How often one who has not got it asks. */
export const STANDBY_MS = 2000;

/** The holder after a claim: the first one, the holder's own renewal, or whoever claims after it has run out. */
export function holderAfter(holder: LeaseClaim | undefined, claim: LeaseClaim): LeaseClaim | undefined {
  const isFree = holder === undefined || holder.owner === claim.owner || claim.atMs >= holder.untilMs;
  if (!isFree) return holder;
  return claim.untilMs === 0 ? undefined : claim;
}

export class ConnectorLease {
  readonly #topic: LeaseTopic;
  readonly #connector: string;
  readonly #owner: string;
  readonly #clock: Clock;
  #heldUntilMs = 0;
  #renewing: Promise<void> | undefined;

  /** @param owner a name that no other process has */
  constructor(topic: LeaseTopic, connector: string, owner: string, clock: Clock) {
    this.#topic = topic;
    this.#connector = connector;
    this.#owner = owner;
    this.#clock = clock;
  }

  /** Whether this process may deliver now. Renews beside the sending; waits only where it has not got the lease. */
  async hold(): Promise<boolean> {
    if (!this.#topic.isShared) return true;
    const leftMs = this.#heldUntilMs - MARGIN_MS - this.#clock.nowMs();
    if (leftMs <= 0) {
      await this.#claim();
      return this.#heldUntilMs - MARGIN_MS > this.#clock.nowMs();
    }
    if (leftMs < LEASE_MS - MARGIN_MS - RENEW_MS) {
      // What cannot be renewed runs out, and is then claimed with the reason told.
      this.#renewing ??= this.#claim()
        .catch(() => undefined)
        .finally(() => (this.#renewing = undefined));
    }
    return true;
  }

  /** Gives it to whoever asks next. */
  async release(): Promise<void> {
    await this.#renewing;
    if (!this.#topic.isShared || this.#heldUntilMs === 0) return;
    this.#heldUntilMs = 0;
    const atMs = this.#clock.nowMs();
    await this.#topic.claim(this.#connector, { owner: this.#owner, atMs, untilMs: 0 });
  }

  async #claim(): Promise<void> {
    const topic = this.#topic;
    await topic.follow();
    const atMs = this.#clock.nowMs();
    // An earlier claim may only have come back now.
    if (this.#seen() > atMs + LEASE_MS - RENEW_MS) return;
    const holder = topic.holder(this.#connector);
    if (holder !== undefined && holder.owner !== this.#owner && holder.untilMs > atMs) return;
    await topic.claim(this.#connector, { owner: this.#owner, atMs, untilMs: atMs + LEASE_MS });
    await topic.follow();
    this.#seen();
  }

  /** What the topic says of this process, by what was read of it. */
  #seen(): number {
    const holder = this.#topic.holder(this.#connector);
    this.#heldUntilMs = holder?.owner === this.#owner ? holder.untilMs : 0;
    return this.#heldUntilMs;
  }
}
