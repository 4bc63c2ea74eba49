/** A Kafka Streams application on Spoor's broker: repartition and changelog topics, its group, its state, exactly once. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordBatchBuilder } from "../../../src/log/record-batch-builder.ts";
import { recordsOf } from "../../../src/log/record-headers.ts";
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

const INPUT = "streams-plaintext-input";
const OUTPUT = "streams-wordcount-output";

describe.skipIf(!isThere && process.env["CI"] !== "true")(
  "Kafka Streams 4.3.1 (needs Java and Maven)",
  () => {
    let broker: InteropBroker;
    let running: ChildProcess | undefined;

    beforeAll(async () => {
      broker = await interopBroker();
      const { folder, bootstrap } = broker;
      const args = [
        "-q",
        "-B",
        "-f",
        clientFile("kafka-streams.xml"),
        "package",
        `-Dlib=${join(folder, "lib")}`,
      ];
      await runCommand({ program: "mvn", args, folder, timeoutMs: 300_000 });
      writeFileSync(
        join(folder, "streams.properties"),
        [
          `bootstrap.servers=${bootstrap}`,
          "processing.guarantee=exactly_once_v2",
          "commit.interval.ms=100",
          "replication.factor=1",
          `state.dir=${join(folder, "state")}`,
        ].join("\n"),
      );
      for (const topic of [INPUT, OUTPUT]) broker.log.createTopic(topic, { partitions: 2 });
    }, 320_000);

    afterAll(async () => {
      await stop();
      await broker.close();
    });

    function start(): void {
      const { folder } = broker;
      const main = "org.apache.kafka.streams.examples.wordcount.WordCountDemo";
      const java = ["-Xmx256m", "-XX:+UseSerialGC", "-cp", `${join(folder, "lib")}/*`, main];
      running = spawn("java", [...java, join(folder, "streams.properties")], {
        cwd: folder,
        stdio: "ignore",
      });
    }

    async function stop(): Promise<void> {
      const process = running;
      running = undefined;
      if (process === undefined || process.exitCode !== null) return;
      process.kill("SIGKILL");
      await once(process, "exit");
    }

    function say(partition: number, line: string): void {
      const builder = new RecordBatchBuilder(1024);
      builder.appendRecord(null, Buffer.from(line), 1_700_000_000_000, broker.log.allocateArrivals(1));
      broker.log.partition(INPUT, partition).appendBuilder(builder);
    }

    /** The last count of each word, of what is committed. */
    function counts(): Record<string, number> {
      const words = new Map<string, number>();
      for (const partition of [0, 1]) {
        const log = broker.log.partition(OUTPUT, partition);
        const options = { maxBytes: 1 << 20, isolation: "read_committed" } as const;
        for (let at = log.startOffset; at < log.lastStableOffset;) {
          const blocks = log.read(at, options);
          for (const { key, value } of recordsOf(blocks))
            words.set(String(key), Number(value!.readBigInt64BE()));
          at = blocks.at(-1)?.nextOffset ?? log.lastStableOffset;
        }
      }
      return Object.fromEntries(words);
    }

    test("counts words exactly once, also over a killed instance", async () => {
      say(0, "spoor tracks spoor");
      say(1, "a track");
      start();
      await expect.poll(counts, { timeout: 90_000 }).toEqual({ spoor: 2, tracks: 1, a: 1, track: 1 });
      await stop();
      say(0, "spoor again");
      say(1, "a spoor");
      start();
      const all = { spoor: 4, tracks: 1, a: 2, track: 1, again: 1 };
      await expect.poll(counts, { timeout: 120_000 }).toEqual(all);
      const names = broker.log.topics().map(({ name }) => name);
      expect(names.filter((name) => name.startsWith("streams-wordcount-") && name !== OUTPUT)).toEqual([
        expect.stringMatching(/-changelog$/),
        expect.stringMatching(/-repartition$/),
      ]);
    });
  },
);
