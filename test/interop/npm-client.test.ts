/** npm's ksqldb-client (HTTP/2 with prior knowledge) and Cube's ksql driver (HTTP/1.1, statements only). */
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runClient, runCommand } from "./client-process.ts";
import { interopServer } from "./interop-server.ts";
import type { InteropServer } from "./interop-server.ts";

let server: InteropServer;

beforeEach(async () => {
  server = await interopServer();
});

afterEach(() => server.close());

test("ksqldb-client 1.0.5 lists, creates, inserts, pushes and pulls", async () => {
  await install("ksqldb-client@1.0.5");
  const script = fileURLToPath(new URL("clients/npm-ksqldb-client.cjs", import.meta.url));
  const report = await runClient({
    program: process.execPath,
    args: [script, server.folder, String(server.port)],
    folder: server.folder,
    timeoutMs: 60_000,
  });
  expect(report).toEqual({
    streamsBefore: ["KSQL_PROCESSING_LOG"],
    streamsAfter: ["KSQL_PROCESSING_LOG", "LOGINS"],
    pushed: [
      ["ann", "pc1", 1],
      ["bob", "pc2", 2],
    ],
    pulled: [["ann", 1]],
  });
});

test("Cube's ksql driver 1.7.43 connects, creates, reads schemas and errors", async () => {
  await install("@cubejs-backend/ksql-driver@1.7.43");
  const script = fileURLToPath(new URL("clients/cube-ksql-driver.cjs", import.meta.url));
  const output = await runCommand({
    program: process.execPath,
    args: [script, server.folder, server.url],
    folder: server.folder,
    timeoutMs: 60_000,
  });
  expect(JSON.parse(output.trim().split("\n").at(-1)!)).toEqual({
    tables: ["KSQL_PROCESSING_LOG", "LOGINS", "TOTALS"],
    types: [
      { name: "USERNAME", type: "text" },
      { name: "C", type: "bigint" },
    ],
    failure: expect.stringContaining("NOBODY"),
  });
});

async function install(name: string): Promise<void> {
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", server.folder, name];
  await runCommand({ program: "npm", args, folder: server.folder, timeoutMs: 180_000 });
}
