/** Sarama, old as in Beats 6 and new, and franz-go. Their programs lie here as text, out of Go's sight. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "../client-process.ts";
import { clientFile, interopBroker, report } from "./kafka-broker.ts";
import type { InteropBroker } from "./kafka-broker.ts";

let broker: InteropBroker;

beforeEach(async () => {
  broker = await interopBroker();
});

afterEach(() => broker.close());

async function run(source: string, module: string, version: string): Promise<unknown> {
  const { folder, bootstrap } = broker;
  const program = readFileSync(clientFile(source), "utf8").replace("SARAMA", module);
  writeFileSync(join(folder, "main.go"), program);
  writeFileSync(join(folder, "go.mod"), "module interop\n\ngo 1.21\n");
  const environment = { GOFLAGS: "-mod=mod" };
  const get = ["get", `${module}@${version}`];
  await runCommand({ program: "go", args: get, folder, environment, timeoutMs: 180_000 });
  return report("go", ["run", ".", bootstrap], folder, environment);
}

test.each([
  ["github.com/Shopify/sarama", "v1.18.0"],
  ["github.com/IBM/sarama", "v1.45.1"],
])("%s %s produces by old and new protocols, and consumes", async (module, version) => {
  expect(await run("sarama.go.txt", module, version)).toEqual({ sent: 1500, distinct: 1500 });
  expect(broker.metrics.convertedMessages).toBeGreaterThan(0);
});

test("franz-go 1.18.1 transacts exactly once", async () => {
  const outcome = await run("franz-go.go.txt", "github.com/twmb/franz-go", "v1.18.1");
  expect(outcome).toEqual({ aborted: true, read: 1000, distinct: 1000 });
});
