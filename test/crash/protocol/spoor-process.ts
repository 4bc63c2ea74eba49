/** A `spoor serve` of its own on free ports: started, watched, killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../../bin/spoor", import.meta.url));
const KILL_AT_CALL = new URL("kill-at-call.ts", import.meta.url).href;

/** Of the log; those of `promises` are of tables and files that connectors write. */
export type FileCall =
  | "write"
  | "fsync"
  | "rename"
  | "ftruncate"
  | "open"
  | "promises.link"
  | "promises.rename"
  | "promises.append";

/** It kills itself before, or in the middle of, its n-th call of a function of the file system. */
export interface CallKill {
  readonly call: FileCall;
  readonly count: number;
  /** A write has put down a part of its bytes. */
  readonly torn: boolean;
}

export interface SpoorProcess {
  readonly http: string;
  readonly kafka: { readonly host: string; readonly port: number };
  readonly died: Promise<void>;
  readonly isAlive: () => boolean;
  kill(): void;
  /** Stops in good order. */
  stop(): Promise<void>;
}

const running = new Set<SpoorProcess>();

/** What a failed test has left. */
export function killAll(): void {
  for (const process of running) process.kill();
  running.clear();
}

/** Starts it; undefined where it was killed before it was up. Rejects where it ended by itself, with what it said. */
export async function startSpoor(
  dataDir: string,
  properties: Readonly<Record<string, string>>,
  kills: { readonly afterMs?: number | undefined; readonly atCall?: CallKill | undefined } = {},
): Promise<SpoorProcess | undefined> {
  const flags = Object.entries(properties).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
  const preload = kills.atCall === undefined ? [] : ["--import", KILL_AT_CALL];
  const listen = ["--http", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0"];
  const child = spawn(
    process.execPath,
    [...preload, LAUNCHER, "serve", "--data", dataDir, ...listen, ...flags],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, NO_COLOR: "1", SPOOR_TEST_KILL_AT: JSON.stringify(kills.atCall ?? null) },
    },
  );
  let alive = true;
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "exit").then(([code, signal]: unknown[]) => {
    alive = false;
    return { code, signal };
  });
  const timer =
    kills.afterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), kills.afterMs);
  const up = Promise.withResolvers<boolean>();
  child.stderr.on("data", () => said.includes("Ctrl-C stops it.") && up.resolve(true));
  void ended.then(() => up.resolve(false));
  const isUp = await up.promise;
  clearTimeout(timer);
  if (!isUp) {
    const { signal, code } = await ended;
    if (signal === "SIGKILL") return undefined;
    throw new Error(`the server ended by itself (${String(code ?? signal)}): ${said}`);
  }
  const http = /HTTP +(\S+)/.exec(said)?.[1] ?? "";
  const kafka = /Kafka +([^:\s]+):(\d+)/.exec(said);
  const started: SpoorProcess = {
    http,
    kafka: { host: kafka?.[1] ?? "", port: Number(kafka?.[2]) },
    died: ended.then(({ signal, code }) => {
      if (signal !== "SIGKILL" && code !== 0) throw new Error(`the server died (${String(code)}): ${said}`);
    }),
    isAlive: () => alive,
    kill: () => child.kill("SIGKILL"),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
  running.add(started);
  void ended.then(() => running.delete(started));
  return started;
}
