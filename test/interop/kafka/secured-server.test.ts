/**
 * `spoor serve` with TLS, users and access rules, as an administrator has it: kcat sends and reads, Kafka's own tools set
 * users and rules, and both hold after a restart.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  sampleCertificate,
  sampleClientCertificate,
  sampleClientKey,
  sampleKey,
} from "../../../src/broker/listener/sample-certificate.ts";
import { startServer } from "../../../src/server/start.ts";
import type { StartedServer } from "../../../src/server/start.ts";
import { runCommand } from "../client-process.ts";
import { clientFile } from "./kafka-broker.ts";

const SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";

function isThere(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return process.env["CI"] === "true";
  }
}

let folder: string;
let server: StartedServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-secured-"));
  const files = {
    "cert.pem": sampleCertificate,
    "key.pem": sampleKey,
    "client.pem": sampleClientCertificate,
    "client.key": sampleClientKey,
    users: "ann: ann's secret\nbeats: beats' secret\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

async function start(properties: Readonly<Record<string, string>>): Promise<void> {
  await server?.close();
  server = await startServer({
    dataDir: at("data"),
    http: { host: "127.0.0.1", port: 0 },
    kafkaListen: { host: "127.0.0.1", port: 0 },
    queriesFile: undefined,
    properties: {
      "spoor.kafka.tls.certificate": at("cert.pem"),
      "spoor.kafka.tls.key": at("key.pem"),
      ...properties,
    },
    log: "error",
  });
}

function kcat(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const all = { "ssl.ca.location": at("cert.pem"), "message.timeout.ms": "5000", ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-X", `${name}=${value}`]);
  const command = ["-b", server!.kafka!, ...flags, ...args];
  return runCommand({ program: "kcat", args: command, folder, timeoutMs: 30_000 });
}

function login(user: string, password: string, mechanism = "SCRAM-SHA-512"): Record<string, string> {
  return {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": mechanism,
    "sasl.username": user,
    "sasl.password": password,
  };
}

const ann = login("ann", "ann's secret");
const beats = login("beats", "beats' secret");

function send(settings: Readonly<Record<string, string>>, value: string): Promise<string> {
  writeFileSync(at("line"), `${value}\n`);
  return kcat(settings, "-P", "-t", "winlogbeat", "-l", at("line"));
}

const read = (settings: Readonly<Record<string, string>>): Promise<string> =>
  kcat(settings, "-C", "-t", "winlogbeat", "-e", "-q", "-o", "beginning");

describe.skipIf(!isThere("kcat", "-V"))("kcat (needs the package kcat)", () => {
  test("gets in by each mechanism with the right password alone", async () => {
    await start({ "spoor.kafka.users": at("users") });
    for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
      await send(login("ann", "ann's secret", mechanism), mechanism);
    }
    expect(await read(beats)).toBe("PLAIN\nSCRAM-SHA-256\nSCRAM-SHA-512\n");
    await expect(send(login("ann", "wrong"), "v")).rejects.toThrow(/[Aa]uthentication fail/);
    await expect(send({ "security.protocol": "SSL" }, "v")).rejects.toThrow();
  });

  test("is known by its certificate where one is asked for, and rules are about its name", async () => {
    await start({
      "spoor.kafka.tls.client.ca": at("client.pem"),
      "spoor.kafka.authorizer": "acl",
      "spoor.kafka.super.users": "User:CN=beats,OU=SOC,O=Example\\, Inc.",
    });
    const certificate = {
      "security.protocol": "SSL",
      "ssl.certificate.location": at("client.pem"),
      "ssl.key.location": at("client.key"),
    };
    await send(certificate, "by certificate");
    expect(await read(certificate)).toBe("by certificate\n");
    await expect(send({ "security.protocol": "SSL" }, "v")).rejects.toThrow();
    const stranger = { "ssl.certificate.location": at("cert.pem"), "ssl.key.location": at("key.pem") };
    await expect(send({ "security.protocol": "SSL", ...stranger }, "v")).rejects.toThrow();
  });

  test("is told the advertised address", async () => {
    await start({
      "spoor.kafka.users": at("users"),
      "spoor.kafka.advertised.listeners": "SASL_SSL://[2001:db8::7]:9444",
    });
    expect(await kcat(ann, "-L")).toContain("broker 1 at 2001:db8::7:9444");
  });
});

/** As ann, whose settings stand in a file. */
function tool(name: string, ...args: string[]): Promise<string> {
  const lines = {
    "security.protocol": "SASL_SSL",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": at("cert.pem"),
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.jaas.config": `${SCRAM} required username="ann" password="ann's secret";`,
  };
  const text = Object.entries(lines).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(at("ann.properties"), text.join(""));
  const java = ["-Xmx256m", "-XX:+UseSerialGC", "-cp", `${at("lib")}/*`, name];
  const servers = ["--bootstrap-server", server!.kafka!, "--command-config", at("ann.properties")];
  const command = [...java, ...servers, ...args];
  return runCommand({ program: "java", args: command, folder, timeoutMs: 60_000 });
}

