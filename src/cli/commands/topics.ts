import type { CommandGroup } from "../command-definition.ts";
import { jsonOption, serverOptions } from "../options/common-options.ts";

const load = () => import("../topics/topic-commands.ts");
const topicArgument = { name: "topic", description: "the topic's name; case counts" };
const exits = { 0: "done", 1: "the server refused", 4: "the server cannot be reached" };

export const topicsCommands: CommandGroup = {
  name: "topics",
  summary: "list, describe, create, delete and print topics",
  fallback: "list",
  commands: [
    {
      name: "topics list",
      summary: "all topics, with their records and bytes",
      options: [
        { name: "all", short: "a", group: "Output", description: "those that Spoor made for itself as well" },
        jsonOption,
        ...serverOptions,
      ],
      examples: [
        { command: "spoor topics", what: "the topics" },
        { command: "spoor topics list --json | jq .name", what: "their names, one a line" },
      ],
      exits,
      load: async () => (await load()).listTopics,
    },
    {
      name: "topics describe",
      summary: "one topic: partitions, size, settings, and the sources over it",
      arguments: [topicArgument],
      options: [jsonOption, ...serverOptions],
      examples: [{ command: "spoor topics describe winlogbeat", what: "what is in 'winlogbeat'" }],
      exits,
      load: async () => (await load()).describeTopic,
    },
    {
      name: "topics create",
      summary: "make a topic",
      arguments: [topicArgument],
      options: [
        {
          name: "partitions",
          value: "number",
          kind: "integer",
          atLeast: 1,
          default: "1",
          group: "Run",
          description: "how many partitions",
        },
        {
          name: "topic-config",
          value: "name=value",
          many: true,
          group: "Run",
          description: "a setting of Kafka's, e.g. retention.ms=86400000; may be repeated",
        },
        { name: "if-not-exists", group: "Run", description: "do nothing where it is there already" },
        jsonOption,
        ...serverOptions,
      ],
      examples: [
        { command: "spoor topics create winlogbeat --partitions 4", what: "a topic of four partitions" },
        {
          command: "spoor topics create audit --topic-config retention.ms=86400000",
          what: "records older than a day are removed",
        },
      ],
      exits,
      load: async () => (await load()).createTopic,
    },
    {
      name: "topics delete",
      summary: "delete a topic and its records",
      arguments: [topicArgument],
      options: [
        {
          name: "yes",
          short: "y",
          group: "Run",
          description: "do not ask; needed where nobody can be asked",
        },
        jsonOption,
        ...serverOptions,
      ],
      examples: [{ command: "spoor topics delete winlogbeat", what: "asks first" }],
      exits: { ...exits, 2: "the command line is wrong, or --yes is missing where nobody can be asked" },
      load: async () => (await load()).deleteTopic,
    },
    {
      name: "topics print",
      summary: "print a topic's records, their formats guessed",
      arguments: [topicArgument],
      options: [
        { name: "from-beginning", group: "Input", description: "all there is, then what comes" },
        {
          name: "limit",
          value: "records",
          kind: "integer",
          atLeast: 1,
          group: "Input",
          description: "end after this many",
        },
        {
          name: "interval",
          value: "n",
          kind: "integer",
          atLeast: 1,
          group: "Input",
          description: "every n-th record only",
        },
        ...serverOptions,
      ],
      examples: [
        {
          command: "spoor topics print winlogbeat --from-beginning --limit 3",
          what: "the first three records",
        },
        { command: "spoor topics print SYSMON_JOIN", what: "what arrives from now on, until Ctrl-C" },
      ],
      exits: { ...exits, 130: "interrupted with Ctrl-C" },
      load: async () => (await load()).printTopic,
    },
  ],
};
