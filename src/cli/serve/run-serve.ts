import { resolve } from "node:path";
import { listenText, isLoopback, parseListenAddress } from "../client/server-address.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { errLine } from "../io.ts";
import { clusterAddress } from "../options/cluster-address.ts";
import { kafkaListenAddress } from "../options/kafka-listen.ts";
import { parseNameValues } from "../options/name-value.ts";
import { durationText } from "../render/quantity.ts";
import { startServer } from "../server-launcher.ts";
import type {
  ClusterAddress,
  LogLevel,
  RunningServer,
  ServerOptions,
  StartServer,
} from "../server-launcher.ts";
import { probePort } from "../doctor/port-probe.ts";

export const runServe: CommandRun = (invocation) => serveWith(invocation, startServer);

/** Runs until the first Ctrl-C or SIGTERM, then stops in good order. */
export async function serveWith(invocation: Invocation, start: StartServer): Promise<ExitCode> {
  const { options, io, clock, interrupted, workingDirectory } = invocation;
  const queriesFile = options.text("queries-file");
  const cluster = clusterAddress(invocation);
  const serverOptions: ServerOptions = {
    dataDir: resolve(workingDirectory, options.requiredText("data")),
    http: parseListenAddress(options.requiredText("http"), "http"),
    kafkaListen: cluster === undefined ? kafkaListenAddress(options) : undefined,
    cluster,
    queriesFile: queriesFile === undefined ? undefined : resolve(workingDirectory, queriesFile),
    properties: Object.fromEntries(parseNameValues(options.list("property"), "property")),
    log: options.requiredText("log-level") as LogLevel,
  };
  const { http } = serverOptions;
  if (http.port !== 0 && (await probePort(http)) === "in use") {
    throw cliErrors.BAD_OPTION({
      message: `${listenText(http)} is in use`,
      hint: "another server may run there ('spoor doctor'); give another address with --http",
    });
  }
  const startedMs = clock.monotonicMs();
  const server = await start(serverOptions);
  banner(invocation, serverOptions, server, clock.monotonicMs() - startedMs);
  await untilAborted(interrupted);
  errLine(io, "Stopping: queries commit, topics are closed. (Ctrl-C again ends at once.)");
  await server.close();
  errLine(io, "Stopped.");
  return exitCodes.ok;
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve: done } = Promise.withResolvers<void>();
  // An abort signal alone does not keep the process alive.
  const alive = setInterval(() => undefined, 0x3fff_ffff);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(alive);
      done();
    },
    { once: true },
  );
  return promise;
}

function banner(
  { io, version, commandName }: Invocation,
  options: ServerOptions,
  server: RunningServer,
  tookMs: number,
): void {
  const row = (label: string, text: string) => errLine(io, `  ${label.padEnd(8)}${text}`);
  errLine(io, `${io.paintErr("bold", `Spoor ${version}`)} is up (${durationText(tookMs)})`);
  row("HTTP", `${server.url}  ksqlDB's API`);
  row("Kafka", options.cluster === undefined ? kafkaText(server) : clusterText(options.cluster));
  row("Data", options.dataDir);
  if (options.queriesFile !== undefined) row("Queries", `${options.queriesFile} (headless)`);
  for (const { host } of [options.http, options.kafkaListen].filter((address) => address !== undefined)) {
    if (isLoopback(host)) continue;
    errLine(io, io.paintErr("warning", `! other machines can reach ${host}: only on a network you trust`));
    break;
  }
  const flag = server.url === "http://127.0.0.1:8088" ? "" : ` --server ${server.url}`;
  errLine(io);
  errLine(io, `  ${commandName} sql${flag}`);
  errLine(io, `  ${commandName} ingest${flag} <file> --topic winlogbeat --create`);
  errLine(io, "");
  errLine(io, io.paintErr("dim", "Ctrl-C stops it."));
}

function clusterText({ bootstrap, configFile }: ClusterAddress): string {
  return `the cluster ${bootstrap ?? `of ${configFile ?? ""}`}`;
}

function kafkaText({ kafka, kafkaTaken }: RunningServer): string {
  if (kafka !== undefined) return kafka;
  if (kafkaTaken === undefined) return "no listener";
  return `no listener: ${kafkaTaken} is in use; --kafka-listen HOST:PORT gives it another address`;
}
