/**
 * What the outputs must be, twice and independently: the same input records through the interpreter, operators alone, in one
 * life; and a model of a few lines for what the queries mean.
 */
import { join } from "node:path";
import type { Application } from "../../../src/app/application.ts";
import { openApplication } from "../../../src/app/application.ts";
import { writtenRecords } from "../../../src/app/testing/topic-reading.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { SegmentTopicLog } from "../../../src/log/segment-log/segment-topic-log.ts";
import { appendArriving, arrivingRecords } from "../arriving-records.ts";
import type { ArrivingRecord } from "../arriving-records.ts";
import type { ReadRecord } from "./committed-consumer.ts";
import { INPUTS, STATEMENTS } from "./workload.ts";

/** The committed input records in the order in which they came in, over all topics. No server may run there. */
export function storedInputs(dataDir: string): ArrivingRecord[] {
  const log = SegmentTopicLog.open({ directory: join(dataDir, "log") });
  try {
    return arrivingRecords(log, INPUTS);
  } finally {
    log.close();
  }
}

/** Outputs of a run without a crash. */
export async function undisturbed(
  inputs: readonly ArrivingRecord[],
  topics: readonly string[],
): Promise<Map<string, ReadRecord[]>> {
  const application = await openOracle();
  try {
    await application.service.execute({ text: STATEMENTS, properties: {}, variables: {} });
    const { log } = application.context;
    appendArriving(log, inputs);
    await application.engine.drain();
    return new Map(topics.map((topic) => [topic, writtenRecords(log, topic)]));
  } finally {
    await application.close();
  }
}

function openOracle(): Promise<Application> {
  return openApplication({
    dataDir: undefined,
    version: "0.0.0",
    advertised: "127.0.0.1:8088",
    properties: new Map([
      ["spoor.byte.pipelines", "false"],
      ["spoor.interpret.expressions", "true"],
    ]),
    queriesFile: undefined,
    clock: systemClock,
    random: new SeededRandom(5),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: () => undefined,
  });
}

interface Event {
  readonly winlog: { readonly event_id: number; readonly computer_name: string };
}

export interface Model {
  /** Keys in order, by partition of the input. */
  readonly filtered: readonly string[];
  /** `host event role`, in the order of arrival. */
  readonly joined: readonly string[];
  /** The last count of each host and window. */
  readonly perMinute: ReadonlyMap<string, number>;
}

/** What the statements mean, from the input alone. */
export function modelOf(inputs: readonly ArrivingRecord[]): Model {
  const filtered: string[] = [];
  const joined: string[] = [];
  const perMinute = new Map<string, number>();
  const roles = new Map<string, string>();
  for (const { topic, key, value, timestamp } of inputs) {
    const parsed: unknown = JSON.parse(String(value));
    if (topic === "hosts") {
      roles.set(String(key), (parsed as { role: string }).role);
      continue;
    }
    const { event_id: eventId, computer_name: host } = (parsed as Event).winlog;
    if (eventId < 4) filtered.push(String(key));
    joined.push(`${host} ${String(key)} ${roles.get(host) ?? "null"}`);
    const window = `${host} ${Math.floor(timestamp / 60_000) * 60_000}`;
    perMinute.set(window, (perMinute.get(window) ?? 0) + 1);
  }
  return { filtered, joined, perMinute };
}
