/** Where the time between an event and its webhook goes, from what producer and receiver wrote down; and what the processes got to run. */
import { readFileSync } from "node:fs";

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface WebhookLatency {
  readonly measured: number;
  /** From the moment that the producer handed the event over to the moment that its POST was there as a whole. */
  readonly whole: Percentiles;
  /** Until the producer had the broker's acknowledgement. */
  readonly acknowledged: Percentiles;
  /** From the acknowledgement to the POST: rules, alerts, commit, connector; not below 0, as a POST may be faster. */
  readonly posted: Percentiles;
}

/** Of a process's main thread, in seconds; not-a-number everywhere but on Linux. */
export interface Scheduling {
  readonly ranSeconds: number;
  /** Ready to run, without a processor: other work had it. */
  readonly waitedSeconds: number;
}

const NANOSECONDS = 1e9;

/** Of all processes of the machine alike, with fractions. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

export function schedulingOf(pid: number): Scheduling {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ");
    return { ranSeconds: Number(ran) / NANOSECONDS, waitedSeconds: Number(waited) / NANOSECONDS };
  } catch {
    return { ranSeconds: Number.NaN, waitedSeconds: Number.NaN };
  }
}

/**
 * @param times of the producer, by offset: handed over, acknowledged
 * @param posts of the receiver: the offset of the event, the time of the POST
 * @param warmUpMs events handed over in the first so many milliseconds are left out
 */
export function webhookLatency(times: Float64Array, posts: Float64Array, warmUpMs: number): WebhookLatency {
  const fromMs = times[0]! + warmUpMs;
  const whole: number[] = [];
  const acknowledged: number[] = [];
  const posted: number[] = [];
  for (let i = 0; i + 1 < posts.length; i += 2) {
    const offset = posts[i]!;
    const handedMs = times[2 * offset];
    if (handedMs === undefined) throw new Error(`no event of offset ${offset} was sent`);
    if (handedMs < fromMs) continue;
    const acknowledgedMs = times[2 * offset + 1]!;
    whole.push(posts[i + 1]! - handedMs);
    acknowledged.push(acknowledgedMs - handedMs);
    posted.push(Math.max(0, posts[i + 1]! - acknowledgedMs));
  }
  return {
    measured: whole.length,
    whole: percentiles(whole),
    acknowledged: percentiles(acknowledged),
    posted: percentiles(posted),
  };
}

/** Times as another process wrote them to a file. */
export function readTimes(path: string): Float64Array {
  const bytes = readFileSync(path);
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new Float64Array(copy as ArrayBuffer);
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
