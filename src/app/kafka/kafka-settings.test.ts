import { describe, expect, test } from "vitest";
import { advertisedEndpoint, kafkaSettings } from "./kafka-settings.ts";

const settings = (given: Readonly<Record<string, string>>) =>
  kafkaSettings(new Map(Object.entries(given).map(([name, value]) => [`spoor.kafka.${name}`, value])));

test("nothing set: nobody logs in, nothing is authorized, no TLS, the broker's own limits", () => {
  expect(settings({})).toEqual({
    users: undefined,
    mechanisms: undefined,
    acl: undefined,
    tls: undefined,
    advertised: undefined,
    broker: {},
  });
});

test("what is set arrives", () => {
  const found = settings({
    "sasl.enabled.mechanisms": "scram-sha-512, PLAIN",
    authorizer: "acl",
    "super.users": "User:ann; User:CN=bob,O=Example;",
    "allow.everyone.if.no.acl.found": "true",
    "tls.certificate": "c.pem",
    "tls.key": "k.pem",
    "tls.key.password": "p",
    "tls.client.ca": "ca.pem",
    "advertised.listeners": "SASL_SSL://hunt.example:19092",
    "num.partitions": "3",
    "max.connections": "20",
    "auto.create.topics.enable": "false",
  });
  expect(found).toEqual({
    users: undefined,
    mechanisms: ["SCRAM-SHA-512", "PLAIN"],
    acl: { superusers: ["User:ann", "User:CN=bob,O=Example"], allowsWithoutRules: true },
    tls: { certificate: "c.pem", key: "k.pem", keyPassword: "p", clientCa: "ca.pem" },
    advertised: { host: "hunt.example", port: 19_092 },
    broker: { defaultPartitions: 3, connectionsMax: 20, autoCreateTopics: false },
  });
});

describe("what cannot be, or would be without effect, is refused with the cure", () => {
  test.each<[Readonly<Record<string, string>>, string]>([
    [{ "super.users": "User:ann" }, "set spoor.kafka.authorizer=acl as well, or leave it out"],
    [{ "allow.everyone.if.no.acl.found": "true" }, "set spoor.kafka.authorizer=acl as well, or leave it out"],
    [{ authorizer: "acl", "super.users": "ann" }, "write 'User:ann', several with ';' between"],
    [{ "tls.certificate": "c" }, "set spoor.kafka.tls.certificate and spoor.kafka.tls.key, both"],
    [{ "tls.client.ca": "c" }, "set spoor.kafka.tls.certificate and spoor.kafka.tls.key, both"],
    [{ "sasl.enabled.mechanisms": "SCRAM-SHA-265" }, "did you mean 'SCRAM-SHA-256'?"],
    [{ "num.partitions": "0" }, "give a number from 1 to 10000"],
    [{ "max.connections": "-1" }, "give a number from 1 to 1000000"],
  ])("%j", (given, hint) => {
    expect(() => settings(given)).toThrow(expect.objectContaining({ code: "APP_BAD_KAFKA_SETTING", hint }));
  });
});

describe("the advertised address", () => {
  test.each([
    ["hunt.example:9092", "hunt.example", 9092],
    ["PLAINTEXT://10.0.0.7:1", "10.0.0.7", 1],
    ["[2001:db8::7]:65535", "2001:db8::7", 65_535],
    ["SASL_SSL://[fe80::1%eth0]:9092", "fe80::1%eth0", 9092],
  ])("%s", (text, host, port) => {
    expect(advertisedEndpoint(text)).toEqual({ host, port });
  });

  test.each([
    ["hunt.example", "write it as HOST:PORT, an IPv6 address in brackets: [2001:db8::1]:9092"],
    ["2001:db8::7:9092", "write it as HOST:PORT, an IPv6 address in brackets: [2001:db8::1]:9092"],
    ["a:9092,b:9092", "write it as HOST:PORT, an IPv6 address in brackets: [2001:db8::1]:9092"],
    ["a:0", "write it as HOST:PORT, an IPv6 address in brackets: [2001:db8::1]:9092"],
    ["a:70000", "write it as HOST:PORT, an IPv6 address in brackets: [2001:db8::1]:9092"],
    ["0.0.0.0:9092", "name an address or a host name that clients reach"],
    ["[::]:9092", "name an address or a host name that clients reach"],
  ])("cannot be '%s'", (text, hint) => {
    expect(() => advertisedEndpoint(text)).toThrow(
      expect.objectContaining({ code: "APP_BAD_KAFKA_SETTING", hint }),
    );
  });
});
