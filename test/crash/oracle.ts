/** The same records without interruption: what the outputs must be. */
import { expect } from "vitest";
import type { Application } from "../../src/app/application.ts";
import { writtenRecords } from "../../src/app/testing/topic-reading.ts";
import type { WrittenRecord } from "../../src/app/testing/topic-reading.ts";
import { RecordBatchBuilder } from "../../src/log/record-batch-builder.ts";
import { INPUTS, OUTPUTS, openWorkload, startWorkload } from "./workload.ts";

/**
 * Runs the workload in memory over the input records that `application` holds, and compares every output.
 * @param bytePipelines as `application` has them: they may escape a character that the operators do not
 */
export async function expectOutputsOfOracle(
  application: Pick<Application, "context">,
  bytePipelines = true,
): Promise<void> {
  const oracle = await openWorkload({ dataDir: undefined, bytePipelines });
  try {
    await startWorkload(oracle);
    for (const topic of INPUTS) copyRecords(application, oracle, topic);
    await oracle.engine.drain();
    for (const topic of OUTPUTS) {
      const found = writtenRecords(application.context.log, topic);
      const expected = writtenRecords(oracle.context.log, topic);
      expect(expected.length, `records the oracle writes to ${topic}`).toBeGreaterThan(0);
      expect(firstDifference(found, expected), topic).toBeUndefined();
    }
  } finally {
    await oracle.close();
  }
}

const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));

function copyRecords(from: Pick<Application, "context">, to: Application, topic: string): void {
  const { log } = to.context;
  const builder = new RecordBatchBuilder(64 * 1024);
  for (const { key, value, timestamp, partition } of writtenRecords(from.context.log, topic)) {
    builder.appendRecord(bytes(key), bytes(value), timestamp, log.allocateArrivals(1));
    if (builder.byteLength > 500_000) log.partition(topic, partition).appendBuilder(builder);
  }
  log.partition(topic, 0).appendBuilder(builder);
}

/** Where two topics part: a difference of thousands of records is no use to a reader. */
export function firstDifference(
  found: readonly WrittenRecord[],
  expected: readonly WrittenRecord[],
): unknown {
  const texts = expected.map((record) => JSON.stringify(record));
  const at = texts.findIndex((text, i) => text !== JSON.stringify(found[i]));
  if (at < 0 && found.length === expected.length) return undefined;
  const index = at < 0 ? expected.length : at;
  return {
    index,
    found: found.slice(index, index + 2),
    expected: expected.slice(index, index + 2),
    counts: { found: found.length, expected: expected.length },
  };
}
