/**
 * Windows event logs (EVTX) to JSON documents, as `spoor ingest` reads them: from the disk, chunk by chunk. The logs are read
 * once by a process of its own, with the start of Node counted (cold), and then over and over after a second of warming
 * up (warm). Beside it, over the same documents, `JSON.parse` alone.
 */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSeconds, evtxPass, logPaths, rates } from "./evtx-pass.ts";
import type { ColdPass, Rates } from "./evtx-pass.ts";

export interface EvtxBenchOptions {
  /** A file or a folder; default: the recorded logs beside the repository. */
  readonly file: string | undefined;
  /** How long to measure. */
  readonly seconds: number;
  readonly json: boolean;
}

const WARM_UP_SECONDS = 1;
const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../shared");
const PASS = fileURLToPath(new URL("evtx-pass.ts", import.meta.url));

/** @throws Error where there is no log to read */
export async function benchEvtx({ file, seconds, json }: EvtxBenchOptions): Promise<void> {
  const path = file ?? join(SHARED, "data/evtx");
  const paths = logPaths(path);
  const bytes = paths.reduce((sum, each) => sum + statSync(each).size, 0);
  const cold = JSON.parse(execFileSync(process.execPath, [PASS, path], { encoding: "utf8" })) as ColdPass;
  const { events, documentBytes } = await evtxPass(paths, () => undefined);
  await repeated(paths, WARM_UP_SECONDS);
  const warm = await repeated(paths, seconds);
  const { residentMb } = cold;
  const limit = await parseRate(paths);
  if (json) {
    const limitRatio = warm.eventsPerCpuSecond / limit;
    process.stdout.write(`${JSON.stringify({ events, cold, warm, limitRatio })}\n`);
    return;
  }
  const row = (name: string, { eventsPerSecond, eventsPerCpuSecond }: Rates): string =>
    `${name.padEnd(26)}${count(eventsPerSecond).padStart(10)}${count(eventsPerCpuSecond).padStart(16)}\n`;
  process.stdout.write(
    `${paths.length} logs, ${count(events)} events, ${count(bytes / 1e6)} MB; ` +
      `documents ${count(documentBytes / 1e6)} MB\n\n` +
      `${"".padEnd(26)}${"events/s".padStart(10)}${"events/CPU s".padStart(16)}\n` +
      row("one pass, start included", cold) +
      row("warm", warm) +
      `${"JSON.parse alone".padEnd(26)}${"".padStart(10)}${count(limit).padStart(16)}\n` +
      `\nmost resident memory of the one pass ${residentMb} MB\n`,
  );
}

async function repeated(paths: readonly string[], seconds: number): Promise<Rates> {
  const started = performance.now();
  const cpu = cpuSeconds();
  let events = 0;
  do events += (await evtxPass(paths, () => undefined)).events;
  while (performance.now() - started < seconds * 1000);
  return rates(events, (performance.now() - started) / 1000, cpuSeconds() - cpu);
}

/** Events a second that `JSON.parse` takes, the second time. */
async function parseRate(paths: readonly string[]): Promise<number> {
  const documents: string[] = [];
  await evtxPass(paths, (lines) => documents.push(...lines.toString("utf8").trimEnd().split("\n")));
  let rate = 0;
  for (let round = 0; round < 2; round++) {
    const cpu = cpuSeconds();
    for (const document of documents) JSON.parse(document);
    rate = documents.length / (cpuSeconds() - cpu);
  }
  return rate;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