const acls = (...args: string[]) => tool("org.apache.kafka.tools.AclCommand", ...args);
const configs = (...args: string[]) => tool("kafka.admin.ConfigCommand", ...args);
const secured = () =>
  start({
    "spoor.kafka.users": at("users"),
    "spoor.kafka.authorizer": "acl",
    "spoor.kafka.super.users": "User:ann",
  });

const withJava = isThere("mvn", "-v") && isThere("kcat", "-V");

describe.skipIf(!withJava)("Kafka 4.3.1's tools and kcat (need Java, Maven, kcat)", () => {
  beforeEach(async () => {
    const args = ["-q", "-B", "-f", clientFile("java-tools.xml"), "package", `-Dlib=${at("lib")}`];
    await runCommand({ program: "mvn", args, folder, timeoutMs: 300_000 });
  }, 320_000);

  test("kafka-acls: what no rule allows is refused; what one does is done, also after a restart", async () => {
    await secured();
    await send(ann, "first");
    await expect(send(beats, "second")).rejects.toThrow("Topic authorization failed");
    await acls("--add", "--allow-principal", "User:beats", "--producer", "--topic", "winlogbeat");
    expect(await acls("--list")).toContain(
      "principal=User:beats, host=*, operation=WRITE, permissionType=ALLOW",
    );
    await secured();
    await send(beats, "second");
    await expect(read(beats)).rejects.toThrow("Topic authorization failed");
    expect(await read(ann)).toBe("first\nsecond\n");
    await acls(
      "--remove",
      "--force",
      "--allow-principal",
      "User:beats",
      "--producer",
      "--topic",
      "winlogbeat",
    );
    await expect(send(beats, "third")).rejects.toThrow("Topic authorization failed");
  });

  test("kafka-configs: a user that is set gets in, also after a restart, and no password is on the disk", async () => {
    await secured();
    const users = ["--entity-type", "users", "--entity-name", "eve"];
    const added = ["--add-config", "SCRAM-SHA-512=[iterations=8192,password=eves-secret]"];
    expect(await configs("--alter", ...users, ...added)).toContain("Completed updating config for user eve");
    await acls("--add", "--allow-principal", "User:eve", "--producer", "--topic", "winlogbeat");
    await secured();
    const eve = login("eve", "eves-secret");
    await send(eve, "from eve");
    expect(await read(ann)).toBe("from eve\n");
    const stored = readFileSync(join(at("data"), "kafka-security.json"), "utf8");
    expect(stored).toContain('"user": "eve"');
    expect(stored).not.toContain("secret");
    expect(await configs("--describe", "--entity-type", "users")).toContain(
      "SCRAM credential configs for user-principal 'eve' are SCRAM-SHA-512=iterations=8192",
    );
    await configs("--alter", ...users, "--delete-config", "SCRAM-SHA-512");
    await expect(send(eve, "again")).rejects.toThrow(/[Aa]uthentication fail/);
  });

  test("kafka-configs: a client with a quota is made to wait, and the quota holds after a restart", async () => {
    await secured();
    const client = ["--entity-type", "clients", "--entity-name", "slow"];
    await configs("--alter", ...client, "--add-config", "producer_byte_rate=2000,consumer_byte_rate=1000000");
    await secured();
    expect(await configs("--describe", ...client)).toMatch(
      /Quota configs for client-id 'slow' are .*producer_byte_rate=2000/,
    );
    const slow = { ...ann, "client.id": "slow" };
    await send(slow, "x".repeat(24_000));
    await send(ann, "y".repeat(24_000));
    const figures = await (await fetch(`${server!.url}/metrics`)).text();
    expect(figures).toContain('spoor_kafka_throttled_requests_total{api="Produce"} 1\n');
  });
});
