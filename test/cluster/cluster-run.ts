/** Servers on a Kafka cluster, which is a broker of Spoor's own here: what a test asks of them and reads back from it. */
import { openApplication } from "../../src/app/application.ts";
import type { Application } from "../../src/app/application.ts";
import { systemClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { plainBrokerLog } from "../../src/broker/broker-log.ts";
import { startBroker } from "../../src/broker/start-broker.ts";
import type { Broker } from "../../src/broker/start-broker.ts";
import { clusterSettings } from "../../src/distributed/kafka/cluster-settings.ts";
import { ORDER_HEADER } from "../../src/distributed/tasks/arrival-order.ts";
import { openMemoryLog } from "../../src/log/memory-log.ts";
import { recordsOf } from "../../src/log/record-headers.ts";
import type { TopicLog } from "../../src/log/topic-log.ts";

export interface ReadRecord {
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly timestamp: number;
  /** Names of the headers, without Spoor's own. */
  readonly headers: readonly string[];
}

/** What a read_committed consumer finds, partition by partition. */
export function readTopic(log: TopicLog, topic: string): readonly ReadRecord[] {
  const { partitions } = log.topic(topic) ?? { partitions: 0 };
  const records: ReadRecord[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const from = log.partition(topic, partition);
    for (let at = from.startOffset; at < from.lastStableOffset;) {
      const blocks = from.read(at, {
        maxBytes: 1 << 20,
        upTo: from.lastStableOffset,
        isolation: "read_committed",
      });
      for (const { key, value, timestamp, headers } of recordsOf(blocks)) {
        records.push({
          partition,
          key: key?.toString("latin1"),
          value: value?.toString("utf8"),
          timestamp,
          headers: headers.map((header) => header.key).filter((name) => name !== ORDER_HEADER),
        });
      }
      at = blocks.at(-1)?.nextOffset ?? from.lastStableOffset;
    }
  }
  return records;
}

export class TestCluster {
  readonly log: TopicLog;
  readonly broker: Broker;
  readonly #bugs: unknown[];
  readonly #servers: Application[] = [];
  /** Each server draws its own lots: they name its transactions. */
  #nextSeed = 20;

  private constructor(log: TopicLog, broker: Broker, bugs: unknown[]) {
    this.log = log;
    this.broker = broker;
    this.#bugs = bugs;
  }

  static async open(): Promise<TestCluster> {
    const log = openMemoryLog();
    const bugs: unknown[] = [];
    const broker = await startBroker({
      log: plainBrokerLog(log),
      listen: { host: "127.0.0.1", port: 0 },
      clusterId: "c3Bvb3ItdGVzdC1jbHVzdA",
      onBug: (error) => void bugs.push(error),
    });
    return new TestCluster(log, broker, bugs);
  }

  get bootstrap(): string {
    return `${this.broker.address.host}:${this.broker.address.port}`;
  }

  /** One more server of the same service. */
  async server(
    reports: string[] = [],
    properties: Readonly<Record<string, string>> = {},
  ): Promise<Application> {
    const server = await openServer(reports, {
      properties,
      cluster: clusterSettings(this.bootstrap),
      seed: this.#nextSeed++,
    });
    this.#servers.push(server);
    return server;
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.broker.close();
    this.log.close();
    if (this.#bugs.length > 0) throw this.#bugs[0];
  }
}

interface ServerOptions {
  readonly cluster?: ReturnType<typeof clusterSettings>;
  readonly seed: number;
  /** Beside those of every server here. */
  readonly properties?: Readonly<Record<string, string>>;
}

export function openServer(
  reports: string[],
  { cluster, seed, properties = {} }: ServerOptions,
): Promise<Application> {
  return openApplication({
    dataDir: undefined,
    version: "0.0.0",
    advertised: "127.0.0.1:8088",
    properties: new Map([["ksql.streams.auto.offset.reset", "earliest"], ...Object.entries(properties)]),
    queriesFile: undefined,
    clock: systemClock,
    random: new SeededRandom(seed),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: (level, message) => {
      if (level !== "info") reports.push(message);
    },
    cluster,
  });
}

export async function execute({ service }: Application, text: string): Promise<void> {
  await service.execute({ text, properties: {}, variables: {} });
}

/** The rows of a push query with LIMIT, or of a pull query. */
export async function rowsOf({ service }: Application, text: string): Promise<readonly unknown[][]> {
  const properties = { "auto.offset.reset": "earliest", "ksql.dialect": "ksqldb" };
  const stream = await service.openQuery({ text, properties, variables: {} });
  const rows: unknown[][] = [];
  for await (const batch of stream.rows) {
    for (const row of batch) rows.push(JSON.parse(row.text) as unknown[]);
  }
  return rows;
}

export async function ingest(
  { service }: Application,
  topic: string,
  lines: readonly string[],
  format: "value" | "key:value" = "value",
): Promise<void> {
  const into = service.openIngest(topic, { format, separator: ":", partition: undefined });
  for (let from = 0; from < lines.length; from += 500) {
    await into.write(Buffer.from(`${lines.slice(from, from + 500).join("\n")}\n`));
  }
  await into.finish();
}
