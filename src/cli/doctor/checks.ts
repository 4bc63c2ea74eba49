import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import type { DoctorCheck } from "../../api/spoor-endpoints.ts";
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { isLoopback, listenText } from "../client/server-address.ts";
import type { ListenAddress } from "../client/server-address.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { bytesText, countText, durationText, timeText } from "../render/quantity.ts";
import type { KafkaListenAddress } from "../options/kafka-listen.ts";
import { probeKafka } from "./kafka-probe.ts";
import { probePort } from "./port-probe.ts";

const MEMORY_LEAST = 512e6;
const DISK_LEAST = 1e9;
const DISK_COMFORT = 10e9;
const OPEN_FILES_COMFORT = 4096;
/** The day this version was made: a clock before it is wrong. */
const NOT_BEFORE_MS = Date.UTC(2026, 0, 1);

export function runtimeCheck(launchedBy: string | undefined): DoctorCheck {
  const by = launchedBy === undefined ? "" : ` (packaged; handed over by ${launchedBy})`;
  const message = `Node ${process.versions.node}${by}, ${process.platform} ${process.arch}, ${availableParallelism()} CPUs`;
  return { name: "runtime", status: "ok", message };
}

export function memoryCheck(): DoctorCheck {
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const free = process.availableMemory();
  const message = `${bytesText(free)} available of ${bytesText(total)}`;
  if (free >= MEMORY_LEAST) return { name: "memory", status: "ok", message };
  return {
    name: "memory",
    status: "warning",
    message,
    hint: `leave at least ${bytesText(MEMORY_LEAST)} to Spoor: end other programs, or raise the container's limit`,
  };
}

/** The folder itself, or the nearest above it that exists: there it would be made. */
export function dataFolderCheck(folder: string): DoctorCheck {
  const existing = nearestExisting(folder);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    return {
      name: "data folder",
      status: "error",
      message: `'${existing}' cannot be written`,
      hint: "give another folder with --data or SPOOR_DATA, or change its owner",
    };
  }
  const made = existing === folder ? "can be written" : `will be made in '${existing}'`;
  return { name: "data folder", status: "ok", message: `'${folder}' ${made}` };
}

export function diskCheck(folder: string): DoctorCheck {
  const { bavail, bsize } = statfsSync(nearestExisting(folder));
  const free = bavail * bsize;
  const message = `${bytesText(free)} free where the data folder is`;
  if (free >= DISK_COMFORT) return { name: "disk", status: "ok", message };
  return {
    name: "disk",
    status: free < DISK_LEAST ? "error" : "warning",
    message,
    hint: "make room, or set retention.ms on large topics: 'spoor topics' shows their bytes",
  };
}

export function openFilesCheck(): DoctorCheck {
  const report = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const soft = report.userLimits?.open_files?.soft;
  if (soft === undefined) return { name: "open files", status: "ok", message: "no limit is known" };
  const limit = Number(soft);
  if (Number.isNaN(limit) || limit >= OPEN_FILES_COMFORT) {
    const text = Number.isNaN(limit) ? String(soft) : countText(limit);
    return { name: "open files", status: "ok", message: `limit ${text}` };
  }
  return {
    name: "open files",
    status: "warning",
    message: `limit ${countText(limit)}; many topics need more`,
    hint: `raise it before the start: ulimit -n ${OPEN_FILES_COMFORT}`,
  };
}

export function clockCheck(clock: Clock): DoctorCheck {
  const now = clock.nowMs();
  if (now >= NOT_BEFORE_MS) return { name: "clock", status: "ok", message: timeText(now) };
  return {
    name: "clock",
    status: "error",
    message: `${timeText(now)} is before this version was made`,
    hint: "set the clock: records are kept and joined by time",
  };
}

/** @param answers true where a Spoor or ksqlDB server is known to answer there */
export async function portCheck(
  name: string,
  option: string,
  address: ListenAddress,
  answers: boolean,
): Promise<DoctorCheck> {
  const where = listenText(address);
  if (answers) return { name, status: "ok", message: `${where}: the server listens there` };
  const state = await probePort(address);
  if (state === "free") {
    if (isLoopback(address.host)) return { name, status: "ok", message: `${where} is free` };
    return {
      name,
      status: "warning",
      message: `${where} is free, and other machines can reach it`,
      hint: `bind to 127.0.0.1 unless the network is trusted: --${option} 127.0.0.1:${address.port}`,
    };
  }
  return {
    name,
    status: "error",
    message: `${where}: ${state}`,
    hint: `end the program that holds it, or give another with --${option}`,
  };
}

/**
 * Whether Kafka is spoken at the address.
 * @param serverListens true where the server of `--server` says that it listens there
 */
export async function kafkaCheck(address: KafkaListenAddress, serverListens: boolean): Promise<DoctorCheck> {
  const name = "Kafka port";
  const where = listenText(address);
  const answer = address.port === 0 ? undefined : await probeKafka(address);
  if (answer === undefined) {
    if (!serverListens) return portCheck(name, "kafka-listen", address, false);
    const hint = "look for a firewall or another network namespace between here and the server";
    return { name, status: "error", message: `${where}: nobody answers, but the server listens there`, hint };
  }
  if (serverListens) return { name, status: "ok", message: `${where}: the server answers, ${answer}` };
  const cure = "end the program that holds it, or give another address with --kafka-listen";
  const optional = address.optional === true;
  return {
    name,
    status: optional ? "warning" : "error",
    message: `${where}: ${answer} answers, and it is not the server that was asked`,
    hint: optional ? `'spoor serve' starts without a Kafka listener here: ${cure}` : cure,
  };
}

/** The server's own checks follow where one answers; none running is no fault. */
export async function serverChecks(client: SpoorClient, clock: Clock): Promise<DoctorCheck[]> {
  const where = client.server.origin;
  const startedMs = clock.monotonicMs();
  try {
    const info = await client.info();
    const tookMs = clock.monotonicMs() - startedMs;
    const message = `${where}: version ${info.version}, ${info.serverStatus}, answered in ${durationText(tookMs)}`;
    const ok = info.serverStatus === "RUNNING";
    const first: DoctorCheck = { name: "server", status: ok ? "ok" : "warning", message };
    const own = await client.doctor();
    return [first, ...own.checks.map((check) => ({ ...check, name: `server: ${check.name}` }))];
  } catch (error) {
    const code = error instanceof SpoorError ? error.code : "";
    const message = error instanceof Error ? error.message : String(error);
    if (code === "CLI_UNREACHABLE") {
      return [{ name: "server", status: "warning", message, hint: "start one with 'spoor serve'" }];
    }
    const hint = error instanceof SpoorError ? error.hint : undefined;
    return [{ name: "server", status: "error", message, ...(hint === undefined ? {} : { hint }) }];
  }
}

function nearestExisting(folder: string): string {
  let path = resolve(folder);
  while (!existsSync(path)) path = dirname(path);
  return path;
}
