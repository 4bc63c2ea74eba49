/** A server of its own for each client, in memory, on a free port; and a folder for what the client needs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../src/server/start.ts";

export interface InteropServer {
  readonly url: string;
  readonly port: number;
  /** Empty at first; gone at the end. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function interopServer(properties: Record<string, string> = {}): Promise<InteropServer> {
  const server = await startServer({
    dataDir: undefined,
    http: { host: "127.0.0.1", port: 0 },
    kafkaListen: undefined,
    queriesFile: undefined,
    properties: { "ksql.dialect": "ksqldb", ...properties },
    log: "silent",
  });
  const folder = mkdtempSync(join(tmpdir(), "spoor-interop-"));
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    folder,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
