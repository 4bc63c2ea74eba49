/** Kafka 4's own tools, from Maven: topics, console producer and consumer, groups, verifiable and performance clients. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../client-process.ts";
import { clientFile, interopBroker } from "./kafka-broker.ts";
import type { InteropBroker } from "./kafka-broker.ts";

const isThere = ((): boolean => {
  try {
    execFileSync("mvn", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!isThere && process.env["CI"] !== "true")("Kafka 4.3.1's tools (need Java and Maven)", () => {
  let broker: InteropBroker;
  beforeAll(async () => {
    broker = await interopBroker();
    const { folder } = broker;
    const args = ["-q", "-B", "-f", clientFile("java-tools.xml"), "package", `-Dlib=${join(folder, "lib")}`];
    await runCommand({ program: "mvn", args, folder, timeoutMs: 300_000 });
  }, 320_000);
  afterAll(() => broker.close());

  const tool = (name: string, ...args: string[]): Promise<string> => {
    const { folder, bootstrap } = broker;
    const java = ["-Xmx256m", "-XX:+UseSerialGC", "-cp", `${join(folder, "lib")}/*`, name];
    const command = [...java, "--bootstrap-server", bootstrap, ...args];
    return runCommand({ program: "java", args: command, folder, timeoutMs: 60_000 });
  };
  const tools = "org.apache.kafka.tools";
  const produce = async (topic: string, codec: string, lines: readonly string[]): Promise<void> => {
    const file = join(broker.folder, "lines.txt");
    writeFileSync(file, `${lines.join("\n")}\n`);
    const { folder, bootstrap } = broker;
    const classes = `${join(folder, "lib")}/*`;
    const options = `--bootstrap-server ${bootstrap} --topic ${topic} --compression-codec ${codec}`;
    const line = `java -Xmx256m -XX:+UseSerialGC -cp '${classes}' ${tools}.ConsoleProducer ${options} < '${file}'`;
    await runCommand({ program: "sh", args: ["-c", line], folder, timeoutMs: 60_000 });
  };

  test("kafka-topics and kafka-configs", async () => {
    const topics = `${tools}.TopicCommand`;
    await tool(topics, "--create", "--topic", "jt", "--partitions", "2", "--config", "retention.ms=100000");
    expect(await tool(topics, "--describe", "--topic", "jt")).toMatch(
      /PartitionCount: 2\s.*retention.ms=100000/,
    );
    await tool(topics, "--alter", "--topic", "jt", "--partitions", "3");
    const change = [
      "--alter",
      "--entity-type",
      "topics",
      "--entity-name",
      "jt",
      "--add-config",
      "retention.ms=5",
    ];
    await tool("kafka.admin.ConfigCommand", ...change);
    expect(broker.log.topic("jt")).toMatchObject({ partitions: 3, overrides: { "retention.ms": "5" } });
    await tool(topics, "--delete", "--topic", "jt");
    expect(broker.log.topic("jt")).toBeUndefined();
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])(
    "console producer and consumer with %s",
    async (codec) => {
      const lines = Array.from({ length: 500 }, (_, i) => `${codec} ${i}`);
      await produce(`console-${codec}`, codec, lines);
      const args = [
        "--topic",
        `console-${codec}`,
        "--group",
        `g-${codec}`,
        "--from-beginning",
        "--max-messages",
        "500",
      ];
      const output = await tool(`${tools}.consumer.ConsoleConsumer`, ...args, "--timeout-ms", "20000");
      expect(output.trimEnd().split("\n").slice(0, 500)).toEqual(lines);
      const groups = `${tools}.consumer.group.ConsumerGroupCommand`;
      expect(await tool(groups, "--describe", "--group", `g-${codec}`)).toMatch(/\s500\s+500\s+0\s/);
      await tool(groups, "--delete", "--group", `g-${codec}`);
    },
  );

  test("verifiable producer and consumer", async () => {
    const sent = await tool(
      `${tools}.VerifiableProducer`,
      "--topic",
      "v",
      "--max-messages",
      "500",
      "--acks",
      "-1",
    );
    expect(sent).toContain('"sent":500,"acked":500');
    const args = ["--topic", "v", "--group-id", "vg", "--max-messages", "500", "--reset-policy", "earliest"];
    const consumed = await tool(`${tools}.VerifiableConsumer`, ...args);
    expect(consumed).toContain('"minOffset":0,"maxOffset":499');
    expect(consumed).toContain('"success":true');
  });

  test("performance clients, plain and in transactions", async () => {
    const { folder, bootstrap } = broker;
    const perf = (...args: string[]): Promise<string> => {
      const java = ["-Xmx256m", "-cp", `${join(folder, "lib")}/*`, `${tools}.ProducerPerformance`];
      const load = ["--num-records", "20000", "--record-size", "500", "--throughput", "-1"];
      const properties = ["--command-property", `bootstrap.servers=${bootstrap}`];
      const all = [...java, ...load, ...args, ...properties];
      return runCommand({ program: "java", args: all, folder, timeoutMs: 60_000 });
    };
    expect(await perf("--topic", "p")).toContain("20000 records sent");
    const transactional = ["--transactional-id", "tx", "--transaction-duration-ms", "100"];
    expect(await perf("--topic", "ptx", ...transactional)).toContain("20000 records sent");
    expect(await tool(`${tools}.TransactionsCommand`, "list")).toMatch(/tx\s+1\s+\d+\s+CompleteCommit/);
    const consumer = await tool(`${tools}.ConsumerPerformance`, "--topic", "p", "--num-records", "20000");
    expect(consumer).toMatch(/, 20000, /);
  });
});
