/**
 * The properties of the Kafka listener, checked by themselves and against each other. One that would be without effect
 * is an error: who sets it believes to be protected.
 */
import { didYouMean } from "../../base/nearest.ts";
import type { BrokerSettings } from "../../broker/broker-settings.ts";
import type { Endpoint } from "../../broker/connection-session.ts";
import type { ConfiguredUser } from "../../broker/security/credential-book.ts";
import { saslMechanisms } from "../../broker/security/user-authenticator.ts";
import { PARTITIONS_MAX } from "../../log/topic-config.ts";
import { appErrors } from "../errors.ts";
import { readKafkaUsers } from "./kafka-users.ts";
import type { TlsFiles } from "./tls-files.ts";

export interface KafkaSettings {
  /** Undefined where no file names any. */
  readonly users: readonly ConfiguredUser[] | undefined;
  /** Undefined: as the listener's address and TLS suggest. */
  readonly mechanisms: readonly string[] | undefined;
  /** Rules decide; undefined: everybody who gets in may do everything. */
  readonly acl: AclSettings | undefined;
  readonly tls: TlsFiles | undefined;
  /** What clients are told to connect to; undefined: where they came in. */
  readonly advertised: Endpoint | undefined;
  readonly broker: Partial<BrokerSettings>;
}

export interface AclSettings {
  /** `User:name`. */
  readonly superusers: readonly string[];
  readonly allowsWithoutRules: boolean;
}

/** What a process can have open at all. */
const CONNECTIONS_MAX = 1_000_000;

type Properties = ReadonlyMap<string, string>;

/** @throws APP_BAD_KAFKA_SETTING, APP_BAD_KAFKA_USERS */
export function kafkaSettings(properties: Properties): KafkaSettings {
  const usersFile = properties.get("spoor.kafka.users");
  const advertised = properties.get("spoor.kafka.advertised.listeners");
  return {
    users: usersFile === undefined ? undefined : readKafkaUsers(usersFile),
    mechanisms: mechanismsOf(properties),
    acl: aclSettings(properties),
    tls: tlsFiles(properties),
    advertised: advertised === undefined ? undefined : advertisedEndpoint(advertised),
    broker: brokerSettings(properties),
  };
}

function mechanismsOf(properties: Properties): readonly string[] | undefined {
  const text = properties.get("spoor.kafka.sasl.enabled.mechanisms");
  if (text === undefined) return undefined;
  const names = listOf(text, /,/).map((name) => name.toUpperCase());
  for (const name of names.length === 0 ? [""] : names) {
    if (saslMechanisms.includes(name)) continue;
    throw appErrors.BAD_KAFKA_SETTING({
      message: `spoor.kafka.sasl.enabled.mechanisms can't be '${text}'`,
      detail: `mechanisms are ${saslMechanisms.join(", ")}`,
      hint: didYouMean(name, saslMechanisms),
    });
  }
  return names;
}

function aclSettings(properties: Properties): AclSettings | undefined {
  const superusers = properties.get("spoor.kafka.super.users");
  const everyone = properties.get("spoor.kafka.allow.everyone.if.no.acl.found");
  if (properties.get("spoor.kafka.authorizer") !== "acl") {
    for (const name of ["spoor.kafka.super.users", "spoor.kafka.allow.everyone.if.no.acl.found"]) {
      if (properties.get(name) === undefined) continue;
      throw appErrors.BAD_KAFKA_SETTING({
        message: `${name} has no effect while nothing is authorized`,
        hint: "set spoor.kafka.authorizer=acl as well, or leave it out",
      });
    }
    return undefined;
  }
  return { superusers: principals(superusers ?? ""), allowsWithoutRules: everyone === "true" };
}

/** Kafka's `super.users`: principals between semicolons, since names of certificates have commas. */
function principals(text: string): readonly string[] {
  return listOf(text, /;/).map((principal) => {
    if (/^User:\S/.test(principal)) return principal;
    throw appErrors.BAD_KAFKA_SETTING({
      message: `spoor.kafka.super.users can't name '${principal}'`,
      hint: `write 'User:${principal.replace(/^.*:/, "")}', several with ';' between`,
    });
  });
}

function tlsFiles(properties: Properties): TlsFiles | undefined {
  const certificate = properties.get("spoor.kafka.tls.certificate");
  const key = properties.get("spoor.kafka.tls.key");
  if (certificate !== undefined && key !== undefined) {
    const keyPassword = properties.get("spoor.kafka.tls.key.password");
    return { certificate, key, keyPassword, clientCa: properties.get("spoor.kafka.tls.client.ca") };
  }
  const given = ["certificate", "key", "key.password", "client.ca"]
    .map((name) => `spoor.kafka.tls.${name}`)
    .find((name) => properties.has(name));
  if (given === undefined) return undefined;
  throw appErrors.BAD_KAFKA_SETTING({
    message: `${given} alone makes no TLS`,
    hint: "set spoor.kafka.tls.certificate and spoor.kafka.tls.key, both",
  });
}

const LISTENER = /^(?:[A-Za-z0-9_]+:\/\/)?(?:\[([0-9A-Fa-f:.]+(?:%[^\]]+)?)\]|([^:/\s,[\]]+)):(\d{1,5})$/;

/** `HOST:PORT`, with Kafka's listener name in front or without: `SASL_SSL://HOST:PORT`. */
export function advertisedEndpoint(text: string): Endpoint {
  const match = LISTENER.exec(text.trim());
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  const refuse = (detail: string | undefined, hint: string): Error =>
    appErrors.BAD_KAFKA_SETTING({
      message: `spoor.kafka.advertised.listeners can't be '${text}'`,
      detail,
      hint,
    });
  if (match === null || port < 1 || port > 65_535) {
    const several = text.includes(",") ? "there is one listener" : undefined;
    throw refuse(several, "write it as HOST:PORT, an IPv6 address in brackets: [2001:db8::1]:9092");
  }
  if (host === "0.0.0.0" || /^[0:]+$/.test(host)) {
    throw refuse("clients cannot connect to it", "name an address or a host name that clients reach");
  }
  return { host, port };
}

function brokerSettings(properties: Properties): Partial<BrokerSettings> {
  const partitions = countOf(properties, "spoor.kafka.num.partitions", PARTITIONS_MAX);
  const connections = countOf(properties, "spoor.kafka.max.connections", CONNECTIONS_MAX);
  const creates = properties.get("spoor.kafka.auto.create.topics.enable");
  return {
    ...(partitions === undefined ? {} : { defaultPartitions: partitions }),
    ...(connections === undefined ? {} : { connectionsMax: connections }),
    ...(creates === undefined ? {} : { autoCreateTopics: creates === "true" }),
  };
}

function countOf(properties: Properties, name: string, greatest: number): number | undefined {
  const text = properties.get(name);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (count >= 1 && count <= greatest) return count;
  const hint = `give a number from 1 to ${greatest}`;
  throw appErrors.BAD_KAFKA_SETTING({ message: `${name} can't be '${text}'`, hint });
}

function listOf(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
