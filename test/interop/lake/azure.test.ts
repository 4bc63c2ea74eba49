/** A table in Azurite, Microsoft's own emulator of Azure Blob: its listings, its conditional puts, writers that race for versions. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { lakeLocation } from "../../../src/lake/store/lake-location.ts";
import type { TableStore } from "../../../src/lake/store/table-store.ts";
import { runCommand } from "../client-process.ts";
import { freePorts } from "../free-ports.ts";
import { lakeFixture } from "./lake-fixture.ts";
import type { LakeFixture } from "./lake-fixture.ts";
import { raceWriters } from "./racing-writers.ts";

// Every Azurite has this account with this key; both stand in its documentation.
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

describe("Azurite 3.35.0", () => {
  let fixture: LakeFixture;
  let server: ChildProcess;
  let connection: string;
  beforeAll(async () => {
    fixture = await lakeFixture();
    const { folder } = fixture;
    const packages = fixture.path("packages");
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", packages];
    const args = ["install", ...flags, "azurite@3.35.0"];
    await runCommand({ program: "npm", args, folder, timeoutMs: 400_000 });
    const [port] = await freePorts(1);
    connection = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`;
    const main = join(packages, "node_modules", "azurite", "dist", "src", "blob", "main.js");
    const where = [
      "--location",
      fixture.path("azurite"),
      "--blobHost",
      "127.0.0.1",
      "--blobPort",
      String(port),
    ];
    server = spawn(
      process.execPath,
      [main, ...where, "--silent", "--skipApiVersionCheck", "--disableTelemetry"],
      { cwd: folder, stdio: "ignore" },
    );
    await makeContainer(connection);
  }, 440_000);
  afterAll(async () => {
    server.kill();
    await fixture.close();
  });

  const store = (cache: string): TableStore =>
    lakeLocation("az://lake/tables", {
      workingDirectory: fixture.folder,
      environment: { AZURE_STORAGE_CONNECTION_STRING: connection },
      cacheFolder: join(fixture.folder, cache),
      clock: systemClock,
    }).store("events");

  test("a table there is written by several at once, optimized, vacuumed and read", async () => {
    await raceWriters(fixture, store);
    expect(await store("f").folders("")).toContain("_delta_log");
  });
});

async function makeContainer(connection: string): Promise<void> {
  const service = BlobServiceClient.fromConnectionString(connection, { retryOptions: { maxTries: 1 } });
  for (let attempt = 0; ; attempt++) {
    try {
      await service.getContainerClient("lake").create();
      return;
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(200);
    }
  }
}
