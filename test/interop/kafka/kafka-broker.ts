/** A broker of its own for each client, in memory, on a free port; and a folder for what the client needs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { plainBrokerLog } from "../../../src/broker/broker-log.ts";
import type { BrokerMetrics } from "../../../src/broker/broker-metrics.ts";
import { startBroker } from "../../../src/broker/start-broker.ts";
import type { BrokerOptions } from "../../../src/broker/start-broker.ts";
import { openMemoryLog } from "../../../src/log/memory-log.ts";
import type { TopicLog } from "../../../src/log/topic-log.ts";
import { runCommand } from "../client-process.ts";

export interface InteropBroker {
  /** `host:port`. */
  readonly bootstrap: string;
  readonly log: TopicLog;
  readonly metrics: BrokerMetrics;
  /** Empty at first; gone at the end. */
  readonly folder: string;
  /** Also checks that no request met a bug. */
  close(): Promise<void>;
}

export async function interopBroker(options: Partial<BrokerOptions> = {}): Promise<InteropBroker> {
  const log = openMemoryLog();
  const bugs: unknown[] = [];
  const broker = await startBroker({
    log: plainBrokerLog(log),
    listen: { host: "127.0.0.1", port: 0 },
    clusterId: "c3Bvb3ItaW50ZXJvcC10ZX",
    onBug: (error) => void bugs.push(error),
    ...options,
  });
  const folder = mkdtempSync(join(tmpdir(), "spoor-kafka-"));
  return {
    bootstrap: `${broker.address.host}:${broker.address.port}`,
    log,
    metrics: broker.metrics,
    folder,
    close: async () => {
      await broker.close();
      log.close();
      rmSync(folder, { recursive: true, force: true });
      if (bugs.length > 0) throw bugs[0];
    },
  };
}

export function clientFile(name: string): string {
  return fileURLToPath(new URL(`clients/${name}`, import.meta.url));
}

/** What a client reports: the JSON on its last line. */
export async function report(
  program: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const output = await runCommand({ program, args, folder, environment, timeoutMs: 120_000 });
  return JSON.parse(output.trim().split("\n").at(-1)!);
}
