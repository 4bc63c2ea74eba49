/** `spoor serve` as a process of its own, in a new folder, on free ports of the loopback interface. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram, untilReady } from "./broker-process.ts";
import type { BrokerProcess } from "./broker-process.ts";

const START_MS = 30_000;

export interface SpoorProcess extends BrokerProcess {
  /** Of its HTTP API. */
  readonly url: string;
}

/**
 * @param profile a folder for the process's CPU profile, which it writes when it ends
 * @param more further arguments of `spoor serve`
 */
export async function startSpoor(
  dir: string,
  profile: string | undefined,
  more: readonly string[] = [],
): Promise<SpoorProcess> {
  mkdirSync(dir, { recursive: true });
  const spoor = fileURLToPath(new URL("../bin/spoor", import.meta.url));
  const nodeOptions = profile === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", resolve(profile)];
  const listen = ["--http", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0"];
  const program = startProgram({
    command: process.execPath,
    args: [...nodeOptions, spoor, "serve", "--data", join(dir, "data"), ...listen, ...more],
    env: { TZ: "UTC" },
  });
  const banner = await untilReady(program, START_MS, () => {
    const said = program.said();
    const kafka = /^ *Kafka +(\S+:\d+)/m.exec(said);
    const http = /^ *HTTP +(http\S+)/m.exec(said);
    return kafka === null || http === null ? undefined : { bootstrap: kafka[1]!, url: http[1]! };
  });
  return { name: "Spoor", ...banner, pid: program.pid, stop: () => program.stop() };
}

/** Runs statements through the HTTP API. @throws with the server's answer where it refuses them */
export async function runStatements(url: string, sql: string): Promise<void> {
  const response = await fetch(`${url}/ksql`, { method: "POST", body: JSON.stringify({ ksql: sql }) });
  if (!response.ok) throw new Error(await response.text());
}
