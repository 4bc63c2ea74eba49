/** github.com/thmeitz/ksqldb-go: HTTP/2 with prior knowledge. Its program lies here as text, out of Go's sight. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

test("ksqldb-go 0.0.4 lists, creates, inserts, pushes and pulls", async () => {
  const { folder, url } = server;
  const source = fileURLToPath(new URL("clients/go/main.go.txt", import.meta.url));
  copyFileSync(source, join(folder, "main.go"));
  writeFileSync(join(folder, "go.mod"), "module interop\n\ngo 1.21\n");
  const environment = { GOFLAGS: "-mod=mod" };
  const get = ["get", "github.com/thmeitz/ksqldb-go@v0.0.4"];
  await runCommand({ program: "go", args: get, folder, environment, timeoutMs: 180_000 });
  const report = await runClient({
    program: "go",
    args: ["run", ".", url],
    folder,
    environment,
    timeoutMs: 180_000,
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
