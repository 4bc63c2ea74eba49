/** confluent-kafka, which is librdkafka, and kafka-python against the broker. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "../client-process.ts";
import { clientFile, interopBroker, report } from "./kafka-broker.ts";
import type { InteropBroker } from "./kafka-broker.ts";

let broker: InteropBroker;

beforeEach(async () => {
  broker = await interopBroker();
});

afterEach(() => broker.close());

async function run(script: string, requirement: string): Promise<unknown> {
  const { folder, bootstrap } = broker;
  const args = ["-m", "pip", "install", "--quiet", "--target", folder, requirement];
  await runCommand({ program: "python3", args, folder, timeoutMs: 180_000 });
  const environment = { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" };
  return report("python3", [clientFile(script), bootstrap], folder, environment);
}

test("confluent-kafka 2.16.1 produces with all codecs and transacts exactly once", async () => {
  expect(await run("confluent.py", "confluent-kafka==2.16.1")).toEqual({
    none: 0,
    gzip: 0,
    snappy: 0,
    lz4: 0,
    zstd: 0,
    processed: 5000,
    aborted: true,
    read: 5000,
    distinct: 5000,
    committed: 5000,
    groups: ["g", "readers"],
  });
});

test("kafka-python 3.0.12 produces and consumes in a group", async () => {
  expect(await run("kafka_python.py", "kafka-python==3.0.12")).toEqual({ values: 500, committed: 500 });
});
