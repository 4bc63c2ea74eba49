import type { OptionDefinition } from "../command-definition.ts";
import { KAFKA_DEFAULT } from "./kafka-listen.ts";

/** Headings of the option groups, in the order in which help shows them. */
export const optionGroups = ["Input", "Output", "Run", "Server", "General"] as const;

/** Every command takes these. */
export const generalOptions: readonly OptionDefinition[] = [
  {
    name: "color",
    value: "when",
    choices: ["auto", "always", "never"],
    default: "auto",
    setting: true,
    group: "General",
    description: "auto: on a terminal, unless NO_COLOR is set; FORCE_COLOR wins over the terminal",
  },
  {
    name: "config",
    value: "file",
    group: "General",
    description: "read this file in place of the nearest spoor.config.json (SPOOR_CONFIG)",
  },
];

/** Every command that talks to a server takes these. */
export const serverOptions: readonly OptionDefinition[] = [
  {
    name: "server",
    value: "url",
    default: "http://127.0.0.1:8088",
    setting: true,
    group: "Server",
    description: "the server's address",
  },
  {
    name: "timeout",
    value: "seconds",
    kind: "number",
    default: "30",
    atLeast: 0.1,
    setting: true,
    group: "Server",
    description: "give up when the server has not begun to answer by then",
  },
];

export const jsonOption: OptionDefinition = {
  name: "json",
  group: "Output",
  description: "print JSON in place of text",
};

export const topicOption: OptionDefinition = {
  name: "topic",
  value: "name",
  setting: true,
  default: "winlogbeat",
  group: "Input",
  description: "the topic to write to",
};

export const seedOption: OptionDefinition = {
  name: "seed",
  value: "number",
  kind: "integer",
  atLeast: 0,
  default: "1",
  setting: true,
  group: "Input",
  description: "the same seed gives the same events",
};

export const httpOption: OptionDefinition = {
  name: "http",
  value: "host:port",
  default: "127.0.0.1:8088",
  setting: true,
  group: "Server",
  description: "listen for HTTP (ksqlDB's API) here; port 0 takes a free one",
};

export const kafkaListenOption: OptionDefinition = {
  name: "kafka-listen",
  value: "host:port",
  default: KAFKA_DEFAULT,
  setting: true,
  group: "Server",
  description:
    "listen for Kafka clients here; port 0 takes a free one, 'off' is nowhere. The default address may be taken: the server then goes on without. Beyond loopback clients must log in (-p spoor.kafka.users=FILE)",
};

/** How lines of event files become records. */
export const keyFormatOption: OptionDefinition = {
  name: "key-format",
  value: "format",
  choices: ["auto", "value", "key:value"],
  default: "auto",
  setting: true,
  group: "Input",
  description:
    "value: a line is an event; key:value: the text before the first colon is its key; auto: told by each line",
};

/** Commands that run statements take them so. */
export const statementOptions: readonly OptionDefinition[] = [
  {
    name: "execute",
    short: "e",
    value: "statements",
    many: true,
    group: "Input",
    description: "run these statements and end; may be repeated",
  },
  {
    name: "file",
    short: "f",
    value: "file",
    many: true,
    group: "Input",
    description: "run the statements of this file and end; may be repeated",
  },
];
