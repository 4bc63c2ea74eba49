import type { CommandDefinition } from "../command-definition.ts";
import { httpOption, kafkaListenOption } from "../options/common-options.ts";

export const serveCommand: CommandDefinition = {
  name: "serve",
  summary: "run the server: topics, streaming SQL, ksqlDB's HTTP API, a Kafka listener",
  description: [
    "Ctrl-C or SIGTERM stops it in good order: queries commit, topics are closed. A second one ends it at once; nothing acknowledged is lost then either.",
  ],
  options: [
    {
      name: "data",
      value: "folder",
      default: "spoor-data",
      setting: true,
      group: "Run",
      description: "where topics, statements and state are kept; made where it is missing",
    },
    {
      name: "queries-file",
      value: "file",
      setting: true,
      group: "Run",
      description: "run headless: the statements of this file and no others",
    },
    {
      name: "property",
      short: "p",
      value: "name=value",
      many: true,
      setting: true,
      group: "Run",
      description:
        "a ksql.* property of the server, e.g. ksql.streams.auto.offset.reset=earliest; may be repeated",
    },
    httpOption,
    kafkaListenOption,
    {
      name: "kafka",
      value: "host:port,…",
      setting: true,
      group: "Run",
      description:
        "work on this Kafka cluster: every topic is the cluster's, queries are shared with the service's other processes; Spoor's own Kafka port stays closed",
    },
    {
      name: "kafka-config",
      value: "file",
      setting: true,
      group: "Run",
      description: "the cluster's client.properties: security.protocol, sasl.*, ssl.*, bootstrap.servers",
    },
    {
      name: "log-level",
      value: "level",
      choices: ["debug", "info", "warn", "error", "silent"],
      default: "warn",
      setting: true,
      group: "Output",
      description: "what the server logs, as JSON lines on stderr",
    },
  ],
  examples: [
    {
      command: "spoor serve --data ./spoor-data",
      what: "HTTP on 127.0.0.1:8088, Kafka on 127.0.0.1:9092, everything kept in ./spoor-data",
    },
    {
      command: "spoor serve --kafka-listen 0.0.0.0:9092 -p spoor.kafka.users=users.txt",
      what: "take events from the Winlogbeats of a network, which log in",
    },
    {
      command: "spoor serve --kafka kafka-1:9092,kafka-2:9092",
      what: "the same statements over the topics of a Kafka cluster",
    },
    {
      command: "spoor serve --queries-file sysmon-join.sql",
      what: "headless: the file's statements run, clients can only ask",
    },
  ],
  exits: { 0: "stopped in good order", 1: "could not start, or failed while running" },
  next: ["spoor sql", "spoor doctor"],
  load: async () => (await import("../serve/run-serve.ts")).runServe,
};
