/** kcat (librdkafka 2 of Debian): produce with all codecs, consume byte for byte, old protocols, a group. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../client-process.ts";
import { interopBroker } from "./kafka-broker.ts";
import type { InteropBroker } from "./kafka-broker.ts";

let broker: InteropBroker;

beforeEach(async () => {
  broker = await interopBroker();
});

afterEach(() => broker.close());

const isThere = ((): boolean => {
  try {
    execFileSync("kcat", ["-V"]);
    return true;
  } catch {
    return false;
  }
})();

const kcat = (...args: string[]): Promise<string> => {
  const { folder, bootstrap } = broker;
  return runCommand({ program: "kcat", args: ["-b", bootstrap, ...args], folder, timeoutMs: 30_000 });
};

const consume = (topic: string): Promise<string> => kcat("-C", "-t", topic, "-e", "-q", "-o", "beginning");

// Debian's package `kcat`; where it is missing the suite says so, and fails in CI.
describe.skipIf(!isThere && process.env["CI"] !== "true")("kcat (needs the package kcat)", () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i} abcdefghijklmnopqrstuvwxyz0123456789`);
  const produce = async (topic: string, ...args: string[]): Promise<void> => {
    const file = join(broker.folder, "lines.txt");
    writeFileSync(file, `${lines.join("\n")}\n`);
    await kcat("-P", "-t", topic, "-l", file, ...args);
  };

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])("gets what it produced with %s", async (codec) => {
    await produce("t", "-z", codec);
    expect((await consume("t")).trimEnd().split("\n")).toEqual(lines);
  });

  test.each(["0.8.2", "0.9.0.1", "0.10.0.0", "0.11.0.0"])(
    "produces as a client of Kafka %s",
    async (version) => {
      const asOld = ["-X", "api.version.request=false", "-X", `broker.version.fallback=${version}`];
      await produce("t", "-z", "gzip", ...asOld);
      expect((await consume("t")).trimEnd().split("\n")).toEqual(lines);
    },
  );

  test("lists topics, finds offsets by time, reads in a group", async () => {
    await produce("t", "-X", "enable.idempotence=true");
    expect(await kcat("-L")).toContain('topic "t" with 1 partitions');
    expect(await kcat("-Q", "-t", "t:0:-1")).toContain("offset 20000");
    const group = await kcat("-G", "g", "-e", "-q", "-o", "beginning", "t");
    expect(group.trimEnd().split("\n")).toEqual(lines);
  });
});
