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
import { RecordBatchBuilder } from "../../../src/log/record-batch-builder.ts";
import type { LogRecord } from "../../../src/log/record-block.ts";
import { recordsOf } from "../../../src/log/record-headers.ts";
import { SegmentTopicLog } from "../../../src/log/segment-log/segment-topic-log.ts";
import type { ReadRecord } from "./committed-consumer.ts";
import { INPUTS, PARTITIONS, STATEMENTS } from "./workload.ts";

export interface InputRecord extends LogRecord {
  readonly topic: string;
  readonly partition: number;
}

/** The committed input records in the order in which they came in, over all topics. No server may run there. */
export function storedInputs(dataDir: string): InputRecord[] {
  const log = SegmentTopicLog.open({ directory: join(dataDir, "log") });
  const found: InputRecord[] = [];
  for (const topic of INPUTS) {
    for (let index = 0; index < PARTITIONS; index++) {
      const partition = log.partition(topic, index);
      for (let from = partition.startOffset; from < partition.lastStableOffset;) {
        const blocks = partition.read(from, { maxBytes: 1 << 20, isolation: "read_committed" });
        // The blocks' memory goes with the log.
        for (const record of recordsOf(blocks)) {
          const key = record.key === null ? null : Buffer.from(record.key);
          const value = record.value === null ? null : Buffer.from(record.value);
          found.push({ ...record, key, value, topic, partition: index });
        }
        from = blocks.at(-1)!.nextOffset;
      }
    }
  }
  log.close();
  return found.toSorted((a, b) => a.arrival - b.arrival);
}

/** Outputs of a run without a crash. */
export async function undisturbed(
  inputs: readonly InputRecord[],
  topics: readonly string[],
): Promise<Map<string, ReadRecord[]>> {
  const application = await openOracle();
  try {
    await application.service.execute({ text: STATEMENTS, properties: {}, variables: {} });
    const { log } = application.context;
    const builder = new RecordBatchBuilder(64 * 1024);
    for (const { topic, partition, key, value, timestamp } of inputs) {
      builder.appendRecord(key, value, timestamp, log.allocateArrivals(1));
      log.partition(topic, partition).appendBuilder(builder);
    }
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
export function modelOf(inputs: readonly InputRecord[]): Model {
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
