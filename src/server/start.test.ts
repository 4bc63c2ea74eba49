import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startServer } from "./start.ts";
import type { StartOptions, StartedServer } from "./start.ts";

let folder: string;
let running: StartedServer[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-start-"));
  running = [];
});
afterEach(async () => {
  for (const server of running) await server.close();
  rmSync(folder, { recursive: true });
});

async function start(
  kafkaListen: StartOptions["kafkaListen"],
  properties: Readonly<Record<string, string>> = {},
): Promise<StartedServer> {
  const server = await startServer({
    dataDir: undefined,
    http: { host: "127.0.0.1", port: 0 },
    kafkaListen,
    queriesFile: undefined,
    properties,
    log: "silent",
  });
  running.push(server);
  return server;
}

describe("the Kafka listener of a server", () => {
  test("listens where it is told to, or nowhere", async () => {
    expect((await start({ host: "127.0.0.1", port: 0 })).kafka).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await start(undefined)).toMatchObject({ kafka: undefined, kafkaTaken: undefined });
  });

  test("does without an optional address that is taken, and fails without one that was asked for", async () => {
    const { kafka } = await start({ host: "127.0.0.1", port: 0 });
    const listen = { host: "127.0.0.1", port: Number(kafka!.split(":")[1]) };
    expect(await start({ ...listen, optional: true })).toMatchObject({ kafka: undefined, kafkaTaken: kafka });
    await expect(start(listen)).rejects.toMatchObject({ code: "BROKER_ADDRESS_IN_USE" });
  });

  test("does not listen beyond loopback without a credential", async () => {
    const everywhere = { host: "0.0.0.0", port: 0 };
    await expect(start(everywhere)).rejects.toMatchObject({ code: "SERVER_EXPOSED" });
    const users = join(folder, "users");
    writeFileSync(users, "ann: secret\n");
    expect((await start(everywhere, { "spoor.kafka.users": users })).kafka).toMatch(/^0\.0\.0\.0:\d+$/);
  });

  test("does not start with settings that cannot be, even where its address is optional", async () => {
    const optional = { host: "127.0.0.1", port: 0, optional: true };
    const started = start(optional, { "spoor.kafka.super.users": "User:ann" });
    await expect(started).rejects.toMatchObject({ code: "APP_BAD_KAFKA_SETTING" });
  });
});
