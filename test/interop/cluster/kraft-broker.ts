/** A real Kafka broker, from Maven: one node in KRaft mode with a plain, a TLS and a SASL listener, and ACLs. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sampleCertificate, sampleKey } from "../../../src/broker/listener/sample-certificate.ts";
import { runCommand } from "../client-process.ts";
import { freePorts } from "../free-ports.ts";

export const isThere = ((): boolean => {
  try {
    execFileSync("mvn", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const POM = fileURLToPath(new URL("kafka-server.xml", import.meta.url));
const CLUSTER_ID = "c3Bvb3ItaW50ZXJvcC10ZQ";
const START_TIMEOUT_MS = 60_000;
const USERS = { alice: "alice-secret", bob: "bob-secret" };

interface Ports {
  readonly plain: number;
  readonly tls: number;
  readonly sasl: number;
  readonly controller: number;
}

export class KraftBroker {
  readonly folder: string;
  readonly ports: Ports;
  #process: ChildProcess | undefined;
  #output = "";

  private constructor(folder: string, ports: Ports) {
    this.folder = folder;
    this.ports = ports;
  }

  static async start(version: string): Promise<KraftBroker> {
    const folder = mkdtempSync(join(tmpdir(), "spoor-kraft-"));
    const [plain, tls, sasl, controller] = await freePorts(4);
    const broker = new KraftBroker(folder, {
      plain: plain!,
      tls: tls!,
      sasl: sasl!,
      controller: controller!,
    });
    mkdirSync(broker.#file("data"));
    writeFileSync(broker.#file("server.properties"), broker.#properties());
    writeFileSync(broker.#file("server.pem"), sampleKey + sampleCertificate);
    writeFileSync(broker.#file("ca.pem"), sampleCertificate);
    const args = ["-q", "-B", "-f", POM, "package", `-Dlib=${broker.#file("lib")}`, `-Dkafka=${version}`];
    await runCommand({ program: "mvn", args, folder, timeoutMs: 300_000 });
    const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) =>
      Object.entries(USERS).flatMap(([name, secret]) => [
        "--add-scram",
        `${mechanism}=[name=${name},password=${secret}]`,
      ]),
    );
    const format = ["format", "-t", CLUSTER_ID, "-c", broker.#file("server.properties"), ...scram];
    await broker.java("kafka.tools.StorageTool", ...format);
    await broker.run();
    return broker;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.ports.plain}`;
  }

  /** Runs one of Kafka's classes to its end; answers its output. */
  java(name: string, ...args: string[]): Promise<string> {
    const java = ["-Xmx256m", "-XX:+UseSerialGC", "-cp", `${this.#file("lib")}/*`, name, ...args];
    return runCommand({ program: "java", args: java, folder: this.folder, timeoutMs: 60_000 });
  }

  /** Starts the broker, again after `kill`, over what it had. */
  async run(): Promise<void> {
    const classes = `${this.#file("lib")}/*`;
    const args = [
      "-Xmx512m",
      "-XX:+UseSerialGC",
      "-cp",
      classes,
      "kafka.Kafka",
      this.#file("server.properties"),
    ];
    const child = spawn("java", args, { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    const note = (chunk: Buffer): void => {
      this.#output = (this.#output + String(chunk)).slice(-4000);
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await accepts(this.ports.plain))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`no broker: ${this.#output}`);
      await pause(200);
    }
  }

  /** As when the power goes. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.folder, name);
  }

  #properties(): string {
    const { plain, tls, sasl, controller } = this.ports;
    const host = "127.0.0.1";
    const users = Object.entries(USERS).map(([name, secret]) => `user_${name}="${secret}"`);
    const module = "org.apache.kafka.common.security";
    const clients = `PLAINTEXT://${host}:${plain},SSL://${host}:${tls},SASL_PLAINTEXT://${host}:${sasl}`;
    return Object.entries({
      "process.roles": "broker,controller",
      "node.id": 1,
      "controller.quorum.voters": `1@${host}:${controller}`,
      "controller.listener.names": "CONTROLLER",
      listeners: `${clients},CONTROLLER://${host}:${controller}`,
      "advertised.listeners": clients,
      "listener.security.protocol.map":
        "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
      "inter.broker.listener.name": "PLAINTEXT",
      "log.dirs": this.#file("data"),
      "offsets.topic.replication.factor": 1,
      "offsets.topic.num.partitions": 5,
      "transaction.state.log.replication.factor": 1,
      "transaction.state.log.min.isr": 1,
      "transaction.state.log.num.partitions": 5,
      "share.coordinator.state.topic.replication.factor": 1,
      "group.initial.rebalance.delay.ms": 0,
      "group.min.session.timeout.ms": 500,
      "ssl.keystore.type": "PEM",
      "ssl.keystore.location": this.#file("server.pem"),
      "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
      "listener.name.sasl_plaintext.plain.sasl.jaas.config": `${module}.plain.PlainLoginModule required ${users.join(" ")};`,
      "listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config": `${module}.scram.ScramLoginModule required;`,
      "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": `${module}.scram.ScramLoginModule required;`,
      "listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config": `${module}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": "User:ANONYMOUS;User:alice",
    })
      .map(([key, value]) => `${key}=${value}\n`)
      .join("");
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
