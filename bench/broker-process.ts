/** A broker under test as a process of its own, and what the operating system says of it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Bootstrap } from "./broker-wire.ts";

export interface BrokerProcess {
  readonly name: string;
  readonly bootstrap: Bootstrap;
  readonly pid: number;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const STOP_MS = 20_000;
const SAID_MAX = 8000;

export interface StartedProgram {
  readonly pid: number;
  /** What it has said so far, its last characters. */
  readonly said: () => string;
  readonly ended: () => boolean;
  stop(): Promise<void>;
}

export function startProgram({ command, args, env }: Program): StartedProgram {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let said = "";
  const note = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-SAID_MAX);
  };
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  child.on("error", (error) => (said += error.message));
  return {
    pid: child.pid ?? -1,
    said: () => said,
    ended: () => child.pid === undefined || hasEnded(child),
    stop: () => stop(child),
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(deadline);
}

/** @throws with what the program said when it ends, or is not ready in time */
export async function untilReady<T>(
  program: StartedProgram,
  timeoutMs: number,
  ready: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await ready();
    if (found !== undefined) return found;
    if (program.ended() || performance.now() > endMs) {
      await program.stop();
      throw new Error(`the server did not come up:\n${program.said()}`);
    }
    await wait(100);
  }
}

export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentMb: number;
  readonly residentPeakMb: number;
}

const TICKS_PER_SECOND = 100;

/** Of a process of this machine; not-a-number everywhere but on Linux. */
export function processFigures(pid: number): ProcessFigures {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const megabytes = (name: string): number =>
      (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024) / 1e6;
    // Behind the program's name, which may hold anything: state, ten fields, then user and system time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return { cpuSeconds, residentMb: megabytes("VmRSS"), residentPeakMb: megabytes("VmHWM") };
  } catch {
    return { cpuSeconds: Number.NaN, residentMb: Number.NaN, residentPeakMb: Number.NaN };
  }
}
