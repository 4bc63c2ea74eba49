/** Starts a whole server: the application and the HTTP server in front of it. */
import { readFileSync } from "node:fs";
import { openApplication } from "../app/application.ts";
import { serverProperties } from "../app/server-properties.ts";
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import { pino } from "pino";
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
  try {
    const url = await server.listen({ host: options.http.host, port: options.http.port });
    return {
      url,
      close: async () => {
        await server.close();
        await application.close();
      },
    };
  } catch (error) {
    await application.close();
    throw listenFailure(error, options.http);
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
