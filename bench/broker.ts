/**
 * Spoor's broker beside Apache Kafka: each as a process of its own on this machine, one after the other, never both; the
 * same client for both, one partition, one producer, acks=all. Rounds alternate, and each starts its broker anew with
 * an empty folder and warms it up before anything counts. Broker and client share the machine's cores.
 *
 * First come the rounds of throughput, then those of latency: records that carry their time, at half the rate at which the
 * slower of the two took them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { javaClients, ownClients } from "./broker-clients.ts";
import type { ThroughputClients } from "./broker-clients.ts";
import { findKafkaJars, startKafka } from "./broker-kafka.ts";
import { startLoad } from "./broker-load.ts";
import { processFigures } from "./broker-process.ts";
import type { BrokerProcess } from "./broker-process.ts";
import { Measurements, printMeasurements } from "./broker-report.ts";
import { startSpoor } from "./broker-spoor.ts";
import { createTopic } from "./broker-wire.ts";

export interface BrokerBenchOptions {
  /** A folder with Kafka's jars, or `maven`; undefined: Spoor alone. */
  readonly kafka: string | undefined;
  /** How long each measurement should take, about. */
  readonly seconds: number;
  readonly recordBytes: readonly number[];
  readonly rounds: number;
  readonly dir: string | undefined;
  /** Where the CPU profiles of Spoor go. */
  readonly profile: string | undefined;
  readonly json: boolean;
}

interface System {
  readonly name: string;
  start(dir: string): Promise<BrokerProcess>;
}

/** What a first, short run produces, to learn how many records a measurement needs. */
const CALIBRATION_BYTES = 100_000_000;
const WARM_UP_SECONDS = 3;

