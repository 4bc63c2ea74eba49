/** A table in moto's S3: its listings, its conditional puts, and writers that race for versions there. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { S3Store } from "../../../src/lake/store/s3-store.ts";
import { runCommand } from "../client-process.ts";
import { freePorts } from "../free-ports.ts";
import { lakeFixture } from "./lake-fixture.ts";
import type { LakeFixture } from "./lake-fixture.ts";
import { raceWriters } from "./racing-writers.ts";

const KEYS = { region: "us-east-1", accessKeyId: "testing", secretAccessKey: "testing" };

describe("moto 5.2.1's S3", () => {
  let fixture: LakeFixture;
  let server: ChildProcess;
  let endpoint: string;
  beforeAll(async () => {
    fixture = await lakeFixture();
    const { folder } = fixture;
    const packages = fixture.path("packages");
    const args = ["-m", "pip", "install", "--quiet", "--target", packages, "moto[server,s3]==5.2.1"];
    await runCommand({ program: "python3", args, folder, timeoutMs: 400_000 });
    const [port] = await freePorts(1);
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn("python3", ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
      cwd: folder,
      env: { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1" },
      stdio: "ignore",
    });
    await makeBucket(endpoint);
  }, 440_000);
  afterAll(async () => {
    server.kill();
    await fixture.close();
  });

  const store = (cache: string): S3Store =>
    new S3Store({
      ...KEYS,
      bucket: "lake",
      prefix: "tables/events",
      endpoint,
      cacheFolder: join(fixture.folder, cache),
      clock: systemClock,
    });

  test("a table there is written by several at once, optimized, vacuumed and read", async () => {
    await raceWriters(fixture, store);
  });
});

async function makeBucket(endpoint: string): Promise<void> {
  const client = new AwsClient({ ...KEYS, service: "s3" });
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await client.fetch(`${endpoint}/lake`, { method: "PUT" });
      if (response.ok) return;
      throw new Error(`moto answered ${response.status}: ${await response.text()}`);
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(200);
    }
  }
}
