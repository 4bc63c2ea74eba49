/**
 * Reads event logs to JSON documents once. As a program of its own (`node evtx-pass.ts FOLDER`) it prints what that took since
 * Node was started: the cold figure of `bench/evtx.ts`.
 */
import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";
import { DamageCount } from "../src/events/evtx/evtx-damage.ts";
import { evtxLines } from "../src/events/evtx/evtx-events.ts";
import { fileBytes } from "../src/events/files/byte-stream.ts";

export interface EvtxPass {
  readonly events: number;
  readonly documentBytes: number;
}

export interface Rates {
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
}

/** What the program of its own prints. */
export interface ColdPass extends Rates {
  /** The most memory it had. */
  readonly residentMb: number;
}

const NEWLINE = 0x0a;

/** The log at `path`, or the logs in the folder. @throws Error where there is none */
export function logPaths(path: string): string[] {
  if (!existsSync(path)) throw new Error(`no event logs at '${path}': name a file or folder with --file`);
  if (!statSync(path).isDirectory()) return [path];
  const paths = globSync("**/*.evtx", { cwd: path }).map((name) => join(path, name));
  if (paths.length === 0) throw new Error(`'${path}' holds no event logs`);
  return paths.toSorted();
}

/** Hands each chunk's documents, one a line, to `use`. @throws Error where an event is lost */
export async function evtxPass(paths: readonly string[], use: (lines: Buffer) => void): Promise<EvtxPass> {
  const damage = new DamageCount();
  let events = 0;
  let documentBytes = 0;
  for (const path of paths) {
    for await (const lines of evtxLines(path, fileBytes(path, { bytesRead: 0 }), damage.add)) {
      for (let at = lines.indexOf(NEWLINE); at !== -1; at = lines.indexOf(NEWLINE, at + 1)) events++;
      documentBytes += lines.length;
      use(lines);
    }
  }
  if (damage.lostEvents > 0) throw new Error(`${damage.lostEvents} events could not be read`);
  return { events, documentBytes };
}

export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function rates(events: number, seconds: number, cpu: number): Rates {
  return { eventsPerSecond: events / seconds, eventsPerCpuSecond: events / cpu };
}

if (import.meta.main) {
  const { events } = await evtxPass(logPaths(process.argv[2]!), () => undefined);
  const residentMb = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ ...rates(events, process.uptime(), cpuSeconds()), residentMb }));
}