export async function benchBroker(options: BrokerBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-"));
  try {
    const jars = await findKafkaJars(options.kafka, dir);
    const spoor: System = { name: "Spoor", start: (folder) => startSpoor(folder, options.profile) };
    const kafka: System | undefined =
      typeof jars === "string"
        ? undefined
        : { name: `Kafka ${jars.version}`, start: (folder) => startKafka(jars, folder) };
    const systems = kafka === undefined ? [spoor] : [spoor, kafka];
    const clients = typeof jars === "string" ? ownClients : javaClients(jars, dir);
    const bench = new BrokerBench(options, systems, clients, dir);
    await bench.run();
    const notes = [
      `client: ${clients.name}; latency: our own driver; ${availableParallelism()} cores for broker and client`,
      `each figure: the median of ${options.rounds} interleaved rounds (least to greatest)`,
      ...(typeof jars === "string" ? [`Kafka: ${jars}`] : []),
    ];
    printMeasurements(
      bench.measurements,
      systems.map(({ name }) => name),
      notes,
      options.json,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

class BrokerBench {
  readonly measurements = new Measurements();
  readonly #options: BrokerBenchOptions;
  readonly #systems: readonly System[];
  readonly #clients: ThroughputClients;
  readonly #dir: string;
  /** By size: the same for all. */
  readonly #records = new Map<number, number>();
  #topics = 0;

  constructor(
    options: BrokerBenchOptions,
    systems: readonly System[],
    clients: ThroughputClients,
    dir: string,
  ) {
    this.#options = options;
    this.#systems = systems;
    this.#clients = clients;
    this.#dir = dir;
  }

  async run(): Promise<void> {
    await this.#rounds((system, broker) => this.#throughput(system, broker));
    await this.#rounds((system, broker) => this.#latency(system, broker));
  }

  async #rounds(measure: (system: string, broker: BrokerProcess) => Promise<void>): Promise<void> {
    for (let round = 0; round < this.#options.rounds; round++) {
      // Who comes first changes: neither always finds the machine as the other left it.
      for (const system of round % 2 === 0 ? this.#systems : this.#systems.toReversed()) {
        const folder = join(this.#dir, "broker");
        const broker = await system.start(folder);
        try {
          await measure(system.name, broker);
        } finally {
          await broker.stop();
          rmSync(folder, { recursive: true, force: true });
        }
      }
    }
  }

  async #throughput(system: string, broker: BrokerProcess): Promise<void> {
    const [first] = this.#options.recordBytes;
    await this.#calibrate(broker);
    await this.#produceAndConsume(broker, first!);
    for (const recordBytes of this.#options.recordBytes) {
      const done = await this.#produceAndConsume(broker, recordBytes);
      const note = (figure: string, value: number): void =>
        this.measurements.note(system, `${recordBytes} B: ${figure}`, value);
      note("produce, MB/s", done.produced.megabytesPerSecond);
      note("produce, records/s", done.produced.recordsPerSecond);
      note("produce, broker's CPU s/GB", done.produceCpuSeconds / done.gigabytes);
      note("fetch, MB/s", done.consumed.megabytesPerSecond);
      note("fetch, records/s", done.consumed.recordsPerSecond);
      note("fetch, broker's CPU s/GB", done.consumeCpuSeconds / done.gigabytes);
    }
    const { residentMb, residentPeakMb } = processFigures(broker.pid);
    this.measurements.note(system, "resident, highest, MB", residentPeakMb);
    this.measurements.note(system, "resident, at the end, MB", residentMb);
  }

  /** How many records of each size take about the time that was asked for; learned once, from the first broker. */
  async #calibrate(broker: BrokerProcess): Promise<void> {
    for (const recordBytes of this.#options.recordBytes) {
      if (this.#records.has(recordBytes)) continue;
      const topic = await this.#topic(broker);
      const few = Math.ceil(CALIBRATION_BYTES / recordBytes);
      const { recordsPerSecond } = await this.#clients.produce(broker.bootstrap, topic, few, recordBytes);
      this.#records.set(recordBytes, Math.ceil(recordsPerSecond * this.#options.seconds));
    }
  }

  async #produceAndConsume(broker: BrokerProcess, recordBytes: number) {
    const { bootstrap, pid } = broker;
    const records = this.#records.get(recordBytes)!;
    const topic = await this.#topic(broker);
    const before = processFigures(pid).cpuSeconds;
    const produced = await this.#clients.produce(bootstrap, topic, records, recordBytes);
    const between = processFigures(pid).cpuSeconds;
    const consumed = await this.#clients.consume(bootstrap, topic, records, recordBytes);
    const after = processFigures(pid).cpuSeconds;
    return {
      produced,
      consumed,
      produceCpuSeconds: between - before,
      consumeCpuSeconds: after - between,
      gigabytes: (records * recordBytes) / 1e9,
    };
  }

  async #latency(system: string, broker: BrokerProcess): Promise<void> {
    const { bootstrap } = broker;
    for (const recordBytes of this.#options.recordBytes) {
      const perSecond = this.#halfLoad(recordBytes);
      const topic = await this.#topic(broker);
      const skip = perSecond * WARM_UP_SECONDS;
      const records = skip + perSecond * this.#options.seconds;
      const target = { bootstrap, topic, records };
      const consuming = startLoad({ role: "consume", skip, ...target });
      const producing = startLoad({ role: "produce", recordBytes, perSecond, ...target });
      const [consumed, produced] = await Promise.all([consuming.report, producing.report]);
      const note = (figure: string, value: number): void =>
        this.measurements.note(system, `${recordBytes} B: ${figure}`, value);
      note("latency under, records/s", produced.records / produced.seconds);
      note("latency p50, ms", consumed.latency!.p50Ms);
      note("latency p99, ms", consumed.latency!.p99Ms);
      note("latency highest, ms", consumed.latency!.maxMs);
    }
  }

  #halfLoad(recordBytes: number): number {
    const rates = this.#systems.map(({ name }) =>
      this.measurements.median(name, `${recordBytes} B: produce, records/s`),
    );
    return Math.floor(Math.min(...rates) / 2);
  }

  async #topic({ bootstrap }: BrokerProcess): Promise<string> {
    const name = `bench-${++this.#topics}`;
    await createTopic(bootstrap, name);
    return name;
  }
}
