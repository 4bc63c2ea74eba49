/** Starts a whole server: the application and the HTTP server in front of it. */
import { readFileSync } from "node:fs";
import { openApplication } from "../app/application.ts";
import type { Application } from "../app/application.ts";
import { openKafkaListener } from "../app/kafka-listener.ts";
import { serverProperties } from "../app/server-properties.ts";
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type { Broker } from "../broker/start-broker.ts";
import { pino } from "pino";
import { isLoopback } from "./access-guard.ts";
import { serverErrors } from "./errors.ts";
import { buildHttpServer } from "./http-server.ts";
import { accessSettings } from "./server-settings.ts";
import { listenFailure } from "./listen-failure.ts";

export interface StartOptions {
  /** Undefined: everything in memory. */
  readonly dataDir: string | undefined;
  /** Port 0 takes a free one. */
  readonly http: { readonly host: string; readonly port: number };
  readonly kafkaListen: { readonly host: string; readonly port: number } | undefined;
  readonly queriesFile: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly log: "debug" | "info" | "warn" | "error" | "silent";
}

export interface StartedServer {
  readonly url: string;
  /** `host:port` of the Kafka listener, if there is one. */
  readonly kafka?: string | undefined;
  close(): Promise<void>;
}

export async function startServer(options: StartOptions): Promise<StartedServer> {
  const logger = pino({ level: options.log, base: null }, pino.destination(2));
  const started = systemClock.monotonicMs();
  const properties = serverProperties(options.properties);
  const access = accessSettings(Object.fromEntries(properties));
  const application = await openApplication({
    dataDir: options.dataDir,
    version: packageVersion(),
    advertised: `${options.http.host}:${options.http.port}`,
    properties,
    queriesFile: options.queriesFile,
    clock: systemClock,
    random: systemRandom,
    processFacts: () => ({
      runtime: `node ${process.version}`,
      uptimeMs: Math.round(systemClock.monotonicMs() - started),
      memoryBytes: process.memoryUsage().rss,
    }),
    report: (level, message) => logger[level](message),
  });
  const server = buildHttpServer(application.service, { host: options.http.host, access, logger });
  const closing: (() => Promise<unknown>)[] = [() => application.close()];
  const close = async (): Promise<void> => {
    for (const end of closing.toReversed()) await end();
  };
  try {
    const kafka = await startKafka(application, options, properties, (line) => logger.error(line));
    if (kafka !== undefined) closing.push(() => kafka.close());
    closing.push(() => server.close());
    const url = await server.listen({ host: options.http.host, port: options.http.port });
    return { url, kafka: kafka && `${kafka.address.host}:${kafka.address.port}`, close };
  } catch (error) {
    await close();
    throw listenFailure(error, options.http);
  }
}

/** @throws SERVER_EXPOSED, BROKER_ADDRESS_IN_USE */
async function startKafka(
  { context }: Application,
  { kafkaListen: listen }: StartOptions,
  properties: ReadonlyMap<string, string>,
  report: (message: string) => void,
): Promise<Broker | undefined> {
  if (listen === undefined) return undefined;
  if (!isLoopback(listen.host) && !properties.has("spoor.kafka.users")) {
    throw serverErrors.EXPOSED({
      message: `no credential protects Kafka's '${listen.host}'`,
      hint: "name a file of users with spoor.kafka.users, or listen on 127.0.0.1",
    });
  }
  return openKafkaListener(context, { listen, report });
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
