/** kafkajs and @platformatic/kafka against the broker. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "../client-process.ts";
import { clientFile, interopBroker, report } from "./kafka-broker.ts";
import type { InteropBroker } from "./kafka-broker.ts";

let broker: InteropBroker;

beforeEach(async () => {
  broker = await interopBroker();
});

afterEach(() => broker.close());

async function run(script: string, name: string): Promise<unknown> {
  const { folder, bootstrap } = broker;
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, name];
  await runCommand({ program: "npm", args, folder, timeoutMs: 180_000 });
  return report(process.execPath, [clientFile(script), folder, bootstrap], folder);
}

test("kafkajs 2.2.4 administers, produces, consumes in a group, and transacts", async () => {
  const { folder, bootstrap } = broker;
  const args = [
    "install",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--prefix",
    folder,
    "kafkajs@2.2.4",
  ];
  await runCommand({ program: "npm", args, folder, timeoutMs: 180_000 });
  expect(await report(process.execPath, [clientFile("kafkajs.cjs"), folder, bootstrap], folder)).toEqual({
    created: [true, false],
    retention: ["100000", "5000"],
    brokers: 1,
    group: { state: "Stable", members: 2, values: 100 },
    committed: 200,
    groups: [],
    transactions: ["0-a", "0-b", "2-a", "2-b"],
    staged: "3",
    low: "1",
    topics: ["out"],
  });
});

test("@platformatic/kafka 2.12.1 produces with zstd and consumes in a group", async () => {
  expect(await run("platformatic.mjs", "@platformatic/kafka@2.12.1")).toEqual({ values: 500, groups: ["g"] });
});
