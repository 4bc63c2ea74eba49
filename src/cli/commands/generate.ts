import type { CommandDefinition } from "../command-definition.ts";
import { seedOption, serverOptions } from "../options/common-options.ts";

export const generateCommand: CommandDefinition = {
  name: "generate",
  summary: "make events of a lab, any number of them, the same for the same seed",
  description: [
    "Winlogbeat 6 documents of several hosts and users with one lateral movement over WMI among the noise, one JSON document a line.",
  ],
  options: [
    {
      name: "events",
      value: "number",
      kind: "integer",
      atLeast: 1,
      default: "20000",
      setting: true,
      group: "Input",
      description: "how many events",
    },
    seedOption,
    {
      name: "out",
      short: "o",
      value: "file",
      group: "Output",
      description: "write to this file; '-' is standard output (default where no --topic is given)",
    },
    {
      name: "topic",
      value: "name",
      group: "Output",
      description: "write into this topic of the server, made where it is missing",
    },
    ...serverOptions,
  ],
  examples: [
    { command: "spoor generate --events 3", what: "three events to look at" },
    { command: "spoor generate --events 1000000 --out load.jsonl", what: "a file for a load test" },
    { command: "spoor generate --events 1000000 --topic winlogbeat", what: "straight into a topic" },
  ],
  exits: { 0: "done", 1: "the file or the topic could not be written", 4: "the server cannot be reached" },
  next: ["spoor ingest load.jsonl --topic winlogbeat"],
  load: async () => (await import("../generate/run-generate.ts")).runGenerate,
};
