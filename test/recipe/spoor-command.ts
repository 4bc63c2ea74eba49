/** `bin/spoor` as a user starts it: in a process of its own, talked to through its pipes and over HTTP. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TopicEntity } from "../../src/api/spoor-endpoints.ts";
import { TOPICS_PATH } from "../../src/api/paths.ts";

const SPOOR = fileURLToPath(new URL("../../bin/spoor", import.meta.url));
const POLL_MS = 25;
const WAIT_MAX_MS = 30_000;

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], stdin: string | undefined): ChildProcess {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(process.execPath, [SPOOR, ...args], { stdio: ["pipe", "pipe", "pipe"], env });
  child.stdin?.end(stdin ?? "");
  return child;
}

const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("utf8");

/** Runs a command to its end. */
export async function spoor(args: readonly string[], stdin?: string): Promise<CommandResult> {
  const child = start(args, stdin);
  const pieces: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout?.on("data", (chunk: Buffer) => pieces.stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => pieces.stderr.push(chunk));
  const overdue = setTimeout(() => child.kill("SIGKILL"), WAIT_MAX_MS);
  await once(child, "close");
  clearTimeout(overdue);
  return { code: child.exitCode, stdout: text(pieces.stdout), stderr: text(pieces.stderr) };
}

/** A `spoor serve` on a free port; for Kafka it listens where `args` say so. */
export class ServeProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Resolves when it answers; throws what it said where it did not start. */
  static async start(dataDir: string, ...args: readonly string[]): Promise<ServeProcess> {
    const addresses = ["--http", "127.0.0.1:0", "--kafka-listen", "off"];
    const child = start(["serve", "--data", dataDir, ...addresses, ...args], undefined);
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    const address = () => /https?:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    await until(() => address() !== undefined || child.exitCode !== null);
    const url = address();
    if (url === undefined) throw new Error(`spoor serve ended with ${child.exitCode}: ${said}`);
    await until(async () => (await fetch(`${url}/healthcheck`)).ok);
    return new ServeProcess(child, url);
  }

  /** As Ctrl-C does. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGINT");
      await once(this.#child, "exit");
    }
    return this.#child.exitCode;
  }

  async topicCounts(): Promise<Readonly<Record<string, number>>> {
    const response = await fetch(`${this.url}${TOPICS_PATH}`);
    const body = (await response.json()) as { readonly topics: readonly TopicEntity[] };
    return Object.fromEntries(body.topics.map(({ name, records }) => [name, records]));
  }

  /** Waits until the topic holds so many records. */
  async untilCount(topic: string, records: number): Promise<void> {
    await until(async () => ((await this.topicCounts())[topic] ?? 0) >= records);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAIT_MAX_MS; waitedMs += POLL_MS) {
    if (await condition()) return;
    await pause(POLL_MS);
  }
  throw new Error(`nothing came of it in ${WAIT_MAX_MS} ms`);
}
