/** Who gets in: SCRAM against the RFCs' own example, PLAIN, and everything that must not get in. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Authenticator, SaslExchange, SaslStep } from "../access-control.ts";
import { FakeScramClient } from "./fake-scram-client.ts";
import { credentialOfPassword, scramMechanisms } from "./scram-credential.ts";
import { ScramExchange } from "./scram-exchange.ts";
import { readClientFinal, readClientFirst } from "./scram-message.ts";
import { memorySecurityStore } from "./security-store.ts";
import { openAuthenticator } from "./user-authenticator.ts";

const users = [
  { name: "alice", password: "wonder,land=" },
  { name: "bob", password: "builder" },
];
const authenticator = openAuthenticator({ store: memorySecurityStore(), users });

function begin(mechanism: string, from: Authenticator = authenticator): SaslExchange {
  const exchange = from.begin(mechanism);
  if (exchange === undefined) throw new Error(`there is no mechanism ${mechanism}`);
  return exchange;
}

function plain(message: string): Promise<SaslStep> | SaslStep {
  return begin("PLAIN").step(Buffer.from(message));
}

/** Runs a client of the mechanism to the end. */
async function scram(mechanism: string, user: string, password: string): Promise<SaslStep> {
  const exchange = begin(mechanism);
  const client = new FakeScramClient(mechanism, user, password);
  const challenge = await exchange.step(client.first());
  if (challenge.kind !== "challenge") return challenge;
  const end = await exchange.step(client.final(challenge.bytes));
  if (end.kind === "success") expect(client.trusts(end.bytes)).toBe(true);
  return end;
}

function rfcNonce(): string {
  return "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
}

async function challengeOf(mechanism: string, user: string): Promise<string> {
  return text(await begin(mechanism).step(Buffer.from(`n,,n=${user},r=x`)));
}

function saltOf(challenge: string): string {
  return /,s=([^,]*),i=4096$/.exec(challenge)![1]!;
}

test("SCRAM-SHA-256 goes as in RFC 7677, section 3", () => {
  const mechanism = scramMechanisms[0]!;
  const credential = credentialOfPassword(
    mechanism,
    "pencil",
    Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"),
  );
  const parts = { mechanism, newNonce: rfcNonce, credentialOf: () => credential };
  const exchange = new ScramExchange(parts);
  const challenge = exchange.step(Buffer.from("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
  expect(text(challenge)).toBe(
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  );
  const end = exchange.step(
    Buffer.from(
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    ),
  );
  expect(end).toMatchObject({ kind: "success", principal: "User:user" });
  expect(text(end)).toBe("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
});

function text(step: SaslStep): string {
  return step.kind === "failure" ? step.message : step.bytes.toString();
}

describe.each(["SCRAM-SHA-256", "SCRAM-SHA-512"])("%s", (mechanism) => {
  test("lets users in by their passwords, and only by them", async () => {
    expect(await scram(mechanism, "alice", "wonder,land=")).toMatchObject({ principal: "User:alice" });
    const wrong = await scram(mechanism, "alice", "other");
    const unknown = await scram(mechanism, "nobody", "other");
    expect(wrong.kind).toBe("failure");
    expect(unknown).toEqual(wrong);
  });

  test("challenges users who do not exist as it does others, each time with the same salt", async () => {
    const [first, again, other] = [
      await challengeOf(mechanism, "nobody"),
      await challengeOf(mechanism, "nobody"),
      await challengeOf(mechanism, "no"),
    ];
    expect(saltOf(first)).toBe(saltOf(again));
    expect(saltOf(first)).not.toBe(saltOf(other));
    expect(saltOf(first)).toHaveLength(saltOf(await challengeOf(mechanism, "alice")).length);
  });

  test("takes a last message that has the client's nonce twice, and none with another nonce", async () => {
    const exchange = begin(mechanism);
    const client = new FakeScramClient(mechanism, "bob", "builder");
    client.doublesNonce = true;
    const challenge = Buffer.from(text(await exchange.step(client.first())));
    expect((await exchange.step(client.final(challenge))).kind).toBe("success");

    const other = begin(mechanism);
    await other.step(client.first());
    expect((await other.step(client.final(challenge))).kind).toBe("failure");
  });

  test("takes each message once", async () => {
    const exchange = begin(mechanism);
    const client = new FakeScramClient(mechanism, "bob", "builder");
    const challenge = await exchange.step(client.first());
    const final = client.final(challenge.kind === "challenge" ? challenge.bytes : Buffer.alloc(0));
    expect((await exchange.step(final)).kind).toBe("success");
    expect((await exchange.step(final)).kind).toBe("failure");
  });
});

test.each([
  ["channel binding", "p=tls-unique,,n=bob,r=x"],
  ["another authorization id", "n,a=alice,n=bob,r=x"],
  ["no nonce", "n,,n=bob"],
  ["no user", "n,,n=,r=x"],
  ["a mandatory extension", "n,,m=x,n=bob,r=x"],
  ["an encoding that is none", "n,,n=b=2Xb,r=x"],
  ["nothing", ""],
])("SCRAM refuses a first message with %s", async (_what, message) => {
  expect((await begin("SCRAM-SHA-256").step(Buffer.from(message))).kind).toBe("failure");
});

test("SCRAM's messages are read or refused, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ maxLength: 60 }), (noise, odd) => {
      for (const bytes of [Buffer.from(noise), Buffer.from(`n,,n=${odd},r=${odd}`)]) {
        readClientFirst(bytes);
        readClientFinal(bytes);
      }
      const name = odd.replaceAll("=", "=3D").replaceAll(",", "=2C");
      const read = readClientFirst(Buffer.from(`n,,n=${name},r=nonce`));
      expect(read?.user).toBe(odd === "" ? undefined : Buffer.from(odd).toString());
    }),
  );
});

describe("PLAIN", () => {
  test("lets users in by their passwords, and only by them", async () => {
    expect(await plain("\0alice\0wonder,land=")).toMatchObject({
      kind: "success",
      principal: "User:alice",
      bytes: Buffer.alloc(0),
    });
    expect(await plain("bob\0bob\0builder")).toMatchObject({ principal: "User:bob" });
    const wrong = await plain("\0alice\0builder");
    expect(wrong).toMatchObject({ kind: "failure" });
    expect(await plain("\0nobody\0builder")).toEqual(wrong);
  });

  test.each(["alice\0bob\0builder", "\0bob\0", "\0\0builder", "bob", "\0bob\0builder\0", "x".repeat(5000)])(
    "refuses what is malformed (%j)",
    async (message) => {
      expect((await plain(message)).kind).toBe("failure");
    },
  );
});

test("only the mechanisms that are set are offered", () => {
  const some = openAuthenticator({ store: memorySecurityStore(), users, mechanisms: ["PLAIN"] });
  expect(some.mechanisms).toEqual(["PLAIN"]);
  expect(some.begin("SCRAM-SHA-256")).toBeUndefined();
  expect(authenticator.begin("GSSAPI")).toBeUndefined();
});
