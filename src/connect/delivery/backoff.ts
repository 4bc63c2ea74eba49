/**
 * How long to wait before a record is sent again: doubling with full jitter on the upper half, so that many that failed together
 * do not come back together. What the receiver asks for (Retry-After) is the least.
 */
import type { Random } from "../../base/random.ts";

export interface Backoff {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** A receiver does not make us wait longer than this. */
export const RETRY_AFTER_MS_MAX = 3_600_000;

/** @param attempt 1 after the first failure */
export function backoffMs(
  { leastMs, mostMs }: Backoff,
  attempt: number,
  random: Random,
  askedMs: number | undefined,
): number {
  const doubled = Math.min(mostMs, leastMs * 2 ** Math.min(attempt - 1, 30));
  const ownMs = Math.round(doubled / 2 + (doubled / 2) * random.next());
  return Math.max(ownMs, Math.min(askedMs ?? 0, RETRY_AFTER_MS_MAX));
}
