/**
 * A receiver of webhooks as a process of its own: `node bench/webhook-receiver.ts '{"skipMs":…,"idleMs":…}'`. It says its address on
 * its first line and, when nothing has come for a while, what it measured on its last: an alert's latency runs from the moment its
 * event was handed to the producer, which alerts keep as their record time, to the moment its POST was there as a whole.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ReceiverTask {
  /** Latencies of the first so many milliseconds are left out. */
  readonly skipMs: number;
  readonly idleMs: number;
}

export interface ReceiverReport {
  readonly posts: number;
  readonly bytes: number;
  /** Ids that came more than once. */
  readonly repeated: number;
  readonly measured: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
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

function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

async function receive({ skipMs, idleMs }: ReceiverTask): Promise<ReceiverReport> {
  const latencies: number[] = [];
  const ids = new Set<string>();
  let posts = 0;
  let bytes = 0;
  let firstMs = 0;
  let lastMs = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const nowMs = wallMs();
      response.writeHead(204).end();
      const body = Buffer.concat(chunks);
      const { timestamp } = JSON.parse(body.toString()) as { readonly timestamp: string };
      firstMs ||= nowMs;
      lastMs = nowMs;
      posts += 1;
      bytes += body.length;
      ids.add(String(request.headers["webhook-id"]));
      if (nowMs - firstMs >= skipMs) latencies.push(nowMs - Date.parse(timestamp));
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
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    posts,
    bytes,
    repeated: posts - ids.size,
    measured: sorted.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
}

if (import.meta.main) {
  const report = await receive(JSON.parse(process.argv[2]!) as ReceiverTask);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
