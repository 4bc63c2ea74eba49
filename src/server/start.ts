/** Starts a whole server: the application and the HTTP server in front of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openApplication } from "../app/application.ts";
import type { Application } from "../app/application.ts";
import { readClusterSettings } from "../app/cluster/read-cluster-settings.ts";
import { openHunts } from "../app/hunt/hunt-service.ts";
import { huntSettings } from "../app/hunt/hunt-settings.ts";
import { openKafkaAccess } from "../app/kafka/kafka-access.ts";
import type { KafkaAccess } from "../app/kafka/kafka-access.ts";
import { openKafkaListener } from "../app/kafka/kafka-listener.ts";
import type { KafkaListener } from "../app/kafka/kafka-listener.ts";
import { placeText } from "../app/kafka/kafka-port.ts";
import { serverProperties } from "../app/server-properties.ts";
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
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
  /** `optional`: where the address is taken, the server goes on without. */
  readonly kafkaListen:
    | { readonly host: string; readonly port: number; readonly optional?: boolean }
    | undefined;
  /** Topics are a Kafka cluster's: where it is, and the file that says how to reach it. */
  readonly cluster?:
    | { readonly bootstrap: string | undefined; readonly configFile: string | undefined }
    | undefined;
  readonly queriesFile: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly log: "debug" | "info" | "warn" | "error" | "silent";
}

export interface StartedServer {
  readonly url: string;
  /** `host:port` of the Kafka listener, if there is one. */
  readonly kafka?: string | undefined;
  /** The address that was to be the Kafka listener's, was optional and is taken. */
  readonly kafkaTaken?: string | undefined;
  close(): Promise<void>;
}

export async function startServer(options: StartOptions): Promise<StartedServer> {
  const logger = pino({ level: options.log, base: null }, pino.destination(2));
  const started = systemClock.monotonicMs();
  const properties = serverProperties(options.properties);
  const access = accessSettings(Object.fromEntries(properties));
  huntSettings(properties);
  const kafkaAccess = accessForKafka(options, properties);
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
    cluster: options.cluster && readClusterSettings(options.cluster, (line) => logger.warn(line)),
  });
  const hunts = openHunts(application.context, {
    folder: options.dataDir === undefined ? undefined : join(options.dataDir, "hunts"),
  });
  const server = buildHttpServer(application.service, { host: options.http.host, access, logger, hunts });
  const closing: (() => Promise<unknown>)[] = [() => application.close(), () => hunts.close()];
  const close = async (): Promise<void> => {
    for (const end of closing.toReversed()) await end();
  };
  try {
    const kafka = await startKafka(application, options, kafkaAccess, (level, line) => logger[level](line));
    if (kafka !== undefined) closing.push(() => kafka.close());
    closing.push(() => server.close());
    const url = await server.listen({ host: options.http.host, port: options.http.port });
    const { state } = application.context.kafka;
    const kafkaTaken = state.kind === "taken" ? state.place : undefined;
    return { url, kafka: kafka && placeText(kafka.address), kafkaTaken, close };
  } catch (error) {
    await close();
    throw listenFailure(error, options.http);
  }
}

/** @throws SERVER_EXPOSED, and what {@link openKafkaAccess} throws */
function accessForKafka(
  { kafkaListen: listen, dataDir }: StartOptions,
  properties: ReadonlyMap<string, string>,
): KafkaAccess | undefined {
  if (listen === undefined) return undefined;
  const exposed = !isLoopback(listen.host);
  const access = openKafkaAccess({ properties, dataDir, exposed, clock: systemClock });
  if (exposed && !access.asksWho) {
    throw serverErrors.EXPOSED({
      message: `no credential protects Kafka's '${listen.host}'`,
      hint: "name a file of users with spoor.kafka.users, or listen on 127.0.0.1",
    });
  }
  return access;
}

/** @throws BROKER_ADDRESS_IN_USE */
async function startKafka(
  { context }: Application,
  { kafkaListen: listen }: StartOptions,
  access: KafkaAccess | undefined,
  report: (level: "warn" | "error", message: string) => void,
): Promise<KafkaListener | undefined> {
  if (listen === undefined || access === undefined) return undefined;
  return openKafkaListener(context, { listen, optional: listen.optional ?? false, access, report });
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
