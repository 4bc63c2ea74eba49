/**
 * How far clients are ahead of their quotas. Each has a bucket that fills with its rate; what it sends or gets is taken out, and
 * while the bucket is overdrawn the client waits. A full bucket is ten seconds' worth, as Kafka averages over about as long.
 */
import type { Clock } from "../../base/clock.ts";

const BURST_SECONDS = 10;
/** Longest wait for one request; what is owed beyond is waited for at the next. */
const THROTTLE_MS_MAX = 10_000;
/** Clients that are measured at a time; who was measured longest ago is forgotten, to its favour. */
const BUCKETS_MAX = 10_000;

interface Bucket {
  bytes: number;
  atMs: number;
}

export class QuotaMeter {
  readonly #clock: Clock;
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the bytes out; milliseconds to wait until the bucket is not overdrawn. */
  take(name: string, bytesPerSecond: number, bytes: number): number {
    const full = bytesPerSecond * BURST_SECONDS;
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(name) ?? { bytes: full, atMs: nowMs };
    const refilled = bucket.bytes + ((nowMs - bucket.atMs) / 1000) * bytesPerSecond;
    bucket.bytes = Math.min(full, refilled) - bytes;
    bucket.atMs = nowMs;
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > BUCKETS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.bytes >= 0) return 0;
    return Math.min(THROTTLE_MS_MAX, Math.ceil((-bucket.bytes / bytesPerSecond) * 1000));
  }

  /** Quotas have changed: all begin anew. */
  clear(): void {
    this.#buckets.clear();
  }
}
