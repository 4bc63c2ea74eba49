/** What an HTTP status means for a record that was sent: RFC 9110, and RFC 6585 for 429. */
import type { Outcome } from "../delivery/receiver.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its beginning, at most what the client's limit allows. */
  readonly body: string;
}

/** Refusals that pass: timeout, locked, too early, too many requests. */
const PASSING = new Set([408, 423, 425, 429]);
const SAID_MAX = 200;

/** @param origin scheme and host of the receiver: its path may be a secret */
export function answerOutcome(answer: HttpAnswer, origin: string, nowMs: number): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const reason = `${origin} answered ${status}${said(answer)}`;
  if (status >= 500 || PASSING.has(status))
    return { kind: "retry", reason, afterMs: retryAfterMs(answer, nowMs) };
  if (status >= 300 && status < 400)
    return { kind: "refused", reason: `${reason}; redirects are not followed: give the address itself` };
  return { kind: "refused", reason };
}

/** Seconds or a date; undefined where the receiver asks for nothing. */
export function retryAfterMs({ headers }: HttpAnswer, nowMs: number): number | undefined {
  const value = headers["retry-after"];
  if (typeof value !== "string") return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value.trim())) return Math.ceil(Number(value) * 1000);
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function said({ body }: HttpAnswer): string {
  const text = body.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return text === "" ? "" : `: ${text.slice(0, SAID_MAX)}`;
}
