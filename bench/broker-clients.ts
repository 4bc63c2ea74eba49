/**
 * Who produces and consumes as fast as it goes: Kafka's own performance tools where Java is there, else the benchmarks' own
 * driver. Both brokers get the same one.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SeededRandom } from "../src/base/random.ts";
import type { KafkaJars } from "./broker-kafka.ts";
import { startLoad } from "./broker-load.ts";
import type { Bootstrap } from "./broker-wire.ts";

const run = promisify(execFile);

export interface Throughput {
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
}

export interface ThroughputClients {
  readonly name: string;
  produce(to: Bootstrap, topic: string, records: number, recordBytes: number): Promise<Throughput>;
  /** All `records` of the topic, from its beginning. */
  consume(from: Bootstrap, topic: string, records: number, recordBytes: number): Promise<Throughput>;
}

export const ownClients: ThroughputClients = {
  name: "our own driver",
  produce: async (bootstrap, topic, records, recordBytes) => {
    const task = { role: "produce", bootstrap, topic, records, recordBytes, perSecond: 0 } as const;
    return throughput(await startLoad(task).report);
  },
  consume: async (bootstrap, topic, records) => {
    const task = { role: "consume", bootstrap, topic, records, skip: records } as const;
    return throughput(await startLoad(task).report);
  },
};

function throughput({ records, bytes, seconds }: { records: number; bytes: number; seconds: number }) {
  return { recordsPerSecond: records / seconds, megabytesPerSecond: bytes / seconds / 1e6 };
}

/** Of the distribution's scripts for these tools. */
const TOOL_JAVA = ["-Xmx512M"];
const PAYLOADS = 1000;

/** @param dir for files of payloads: filling a random record anew for each would be most of the producer's work */
export function javaClients(jars: KafkaJars, dir: string): ThroughputClients {
  const java = async (tool: string, args: readonly string[]): Promise<string> => {
    const all = [...TOOL_JAVA, "-cp", jars.classPath, `org.apache.kafka.tools.${tool}`, ...args];
    const { stdout } = await run("java", all, { cwd: dir, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  };
  return {
    name: `kafka-producer-perf-test and kafka-consumer-perf-test ${jars.version}`,
    produce: async (bootstrap, topic, records, recordBytes) => {
      const load = ["--num-records", String(records), "--payload-file", payloadFile(dir, recordBytes)];
      const properties = ["--command-property", `bootstrap.servers=${bootstrap}`, "acks=all"];
      const args = ["--topic", topic, ...load, "--throughput", "-1", ...properties];
      return producedRate(await java("ProducerPerformance", args), recordBytes);
    },
    consume: async (bootstrap, topic, records, recordBytes) => {
      const args = ["--bootstrap-server", bootstrap, "--topic", topic, "--num-records", String(records)];
      return consumedRate(await java("ConsumerPerformance", [...args, "--timeout", "30000"]), recordBytes);
    },
  };
}

function payloadFile(dir: string, recordBytes: number): string {
  const path = join(dir, `payload-${recordBytes}.txt`);
  const random = new SeededRandom(recordBytes);
  const letter = (): string => String.fromCharCode(97 + Math.floor(random.next() * 26));
  const line = (): string => Array.from({ length: recordBytes }, letter).join("");
  writeFileSync(path, Array.from({ length: PAYLOADS }, line).join("\n"));
  return path;
}

/** The tool's last line: `500000 records sent, 70000.1 records/sec (68.36 MB/sec), …`. */
function producedRate(output: string, recordBytes: number): Throughput {
  const match = /records sent, ([\d.]+) records\/sec/.exec(output.trimEnd().split("\n").at(-1)!);
  if (match === null) throw new Error(`the producer did not end as it should:\n${output}`);
  const recordsPerSecond = Number(match[1]);
  return { recordsPerSecond, megabytesPerSecond: (recordsPerSecond * recordBytes) / 1e6 };
}

/** Its line of figures ends with the rate of fetching alone, without the group's rebalance: `…, fetch.nMsg.sec`. */
function consumedRate(output: string, recordBytes: number): Throughput {
  const figures = output.trimEnd().split("\n").at(-1)!.split(", ");
  const recordsPerSecond = Number(figures.at(-1));
  if (figures.length < 10 || !(recordsPerSecond > 0)) {
    throw new Error(`the consumer did not end as it should:\n${output}`);
  }
  return { recordsPerSecond, megabytesPerSecond: (recordsPerSecond * recordBytes) / 1e6 };
}
