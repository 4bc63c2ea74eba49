/**
 * A receiver of webhooks as a process of its own: `node bench/webhook-receiver.ts '{"idleMs":…,"posts":…}'`. It says its address on
 * its first line and, when nothing has come for a while, what it counted on its last. When each POST was there as a whole is in the
 * file `posts`, beside the offset of the event that made the alert: the last that the alert's EVENTS name.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { schedulingOf, wallMs } from "./webhook-latency.ts";
import type { Scheduling } from "./webhook-latency.ts";

export interface ReceiverTask {
  readonly idleMs: number;
  /** The file that the times go to: two doubles a POST, offset and milliseconds since 1970. */
  readonly posts: string;
}

export interface ReceiverReport {
  readonly posts: number;
  readonly bytes: number;
  /** Ids that came more than once. */
  readonly repeated: number;
  readonly scheduling: Scheduling;
}

export interface StartedReceiver {
  readonly url: string;
  readonly report: Promise<ReceiverReport>;
}

/** So long the first post may take, the making of the statements included. */
const FIRST_MS = 120_000;

/** @throws where the process ends before it has told its address */
export async function startReceiver(task: ReceiverTask): Promise<StartedReceiver> {
  const args = [fileURLToPath(import.meta.url), JSON.stringify(task)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  let last = "";
  const first = new Promise<string>((resolve) => {
    lines.on("line", (line) => {
      if (last === "") resolve(line);
      last = line;
    });
  });
  const ended = new Promise<ReceiverReport>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(last) as ReceiverReport);
      else reject(new Error(`the receiver of webhooks ended with ${code}`));
    });
  });
  const url = await Promise.race([first, ended.then(() => Promise.reject(new Error("it told no address")))]);
  return { url, report: ended };
}

async function receive({ idleMs, posts: file }: ReceiverTask): Promise<ReceiverReport> {
  const times: number[] = [];
  const ids = new Set<string>();
  let posts = 0;
  let bytes = 0;
  let lastMs = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const nowMs = wallMs();
      response.writeHead(204).end();
      const body = Buffer.concat(chunks);
      times.push(offsetOf(body), nowMs);
      lastMs = nowMs;
      posts += 1;
      bytes += body.length;
      ids.add(String(request.headers["webhook-id"]));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts\n`);
  const startMs = wallMs();
  const isOver = (): boolean => wallMs() - (lastMs || startMs + FIRST_MS) >= idleMs;
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 100));
  server.closeAllConnections();
  server.close();
  writeFileSync(file, Float64Array.from(times));
  return { posts, bytes, repeated: posts - ids.size, scheduling: schedulingOf(process.pid) };
}

/** Of `topic/partition/offset`. */
function offsetOf(body: Buffer): number {
  const { data } = JSON.parse(body.toString()) as { readonly data: { readonly EVENTS: readonly string[] } };
  return Number(data.EVENTS.at(-1)!.split("/").at(-1));
}

if (import.meta.main) {
  const report = await receive(JSON.parse(process.argv[2]!) as ReceiverTask);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
