/** What every store promises, and a table in each. */
import { readdirSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock, systemClock } from "../../base/clock.ts";
import { NUMBERS, fakeLake, numbers } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { DeltaTable } from "../delta/table.ts";
import { optimizeTable } from "../maintenance/optimize.ts";
import { vacuumTable } from "../maintenance/vacuum.ts";
import { AzureStore } from "./azure-store.ts";
import type { AzureCredential } from "./azure-store.ts";
import { FAKE_ACCOUNT, FakeAzureServer } from "./fake-azure-server.ts";
import { FakeS3Server } from "./fake-s3-server.ts";
import { FileCache } from "./file-cache.ts";
import { S3Store } from "./s3-store.ts";
import type { TableStore } from "./table-store.ts";

let fake: FakeLake;
let server: FakeS3Server;
let endpoint: string;
let azureServer: FakeAzureServer;
let azureEndpoint: string;

beforeEach(async () => {
  fake = await fakeLake();
  server = new FakeS3Server(3);
  endpoint = await server.start();
  azureServer = new FakeAzureServer(3);
  azureEndpoint = await azureServer.start();
});

afterEach(async () => {
  await azureServer.close();
  await server.close();
  await fake.close();
});

function s3(more: { accessKeyId?: string; cache?: string } = {}): S3Store {
  return new S3Store({
    bucket: "lake",
    prefix: "tables/t 1",
    region: "eu-test",
    endpoint,
    accessKeyId: more.accessKeyId ?? "key",
    secretAccessKey: "secret",
    cacheFolder: join(fake.folder, more.cache ?? "cache"),
    clock: systemClock,
    wait: () => Promise.resolve(),
  });
}

const ACCOUNT_KEY = Buffer.from("secret").toString("base64");

function azure(more: { credential?: AzureCredential; cache?: string; container?: string } = {}): AzureStore {
  return new AzureStore({
    container: more.container ?? "lake",
    prefix: "tables/t 1",
    endpoint: azureEndpoint,
    credential: more.credential ?? { kind: "key", account: FAKE_ACCOUNT, key: ACCOUNT_KEY },
    cacheFolder: join(fake.folder, more.cache ?? "cache"),
    clock: systemClock,
    attemptsMax: 3,
    firstWaitMs: 1,
  });
}

const STORES: Readonly<Record<string, (cache?: string) => TableStore>> = {
  folder: () => fake.store("t"),
  S3: (cache) => s3(cache === undefined ? {} : { cache }),
  Azure: (cache) => azure(cache === undefined ? {} : { cache }),
};

describe.each(Object.keys(STORES))("a store in %s", (kind) => {
  const made = (): TableStore => STORES[kind]!();

  test("puts an object once", async () => {
    const store = made();
    const race = await Promise.all(
      [1, 2, 3, 4].map((n) => store.putIfAbsent("_delta_log/1.json", Buffer.from(String(n)))),
    );
    expect(race.filter(Boolean)).toHaveLength(1);
    expect(Buffer.from((await store.read("_delta_log/1.json"))!).toString()).toBe(
      String(race.indexOf(true) + 1),
    );
    await store.put("_delta_log/1.json", Buffer.from("new"));
    expect(Buffer.from((await store.read("_delta_log/1.json"))!).toString()).toBe("new");
    expect(await store.read("_delta_log/2.json")).toBeUndefined();
  });

  test("lists folders in order, in pages, from a path on", async () => {
    const store = made();
    const paths = ["a/1", "a/2", "a/3", "a/4", "a/b/5", "a/x=%2F é+&/6", "top"];
    for (const path of paths) await store.put(path, Buffer.from(path));
    const listed = async (...args: Parameters<TableStore["list"]>): Promise<string[]> =>
      (await store.list(...args)).map(({ path }) => path);
    expect(await listed("a")).toEqual(paths.slice(0, 4));
    expect(await listed("a", { startAfter: "a/2" })).toEqual(["a/3", "a/4"]);
    expect(await listed("", { recursive: true })).toEqual(paths);
    expect(await listed("nothing")).toEqual([]);
    expect((await store.list("a"))[0]).toMatchObject({ sizeBytes: 3, modifiedMs: expect.any(Number) });
  });

  test("names the folders in a folder", async () => {
    const store = made();
    for (const path of [
      "silver/Process/_delta_log/0",
      "silver/Net work/x",
      "silver/y",
      "bronze/a/b/c",
      "top",
    ])
      await store.put(path, Buffer.from(path));
    for (let n = 0; n < 7; n++) await store.put(`many/folder ${n}/x`, Buffer.from("x"));
    expect(await store.folders("")).toEqual(["bronze", "many", "silver"]);
    expect(await store.folders("silver")).toEqual(["Net work", "Process"]);
    expect(await store.folders("many")).toHaveLength(7);
    expect(await store.folders("none")).toEqual([]);
  });

  test("publishes a staged file, gives it back as a file, and deletes", async () => {
    const store = made();
    await mkdir(store.stagingFolder, { recursive: true });
    const staged = join(store.stagingFolder, "x");
    writeFileSync(staged, "data");
    expect(await store.publish(staged, "p=1/x")).toMatchObject({ path: "p=1/x", sizeBytes: 4 });
    expect(readdirSync(store.stagingFolder)).toEqual([]);
    const local = await store.localFile("p=1/x");
    const [row] = await fake.lake.database.rows(`SELECT content FROM read_text('${local}')`);
    expect(row).toEqual({ content: "data" });
    await store.delete(["p=1/x", "p=1/none"]);
    expect(await store.read("p=1/x")).toBeUndefined();
  });

  test("holds a table: written, checkpointed, optimized, vacuumed, read by another", async () => {
    const table = await DeltaTable.create(fake.lake, made(), NUMBERS);
    for (let i = 0; i < 11; i++) await table.append(numbers(i * 10, i * 10 + 9, i % 2 === 0 ? "a/b" : "c"));
    await optimizeTable(table);
    await vacuumTable(table, { retentionMs: -0, allowShortRetention: true });
    const other = await DeltaTable.open(fake.lake, STORES[kind]!("other"));
    expect((await fake.rows(other)).map((row) => Number(row["n"])).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 110 }, (_, i) => i),
    );
    expect(other.snapshot.version).toBe(12);
    expect(fake.warnings).toEqual([]);
  });
});

