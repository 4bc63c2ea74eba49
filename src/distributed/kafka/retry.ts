/** Trying again while a failure may pass: pauses that grow, and an end. */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Timers } from "../../base/timers.ts";
import { clusterErrors } from "../errors.ts";
import { AnswerFailure, ClusterCode } from "./answer-failure.ts";
import { addressText } from "./broker-address.ts";
import { ConnectionFailure } from "./connection-failure.ts";

export interface RetryParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

/**
 * A topic that nobody knows may have been made a moment ago: brokers learn of it one after another. Longer than this
 * nobody wants to wait for a misspelt name.
 */
export const UNKNOWN_TOPIC_PATIENCE_MS = 5000;

/** The markers of the transaction before are being written: that takes a moment, as a rule. */
const ENDING_PAUSE_MS = 10;
const ENDING_FAILURES = 20;

/** What an attempt learns of those before it. */
export interface Attempt {
  /** An attempt before lost its connection: what it asked for may have been done. */
  readonly uncertain: boolean;
}

export interface RetryOptions {
  /** In words, for the error. */
  readonly what: string;
  /** From now on; Infinity: until it works or the client is closed. */
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly isOver?: () => boolean;
  /** The last failure is thrown as it is (AnswerFailure, ConnectionFailure): the caller knows what it means. */
  readonly asItIs?: boolean;
}

export class Retries {
  readonly #parts: RetryParts;

  constructor(parts: RetryParts) {
    this.#parts = parts;
  }

  /**
   * Runs until it gives a result.
   * @throws SpoorError: what does not pass, or what the last attempt failed with when the time is over
   */
  async run<T>(options: RetryOptions, attempt: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { clock } = this.#parts;
    const startMs = clock.monotonicMs();
    const tried = new Map<string, string>();
    let uncertain = false;
    for (let failures = 0; ; failures++) {
      try {
        return await attempt({ uncertain });
      } catch (error) {
        if (error instanceof ConnectionFailure) {
          uncertain = true;
          tried.set(addressText(error.address), error.message);
        }
        if (options.isOver?.() === true) throw closedError(options.what, error);
        const pauseMs =
          isEnding(error) && failures < ENDING_FAILURES ? ENDING_PAUSE_MS : this.pauseMs(failures);
        const spentMs = clock.monotonicMs() - startMs + pauseMs;
        if (!mayPass(error) || spentMs > patienceMs(error, options.timeoutMs))
          throw finalError(options, error, tried);
        await this.pause(pauseMs);
      }
    }
  }

  /** Doubles with each failure and is spread, so that clients do not come all at once. */
  pauseMs(failures: number): number {
    const { backoffMs, backoffMaxMs, random } = this.#parts;
    return Math.min(backoffMaxMs, backoffMs * 2 ** Math.min(failures, 20)) * (0.8 + 0.4 * random.next());
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.timers.after(ms, resolve));
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ConnectionFailure || (error instanceof AnswerFailure && error.passes);
}

function isEnding(error: unknown): boolean {
  return error instanceof AnswerFailure && error.code === ClusterCode.CONCURRENT_TRANSACTIONS;
}

function patienceMs(error: unknown, timeoutMs: number): number {
  const unknown = error instanceof AnswerFailure && error.code === ClusterCode.UNKNOWN_TOPIC_OR_PARTITION;
  return unknown ? Math.min(timeoutMs, UNKNOWN_TOPIC_PATIENCE_MS) : timeoutMs;
}

function closedError(what: string, cause: unknown): Error {
  return clusterErrors.CLOSED({
    message: `the connection to the cluster was closed: ${what} was given up`,
    cause,
  });
}

/** What users see of a failure: SpoorErrors as they are, the rest as one of `errors.ts`. */
export function clusterError(error: unknown, what: string): unknown {
  if (error instanceof AnswerFailure) return error.toSpoorError();
  if (!(error instanceof ConnectionFailure)) return error;
  return unreachable(what, new Map([[addressText(error.address), error.message]]), error);
}

function finalError(options: RetryOptions, error: unknown, tried: ReadonlyMap<string, string>): unknown {
  const { what, asItIs } = options;
  if (asItIs === true) return error;
  return error instanceof ConnectionFailure ? unreachable(what, tried, error) : clusterError(error, what);
}

function unreachable(what: string, tried: ReadonlyMap<string, string>, cause: unknown): Error {
  const addresses = [...tried.keys()].map((address) => `'${address}'`).join(", ");
  return clusterErrors.UNREACHABLE({
    message: `the Kafka cluster cannot be reached at ${addresses} (${what})`,
    detail: [...tried].map(([address, reason]) => `${address}: ${reason}`).join("; "),
    hint: "check the addresses of --kafka, the network, and security.protocol in the file of --kafka-config",
    cause,
  });
}
