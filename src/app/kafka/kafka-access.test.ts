import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { AclOperation, AclResource } from "../../broker/access-control.ts";
import { sampleCertificate, sampleKey } from "../../broker/listener/sample-certificate.ts";
import { SECURITY_FILE, openKafkaAccess } from "./kafka-access.ts";
import type { KafkaAccess, KafkaAccessOptions } from "./kafka-access.ts";

let folder: string;
let users: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-access-"));
  users = join(folder, "users");
  writeFileSync(users, "ann: secret\n");
  writeFileSync(join(folder, "cert.pem"), sampleCertificate);
  writeFileSync(join(folder, "key.pem"), sampleKey);
});
afterEach(() => rmSync(folder, { recursive: true }));

function access(
  given: Readonly<Record<string, string>>,
  options: Partial<KafkaAccessOptions> = {},
): KafkaAccess {
  const properties = new Map(
    Object.entries(given).map(([name, value]) => [`spoor.kafka.${name}`, value] as const),
  );
  return openKafkaAccess({
    properties,
    dataDir: undefined,
    exposed: false,
    clock: new ManualClock(0),
    ...options,
  });
}

const tls = () => ({ "tls.certificate": join(folder, "cert.pem"), "tls.key": join(folder, "key.pem") });
const salted = { name: "bob", mechanism: 1, iterations: 4096, salt: Buffer.alloc(8, 1) };
const bob = { deletions: [], upsertions: [{ ...salted, saltedPassword: Buffer.alloc(32, 2) }] };

const mechanisms = (given: Readonly<Record<string, string>>, exposed: boolean) =>
  access({ users, ...given }, { exposed }).authenticator!.mechanisms;
const acl = (more: Readonly<Record<string, string>> = {}) => ({ users, authorizer: "acl", ...more });
const mayRead = ({ authorizer }: KafkaAccess, who: string): boolean =>
  authorizer!.allows(who, "/127.0.0.1", AclOperation.READ, AclResource.TOPIC, "t");

describe("who has to log in", () => {
  test("nobody, where no user is known", () => {
    expect(access({})).toMatchObject({ authenticator: undefined, authorizer: undefined, asksWho: false });
    expect(access(tls())).toMatchObject({ authenticator: undefined, asksWho: false });
  });

  test("everybody, where a file names users", () => {
    expect(access({ users })).toMatchObject({ asksWho: true, authorizer: undefined });
  });

  test("everybody, where users were stored, also when the file of users is left out", () => {
    const dataDir = folder;
    const first = access({ users }, { dataDir });
    expect(first.authenticator!.alterCredentials(bob).results).toMatchObject([{ errorCode: 0 }]);
    const again = access({}, { dataDir });
    expect(again.asksWho).toBe(true);
    expect(again.authenticator!.describeCredentials({ users: null }).results).toMatchObject([
      { user: "bob" },
    ]);
  });

  test("whoever shows a certificate needs no password", () => {
    const mutual = { ...tls(), "tls.client.ca": join(folder, "cert.pem") };
    expect(access(mutual)).toMatchObject({ authenticator: undefined, asksWho: true });
  });
});

test("passwords are not asked for in the clear where others could read them, unless that is set", () => {
  expect(mechanisms({}, false)).toEqual(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]);
  expect(mechanisms({}, true)).toEqual(["SCRAM-SHA-256", "SCRAM-SHA-512"]);
  expect(mechanisms(tls(), true)).toContain("PLAIN");
  expect(mechanisms({ "sasl.enabled.mechanisms": "PLAIN" }, true)).toEqual(["PLAIN"]);
});

describe("access rules", () => {
  const rule = {
    resourceType: AclResource.TOPIC,
    resourceName: "t",
    resourcePatternType: 3,
    principal: "User:bob",
    host: "*",
    operation: AclOperation.READ,
    permissionType: 3,
  };

  test("are kept in the data folder and hold after a restart, beside the users", () => {
    const dataDir = folder;
    const first = access(acl({ "super.users": "User:ann" }), { dataDir });
    expect([mayRead(first, "User:ann"), mayRead(first, "User:bob")]).toEqual([true, false]);
    first.authenticator!.alterCredentials(bob);
    first.authorizer!.createAcls({ creations: [rule] });
    const again = access(acl(), { dataDir });
    expect([mayRead(again, "User:ann"), mayRead(again, "User:bob")]).toEqual([false, true]);
    expect(again.authenticator!.describeCredentials({ users: null }).results).toHaveLength(2);
  });

  test.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
    ["without users", () => ({ authorizer: "acl", "super.users": "User:ann" }), /name users with/],
    ["that nobody could set", () => acl(), /spoor.kafka.super.users=User:NAME/],
    ["mechanisms without users", () => ({ "sasl.enabled.mechanisms": "PLAIN" }), /name users with/],
  ])("%s are refused", (_what, given, hint) => {
    expect(() => access(given())).toThrow(
      expect.objectContaining({
        code: "APP_BAD_KAFKA_SETTING",
        hint: expect.stringMatching(hint) as string,
      }),
    );
  });

  test("with none, all may be open to all, if that is set", () => {
    expect(mayRead(access(acl({ "allow.everyone.if.no.acl.found": "true" })), "User:x")).toBe(true);
  });
});

test("a damaged file of users and rules stops the start: nothing is opened by it", () => {
  writeFileSync(join(folder, SECURITY_FILE), "{");
  expect(() => access({}, { dataDir: folder })).toThrow(
    expect.objectContaining({ code: "BROKER_SECURITY_FILE_DAMAGED" }),
  );
});
