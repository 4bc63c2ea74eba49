/** Setting and removing users over the protocol, and that they are there after a restart. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Authenticator } from "../access-control.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { FakeScramClient, saltedPassword } from "./fake-scram-client.ts";
import { fileSecurityStore, memorySecurityStore } from "./security-store.ts";
import { openAuthenticator } from "./user-authenticator.ts";

const SHA_256 = 1;
const SHA_512 = 2;
const salt = Buffer.from("c2FsdA==", "base64");

function upsertion(name: string, password: string, mechanism = SHA_256, iterations = 4096) {
  const [hash, bytes] = mechanism === SHA_512 ? (["sha512", 64] as const) : (["sha256", 32] as const);
  const salted = saltedPassword(password, salt.toString("base64"), iterations, hash, bytes);
  return { name, mechanism, iterations, salt, saltedPassword: salted };
}

async function getsIn(from: Authenticator, user: string, password: string): Promise<boolean> {
  const exchange = from.begin("SCRAM-SHA-256")!;
  const client = new FakeScramClient("SCRAM-SHA-256", user, password);
  const challenge = await exchange.step(client.first());
  if (challenge.kind !== "challenge") return false;
  return (await exchange.step(client.final(challenge.bytes))).kind === "success";
}

function codes(answer: ReturnType<Authenticator["alterCredentials"]>): Record<string, number> {
  return Object.fromEntries(answer.results.map(({ user, errorCode }) => [user, errorCode]));
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "spoor-security-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

test("users that are set get in, by PLAIN too, also after a restart; nobody else can read the file", async () => {
  const path = join(directory, "users.json");
  const first = openAuthenticator({ store: fileSecurityStore(path), users: [] });
  const upsertions = [upsertion("carol", "secret"), upsertion("carol", "secret", SHA_512)];
  expect(codes(first.alterCredentials({ deletions: [], upsertions }))).toEqual({ carol: 0 });
  expect(await getsIn(first, "carol", "secret")).toBe(true);
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(readFileSync(path, "utf8")).not.toContain("secret");

  const again = openAuthenticator({ store: fileSecurityStore(path), users: [] });
  expect(await getsIn(again, "carol", "secret")).toBe(true);
  expect(await getsIn(again, "carol", "other")).toBe(false);
  expect((await again.begin("PLAIN")!.step(Buffer.from("\0carol\0secret"))).kind).toBe("success");
});

test("what a crash left behind lends the file no wider rights", () => {
  const path = join(directory, "left.json");
  writeFileSync(`${path}.tmp`, "half", { mode: 0o644 });
  const authenticator = openAuthenticator({ store: fileSecurityStore(path), users: [] });
  const upsertions = [upsertion("dave", "secret")];
  expect(codes(authenticator.alterCredentials({ deletions: [], upsertions }))).toEqual({ dave: 0 });
  expect(statSync(path).mode & 0o077).toBe(0);
});

test("a damaged file is an error that names it", () => {
  const path = join(directory, "damaged.json");
  for (const content of ["{", '{"version": 2}', '{"version": 1, "credentials": [{}], "rules": []}']) {
    writeFileSync(path, content);
    expect(() => openAuthenticator({ store: fileSecurityStore(path), users: [] })).toThrow(
      expect.objectContaining({ code: "BROKER_SECURITY_FILE_DAMAGED" }),
    );
  }
});

test("a file that cannot be written changes nothing", async () => {
  const store = fileSecurityStore(join(directory, "missing", "users.json"));
  const authenticator = openAuthenticator({ store, users: [] });
  const answer = authenticator.alterCredentials({ deletions: [], upsertions: [upsertion("x", "y")] });
  expect(codes(answer)).toEqual({ x: KafkaError.KAFKA_STORAGE_ERROR });
  expect(await getsIn(authenticator, "x", "y")).toBe(false);
});

test("a user with a SCRAM-SHA-512 credential alone gets in by PLAIN as well", async () => {
  const authenticator = openAuthenticator({ store: memorySecurityStore(), users: [] });
  authenticator.alterCredentials({ deletions: [], upsertions: [upsertion("frank", "p", SHA_512)] });
  const step = (text: string) => authenticator.begin("PLAIN")!.step(Buffer.from(text));
  expect((await step("\0frank\0p")).kind).toBe("success");
  expect((await step("\0frank\0q")).kind).toBe("failure");
});

describe("changes", () => {
  const users = [{ name: "fixed", password: "p" }];

  test("that make no sense are refused, user by user", () => {
    const authenticator = openAuthenticator({ store: memorySecurityStore(), users });
    const answer = authenticator.alterCredentials({
      deletions: [
        { name: "absent", mechanism: SHA_256 },
        { name: "twice", mechanism: SHA_256 },
      ],
      upsertions: [
        upsertion("twice", "p"),
        upsertion("few", "p", SHA_256, 4095),
        upsertion("many", "p", SHA_256, 16_385),
        upsertion("fixed", "p"),
        upsertion("", "p"),
        { ...upsertion("odd", "p"), mechanism: 3 },
        { ...upsertion("short", "p"), saltedPassword: Buffer.alloc(31) },
        { ...upsertion("saltless", "p"), salt: Buffer.alloc(0) },
        upsertion("good", "p"),
      ],
    });
    expect(codes(answer)).toEqual({
      absent: KafkaError.RESOURCE_NOT_FOUND,
      twice: KafkaError.DUPLICATE_RESOURCE,
      few: KafkaError.UNACCEPTABLE_CREDENTIAL,
      many: KafkaError.UNACCEPTABLE_CREDENTIAL,
      fixed: KafkaError.UNACCEPTABLE_CREDENTIAL,
      "": KafkaError.UNACCEPTABLE_CREDENTIAL,
      odd: KafkaError.UNSUPPORTED_SASL_MECHANISM,
      short: KafkaError.UNACCEPTABLE_CREDENTIAL,
      saltless: KafkaError.UNACCEPTABLE_CREDENTIAL,
      good: 0,
    });
  });

  test("are described: mechanisms and iterations, never keys", () => {
    const authenticator = openAuthenticator({ store: memorySecurityStore(), users });
    authenticator.alterCredentials({ deletions: [], upsertions: [upsertion("dave", "p", SHA_512, 5000)] });
    const all = authenticator.describeCredentials({ users: null });
    expect(all.results).toEqual([
      {
        user: "dave",
        errorCode: 0,
        errorMessage: null,
        credentialInfos: [{ mechanism: SHA_512, iterations: 5000 }],
      },
      expect.objectContaining({ user: "fixed" }),
    ]);
    const named = authenticator.describeCredentials({
      users: [{ name: "nobody" }, { name: "dave" }, { name: "dave" }],
    });
    expect(named.results.map(({ errorCode }) => errorCode)).toEqual([
      KafkaError.RESOURCE_NOT_FOUND,
      KafkaError.DUPLICATE_RESOURCE,
    ]);
  });

  test("take a user away with the last credential", async () => {
    const authenticator = openAuthenticator({ store: memorySecurityStore(), users });
    authenticator.alterCredentials({ deletions: [], upsertions: [upsertion("eve", "p")] });
    const deletions = [{ name: "eve", mechanism: SHA_256 }];
    expect(codes(authenticator.alterCredentials({ deletions, upsertions: [] }))).toEqual({ eve: 0 });
    expect(await getsIn(authenticator, "eve", "p")).toBe(false);
    expect(authenticator.describeCredentials({ users: null }).results).toHaveLength(1);
  });
});
