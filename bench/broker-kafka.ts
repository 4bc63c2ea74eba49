/**
 * Apache Kafka as a process of its own: one node that is broker and controller (KRaft), with the settings of the
 * distribution's `server.properties` and the Java options of its start script. Its jars come from a folder or from Maven,
 * as for the interoperability suite.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { metadataApi } from "../src/broker/protocol/messages/metadata.ts";
import { startProgram, untilReady } from "./broker-process.ts";
import type { BrokerProcess } from "./broker-process.ts";
import { WireClient } from "./broker-wire.ts";

const run = promisify(execFile);
const START_MS = 60_000;
const CLUSTER_ID = "c3Bvb3ItYmVuY2gtY2x1c3Rlcg";

/** As in the distribution's `kafka-server-start.sh` and `kafka-run-class.sh`. */
const SERVER_JAVA = [
  "-Xmx1G",
  "-Xms1G",
  "-server",
  "-XX:+UseG1GC",
  "-XX:MaxGCPauseMillis=20",
  "-XX:InitiatingHeapOccupancyPercent=35",
  "-XX:+ExplicitGCInvokesConcurrent",
  "-XX:MaxInlineLevel=15",
  "-Djava.awt.headless=true",
];

/** A Java that runs and Kafka's jars. */
export interface KafkaJars {
  /** As `java -cp` takes it. */
  readonly classPath: string;
  readonly version: string;
}

/**
 * @param source a folder of jars (or a distribution, whose `libs` has them), or `maven`
 * @param dir where Maven may put them
 * @returns why there are none, in words, where there are none
 */
export async function findKafkaJars(source: string | undefined, dir: string): Promise<KafkaJars | string> {
  if (source === undefined) {
    return "not measured: give --kafka maven (needs Java and Maven), or --kafka DIR with Kafka's jars";
  }
  if (!(await answers("java", ["-version"]))) return "not measured: there is no Java";
  if (source !== "maven") return jarsOf(resolve(source));
  if (!(await answers("mvn", ["-v"]))) return "not measured: there is no Maven";
  const lib = join(dir, "kafka-jars");
  const project = fileURLToPath(new URL("../test/interop/kafka/clients/java-tools.xml", import.meta.url));
  mkdirSync(lib, { recursive: true });
  await run("mvn", ["-q", "-B", "-f", project, "package", `-Dlib=${lib}`], { cwd: dir, timeout: 300_000 });
  return jarsOf(lib);
}

function jarsOf(folder: string): KafkaJars | string {
  const lib = existsSync(join(folder, "libs")) ? join(folder, "libs") : folder;
  const jars = existsSync(lib) ? readdirSync(lib) : [];
  const clients = jars.map((name) => /^kafka-clients-(.+)\.jar$/.exec(name)).find((match) => match !== null);
  const isWhole =
    jars.some((name) => name.startsWith("kafka_")) && jars.some((name) => /^kafka-tools-\d/.test(name));
  if (clients === undefined || !isWhole) return `not measured: '${folder}' does not hold Kafka's jars`;
  return { classPath: `${lib}/*`, version: clients![1]! };
}

async function answers(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}

export async function startKafka(jars: KafkaJars, dir: string): Promise<BrokerProcess> {
  mkdirSync(dir, { recursive: true });
  const [port, controllerPort] = await freePorts(2);
  const bootstrap = `127.0.0.1:${port}`;
  const properties = join(dir, "server.properties");
  writeFileSync(properties, serverProperties(bootstrap, `127.0.0.1:${controllerPort}`, join(dir, "logs")));
  const format = ["kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c", properties];
  await run("java", ["-cp", jars.classPath, ...format], { cwd: dir });
  const args = [...SERVER_JAVA, "-cp", jars.classPath, "kafka.Kafka", properties];
  const program = startProgram({ command: "java", args });
  await untilReady(program, START_MS, () => hasBroker(bootstrap));
  return { name: `Kafka ${jars.version}`, bootstrap, pid: program.pid, stop: () => program.stop() };
}

async function hasBroker(bootstrap: string): Promise<true | undefined> {
  try {
    const client = await WireClient.open(bootstrap);
    try {
      const { brokers } = await client.ask(metadataApi, 9, { topics: [] });
      return brokers.length > 0 ? true : undefined;
    } finally {
      client.close();
    }
  } catch {
    return undefined;
  }
}

/** The distribution's `config/server.properties`, with free ports and a folder of its own. */
function serverProperties(listen: string, controller: string, logs: string): string {
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.bootstrap.servers": controller,
    listeners: `PLAINTEXT://${listen},CONTROLLER://${controller}`,
    "inter.broker.listener.name": "PLAINTEXT",
    "advertised.listeners": `PLAINTEXT://${listen},CONTROLLER://${controller}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "num.network.threads": "3",
    "num.io.threads": "8",
    "socket.send.buffer.bytes": "102400",
    "socket.receive.buffer.bytes": "102400",
    "socket.request.max.bytes": "104857600",
    "log.dirs": logs,
    "num.partitions": "1",
    "num.recovery.threads.per.data.dir": "2",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "log.retention.hours": "168",
    "log.segment.bytes": "1073741824",
    "log.retention.check.interval.ms": "300000",
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((found) => {
          server.listen(0, "127.0.0.1", () => found((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
