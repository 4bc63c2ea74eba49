/** PyPI's ksqldb: HTTP/1.1 for statements, HTTP/2 for rows and inserts. */
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

test("ksqldb 1.0.1 lists, creates, inserts, pushes and pulls", async () => {
  const { folder, url } = server;
  const args = ["-m", "pip", "install", "--quiet", "--target", folder, "ksqldb==1.0.1"];
  await runCommand({ program: "python3", args, folder, timeoutMs: 180_000 });
  const script = fileURLToPath(new URL("clients/pypi_ksqldb.py", import.meta.url));
  const report = await runClient({
    program: "python3",
    args: [script, url],
    folder,
    environment: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
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