describe("S3", () => {
  test("requests are sent again while the store is busy", async () => {
    server.faults.push("busy", "busy");
    expect(await s3().putIfAbsent("x", Buffer.from("1"))).toBe(true);
    server.faults.push(...Array.from({ length: 6 }, () => "busy" as const));
    await expect(s3().read("x")).rejects.toMatchObject({
      code: "LAKE_STORE_FAILED",
      detail: expect.stringContaining("SlowDown"),
    });
  });

  test("a commit whose answer was lost is one commit", async () => {
    const table = await DeltaTable.create(fake.lake, s3(), NUMBERS);
    const written = await table.write(numbers(1, 2));
    server.faults.push("lose answer");
    expect(await table.commitAppend([written])).toMatchObject({ version: 1 });
    expect((await DeltaTable.open(fake.lake, s3())).snapshot.version).toBe(1);
  });

  test("refused credentials and an unreachable store are told", async () => {
    await expect(s3({ accessKeyId: "other" }).put("x", Buffer.from("1"))).rejects.toMatchObject({
      code: "LAKE_STORE_FAILED",
      detail: expect.stringContaining("403 AccessDenied"),
    });
    await server.close();
    await expect(s3().read("x")).rejects.toThrow("cannot be reached");
    server = new FakeS3Server(3);
    await server.start();
  });
});

describe("Azure", () => {
  test("requests are sent again while the service is busy", async () => {
    azureServer.faults.push("busy", "busy");
    expect(await azure().putIfAbsent("x", Buffer.from("1"))).toBe(true);
    azureServer.faults.push("busy", "busy", "busy");
    await expect(azure().read("x")).rejects.toMatchObject({
      code: "LAKE_STORE_FAILED",
      detail: expect.stringContaining("503"),
    });
  });

  test("a commit whose answer was lost is one commit", async () => {
    const table = await DeltaTable.create(fake.lake, azure(), NUMBERS);
    const written = await table.write(numbers(1, 2));
    azureServer.faults.push("lose answer");
    expect(await table.commitAppend([written])).toMatchObject({ version: 1 });
    expect((await DeltaTable.open(fake.lake, azure())).snapshot.version).toBe(1);
  });

  test("refused credentials, a container that is not there and an unreachable service are told", async () => {
    const stranger: AzureCredential = { kind: "key", account: "stranger", key: ACCOUNT_KEY };
    await expect(azure({ credential: stranger }).put("x", Buffer.from("1"))).rejects.toMatchObject({
      code: "LAKE_STORE_FAILED",
      detail: expect.stringContaining("403 AuthenticationFailed"),
      hint: expect.stringContaining("credentials"),
    });
    await expect(azure({ container: "other" }).read("x")).rejects.toMatchObject({
      hint: "make the container first",
    });
    await azureServer.close();
    await expect(azure().read("x")).rejects.toThrow("cannot be reached");
    azureServer = new FakeAzureServer(3);
    await azureServer.start();
  });

  test("an empty object is read as one", async () => {
    await azure().put("empty", Buffer.alloc(0));
    expect(await azure().read("empty")).toHaveLength(0);
  });
});

describe("the cache of fetched files", () => {
  test("fetches once, and lets go of the least recently used when it is over its limit", async () => {
    const clock = new ManualClock(0);
    const cache = new FileCache(join(fake.folder, "files"), clock, 250);
    let fetched = 0;
    const get = (path: string): Promise<string> =>
      cache.file(path, async () => {
        fetched += 1;
        return Promise.resolve(Buffer.alloc(100));
      });
    await Promise.all([get("a"), get("a"), get("b")]);
    expect(fetched).toBe(2);
    await get("c");
    // All were asked for just now: a statement may be reading them.
    expect(cache.bytes).toBe(300);
    clock.advance(3_600_000);
    await get("a");
    expect(cache.bytes).toBe(200);
    await get("b");
    expect(fetched).toBe(4);
  });
});
