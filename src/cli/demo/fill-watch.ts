import { setTimeout as sleep } from "node:timers/promises";
import type { QueryStatistics } from "../../api/runtime-statistics.ts";
import type { TopicEntity } from "../../api/spoor-endpoints.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Invocation } from "../command-definition.ts";
import { countText } from "../render/quantity.ts";

const POLL_MS = 60;
/** Queries that make no headway for so long will not catch up. */
const STUCK_MS = 30_000;

export interface Filled {
  readonly topics: readonly TopicEntity[];
  readonly queries: readonly QueryStatistics[];
  /** From the first statement to the last new record. */
  readonly elapsedMs: number;
  /** False where queries stopped short of their input's end. */
  readonly caughtUp: boolean;
}

/**
 * Waits until every query has read its input to the end: no lag in two looks in a row between which no topic grew
 * (a query whose input has yet to be written has no lag either). Shows a topic filling meanwhile.
 * @param startedMs when the first statement was sent, on the monotonic clock
 * @param shown name of a stream; its topic has the same name, in any case
 */
export async function watchFilling(
  invocation: Invocation,
  client: SpoorClient,
  startedMs: number,
  shown: string,
): Promise<Filled> {
  const { clock, interrupted } = invocation;
  let records = -1;
  let grewMs = clock.monotonicMs();
  for (;;) {
    const queries = await client.queries();
    const topics = await client.topics();
    const now = clock.monotonicMs();
    const total = topics.reduce((sum, topic) => sum + topic.records, 0);
    const idle = queries.every((query) => query.lag === 0);
    show(invocation, topics, shown);
    if (total === records && idle) return finish(true);
    if (total !== records) grewMs = now;
    if (now - grewMs > STUCK_MS || queries.some((query) => query.state === "ERROR")) return finish(false);
    records = total;
    await sleep(POLL_MS, undefined, { signal: interrupted });

    function finish(caughtUp: boolean): Filled {
      if (invocation.io.stderrIsTerminal) invocation.io.err("\r\u001b[2K");
      return { topics, queries, elapsedMs: grewMs - startedMs, caughtUp };
    }
  }
}

function show({ io }: Invocation, topics: readonly TopicEntity[], stream: string): void {
  if (!io.stderrIsTerminal) return;
  const topic = topics.find(({ name }) => name.toUpperCase() === stream);
  io.err(`\r\u001b[2K   ${stream} fills: ${countText(topic?.records ?? 0)} rows`);
}
