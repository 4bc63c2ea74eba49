import { describe, expect, test } from "vitest";
import { ManualTimers } from "../../base/timers.ts";
import { AnswerFailure, ClusterCode } from "./answer-failure.ts";
import { ConnectionFailure } from "./connection-failure.ts";
import { Retries } from "./retry.ts";
import type { RetryOptions } from "./retry.ts";

const lost = (port: number): Error => new ConnectionFailure({ host: "kafka", port }, `refused ${port}`);
const answer = (code: number): Error => new AnswerFailure(code, "topic 'logs'");

/** Runs attempts that fail with these in turn and then succeed; time moves to each next attempt. */
async function run(failures: readonly Error[], options: Partial<RetryOptions> = {}) {
  const timers = new ManualTimers(0);
  const random = { next: () => 0.5 };
  const retries = new Retries({ clock: timers, timers, random, backoffMs: 100, backoffMaxMs: 1000 });
  const attempts: { atMs: number; uncertain: boolean }[] = [];
  const settled = retries
    .run({ what: "testing", timeoutMs: 10_000, ...options }, async ({ uncertain }) => {
      const failure = failures[attempts.length];
      attempts.push({ atMs: timers.nowMs(), uncertain });
      if (failure !== undefined) throw failure;
      return "done";
    })
    .catch((error: unknown) => error);
  for (let i = 0; i < 400; i++) {
    await Promise.resolve();
    timers.advance(timers.waiting > 0 ? 50 : 0);
  }
  return { result: await settled, attempts };
}

describe("trying again", () => {
  test("pauses double up to a limit", async () => {
    const { result, attempts } = await run(
      Array.from({ length: 6 }, () => answer(ClusterCode.NOT_LEADER_OR_FOLLOWER)),
    );
    expect(result).toBe("done");
    const times = attempts.map(({ atMs }) => atMs);
    expect(times.slice(1).map((time, i) => time - times[i]!)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test("an attempt after a lost connection knows that the one before may have been carried out", async () => {
    const { attempts } = await run([
      answer(ClusterCode.NOT_CONTROLLER),
      lost(1),
      answer(ClusterCode.NOT_CONTROLLER),
    ]);
    expect(attempts.map(({ uncertain }) => uncertain)).toEqual([false, false, true, true]);
  });

  test("ends when the time is over, with every address that was tried", async () => {
    const { result, attempts } = await run([lost(1), lost(2), lost(1), lost(1)], { timeoutMs: 500 });
    expect(attempts).toHaveLength(3);
    expect(result).toMatchObject({
      code: "CLUSTER_UNREACHABLE",
      message: "the Kafka cluster cannot be reached at 'kafka:1', 'kafka:2' (testing)",
      detail: "kafka:1: refused 1; kafka:2: refused 2",
    });
  });

  test("what does not pass ends at once, in the user's words or as it is", async () => {
    const { result, attempts } = await run([answer(ClusterCode.TOPIC_AUTHORIZATION_FAILED)]);
    expect(attempts).toHaveLength(1);
    expect(result).toMatchObject({
      code: "CLUSTER_NOT_AUTHORIZED",
      message: "not authorized for topic 'logs'",
      detail: "the cluster answered TOPIC_AUTHORIZATION_FAILED",
    });
    const raw = await run([answer(ClusterCode.INVALID_TXN_STATE)], { asItIs: true });
    expect(raw.result).toBeInstanceOf(AnswerFailure);
  });

  test("a topic that nobody knows is waited for a shorter time", async () => {
    const { result } = await run(
      Array.from({ length: 9 }, () => answer(ClusterCode.UNKNOWN_TOPIC_OR_PARTITION)),
    );
    expect(result).toMatchObject({ code: "CLUSTER_UNKNOWN_TOPIC" });
    const other = await run(Array.from({ length: 9 }, () => answer(ClusterCode.LEADER_NOT_AVAILABLE)));
    expect(other.result).toBe("done");
  });

  test("the end of the transaction before is looked for at short intervals", async () => {
    const { attempts } = await run(
      Array.from({ length: 3 }, () => answer(ClusterCode.CONCURRENT_TRANSACTIONS)),
    );
    expect(attempts.at(-1)!.atMs).toBeLessThanOrEqual(150);
  });

  test("ends when nobody wants it any more", async () => {
    const { result, attempts } = await run([lost(1), lost(1)], { isOver: () => true });
    expect(attempts).toHaveLength(1);
    expect(result).toMatchObject({ code: "CLUSTER_CLOSED" });
  });
});
