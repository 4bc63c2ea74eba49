/**
 * How to reach a cluster: addresses, and a properties file with the names that Kafka's own clients use, so that the
 * `client.properties` of a cluster works unchanged as far as a setting means something here.
 */
import { readFileSync } from "node:fs";
import { didYouMean } from "../../base/nearest.ts";
import { clusterErrors } from "../errors.ts";
import type { BrokerAddress } from "./broker-address.ts";
import { parseProperties } from "./properties-file.ts";
import { saslSettings } from "./sasl-settings.ts";
import type { SaslSettings } from "./sasl-settings.ts";
import { PropertyReader } from "./property-reader.ts";
import { tlsSettings } from "./tls-settings.ts";
import type { TlsSettings } from "./tls-settings.ts";

/** The codecs that can be written; all can be read. */
export type WrittenCompression = "none" | "gzip" | "zstd";

export interface ClusterSettings {
  readonly bootstrap: readonly BrokerAddress[];
  readonly tls: TlsSettings | undefined;
  readonly sasl: SaslSettings | undefined;
  readonly clientId: string;
  /** How long a call is tried again before it fails. */
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** The first pause between two attempts, and the longest. */
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly transactionTimeoutMs: number;
  readonly compression: WrittenCompression;
  /** What was in the file without having an effect, in words. */
  readonly warnings: readonly string[];
}

/** Settings of Kafka's clients that stand in many files and mean nothing here. */
const WITHOUT_EFFECT = new Set([
  "acks", "allow.auto.create.topics", "auto.offset.reset", "batch.size", "buffer.memory", "client.dns.lookup",
  "default.api.timeout.ms", "delivery.timeout.ms", "enable.auto.commit", "enable.idempotence", "enable.metrics.push",
  "fetch.max.bytes", "group.id", "heartbeat.interval.ms", "isolation.level", "key.deserializer", "key.serializer",
  "linger.ms", "max.poll.interval.ms", "max.poll.records", "max.request.size", "metadata.max.age.ms",
  "partition.assignment.strategy", "reconnect.backoff.max.ms", "reconnect.backoff.ms", "retries",
  "sasl.client.callback.handler.class", "sasl.login.callback.handler.class", "session.timeout.ms",
  "ssl.cipher.suites", "ssl.enabled.protocols", "ssl.protocol", "transactional.id", "value.deserializer",
  "value.serializer",
]); // prettier-ignore

export type ReadFile = (path: string) => Buffer;

/**
 * @param bootstrap `host:port[,host:port…]`; undefined: as in the file @param fileText undefined: no file
 * @param fileName names the file in errors; its folder is where relative paths in it begin
 * @throws CLUSTER_INVALID_SETTING, CLUSTER_UNSUPPORTED_SETTING, with the place in the file
 */
export function clusterSettings(
  bootstrap: string | undefined,
  fileText?: string,
  fileName = "kafka.properties",
  readFile: ReadFile = readFileSync,
): ClusterSettings {
  const reader = new PropertyReader(parseProperties(fileText ?? ""), fileText ?? "", fileName);
  const protocol = reader.oneOf(
    "security.protocol",
    ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
    "PLAINTEXT",
  );
  const inFile = reader.text("bootstrap.servers");
  const settings = {
    bootstrap: bootstrapAddresses(bootstrap ?? inFile, (parts) =>
      bootstrap === undefined
        ? reader.invalid("bootstrap.servers", parts)
        : clusterErrors.INVALID_SETTING(parts),
    ),
    tls: tlsSettings(reader, protocol.endsWith("SSL"), readFile),
    sasl: saslSettings(reader, protocol.startsWith("SASL")),
    clientId: reader.text("client.id") ?? "spoor",
    requestTimeoutMs: reader.whole("request.timeout.ms", 30_000, 1),
    connectTimeoutMs: reader.whole("socket.connection.setup.timeout.ms", 10_000, 1),
    retryBackoffMs: reader.whole("retry.backoff.ms", 50, 0),
    retryBackoffMaxMs: reader.whole("retry.backoff.max.ms", 1000, 0),
    transactionTimeoutMs: reader.whole("transaction.timeout.ms", 15_000, 1000),
    compression: writtenCompression(reader),
  };
  return { ...settings, warnings: warningsOf(reader, fileName) };
}

function warningsOf(reader: PropertyReader, fileName: string): string[] {
  const warnings: string[] = [];
  for (const { key, span } of reader.unread()) {
    const where = `${fileName}, line ${span.line}: `;
    if (WITHOUT_EFFECT.has(key)) warnings.push(`${where}setting '${key}' has no effect here`);
    else {
      const hint = didYouMean(key, [...reader.asked(), ...WITHOUT_EFFECT]);
      warnings.push(`${where}setting '${key}' is not known${hint === undefined ? "" : `; ${hint}`}`);
    }
  }
  return warnings;
}

function writtenCompression(reader: PropertyReader): WrittenCompression {
  const name = reader.oneOf("compression.type", ["none", "gzip", "snappy", "lz4", "zstd"], "none");
  if (name === "none" || name === "gzip" || name === "zstd") return name;
  throw reader.unsupported("compression.type", {
    message: `compression '${name}' can be read but not written`,
    hint: "use none, gzip or zstd",
  });
}

interface Parts {
  readonly message: string;
  readonly hint: string;
}

const DEFAULT_PORT = 9092;

function bootstrapAddresses(text: string | undefined, invalid: (parts: Parts) => Error): BrokerAddress[] {
  const parts = (text ?? "").split(",").map((each) => each.trim());
  const addresses = parts.filter((each) => each !== "").map((each) => bootstrapAddress(each, invalid));
  if (addresses.length > 0) return addresses;
  throw invalid({ message: "no address of a broker is given", hint: "give host:port, several with commas" });
}

function bootstrapAddress(text: string, invalid: (parts: Parts) => Error): BrokerAddress {
  const bare = text.replace(/^[A-Z_]+:\/\//, "");
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(bare);
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  if (match === null || port < 1 || port > 65_535) {
    throw invalid({
      message: `'${text}' is no address of a broker`,
      hint: "give host:port, for instance kafka-1:9092",
    });
  }
  return { host: match[1] ?? match[2]!, port };
}
