import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { kafkaUsers, openKafkaListener } from "./kafka-listener.ts";
import { appFixture } from "./testing/app-fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "spoor-kafka-users-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): ReadonlyMap<string, string> {
  const path = join(folder, "users");
  writeFileSync(path, text);
  return new Map([["spoor.kafka.users", path]]);
}

describe("users of the Kafka listener", () => {
  test("are lines of name and password", () => {
    expect(kafkaUsers(file("# who\nann: s:ecret word \n\n  bob:x\r\n"))).toEqual([
      { name: "ann", password: "s:ecret word" },
      { name: "bob", password: "x" },
    ]);
    expect(kafkaUsers(new Map())).toBeUndefined();
  });

  test("a line that is none is named, and a file that is not there", () => {
    expect(() => kafkaUsers(file("ann: a\nbob\n"))).toThrow(
      expect.objectContaining({
        code: "APP_BAD_KAFKA_USERS",
        message: expect.stringMatching(/^line 2 of/) as string,
      }),
    );
    expect(() => kafkaUsers(new Map([["spoor.kafka.users", join(folder, "none")]]))).toThrow(
      expect.objectContaining({ code: "APP_BAD_KAFKA_USERS" }),
    );
  });
});

test("the listener opens over the application's log and closes before it", async () => {
  const { context } = appFixture();
  const bugs: string[] = [];
  const listen = { host: "127.0.0.1", port: 0 };
  const broker = await openKafkaListener(context, { listen, report: (line) => bugs.push(line) });
  expect(broker.address.port).toBeGreaterThan(0);
  await expect(
    openKafkaListener(context, { listen: broker.address, report: () => undefined }),
  ).rejects.toMatchObject({ code: "BROKER_ADDRESS_IN_USE" });
  await broker.close();
  expect(bugs).toEqual([]);
});
