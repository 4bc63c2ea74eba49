/** A case's server: the application and its HTTP server on a free loopback port, in memory. */
import { systemClock } from "../../../src/base/clock.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { openApplication } from "../../../src/app/application.ts";
import type { Application } from "../../../src/app/application.ts";
import { murmur2Partition } from "../../../src/engine/murmur2.ts";
import { RecordBatchBuilder } from "../../../src/log/record-batch-builder.ts";
import { buildHttpServer } from "../../../src/server/http-server.ts";
import type { RawRecord } from "../qtt/topic-records.ts";

const HOST = "127.0.0.1";

export interface RestServer {
  readonly url: string;
  readonly application: Application;
  close(): Promise<void>;
}

export async function openRestServer(properties: ReadonlyMap<string, string>): Promise<RestServer> {
  const application = await openApplication({
    dataDir: undefined,
    version: "0.0.0",
    advertised: `${HOST}:0`,
    properties,
    queriesFile: undefined,
    clock: systemClock,
    random: new SeededRandom(1),
    processFacts: () => ({ runtime: process.version, uptimeMs: 0, memoryBytes: 0 }),
    report: () => undefined,
  });
  const server = buildHttpServer(application.service, { host: HOST });
  const url = await server.listen({ host: HOST, port: 0 });
  return {
    url,
    application,
    close: async () => {
      await server.close();
      await application.close();
    },
  };
}

/** Appends as a producer does: by the hash of the key, and records without a key to one partition. */
export function produce({ application }: RestServer, topic: string, record: RawRecord): void {
  const { log } = application.context;
  const { key, value, timestamp, headers } = record;
  const partitions = log.topic(topic)!.partitions;
  const partition = key === null ? 0 : murmur2Partition(key, 0, key.length, partitions);
  const builder = new RecordBatchBuilder(1024, 1);
  builder.appendRecord(key, value, timestamp, log.allocateArrivals(1), headers);
  log.partition(topic, partition).appendBuilder(builder);
}
