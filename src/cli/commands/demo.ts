import type { CommandDefinition } from "../command-definition.ts";
import { seedOption } from "../options/common-options.ts";

export const demoCommand: CommandDefinition = {
  name: "demo",
  summary: "watch streaming SQL find lateral movement in a small lab's events",
  description: [
    "Starts a server of its own, writes the events of a made-up lab (several hosts and users, ordinary noise, and one lateral movement over WMI) into the topic 'winlogbeat', runs the Sysmon recipe over them and shows what a hunter sees; then the rules that come with Spoor detect the same attack, and their alerts become cases. It uses the HTTP API as any client does, and stays up until Ctrl-C.",
  ],
  options: [
    {
      name: "events",
      value: "number",
      kind: "integer",
      atLeast: 100,
      default: "20000",
      setting: true,
      group: "Input",
      description: "how many events the lab has",
    },
    seedOption,
    { name: "exit", group: "Run", description: "end after the story" },
    {
      name: "data",
      value: "folder",
      group: "Run",
      description: "keep topics and state here (not given: a temporary folder, removed at the end)",
    },
    {
      name: "http",
      value: "host:port",
      default: "127.0.0.1:8088",
      setting: true,
      group: "Server",
      description: "listen for HTTP here; a free port is taken where this one is in use",
    },
  ],
  examples: [
    { command: "spoor demo", what: "the story, then a server to play with until Ctrl-C" },
    { command: "spoor demo --exit", what: "the story alone" },
    {
      command: "spoor demo --events 500000 --seed 7",
      what: "another lab, with more noise around the attack",
    },
  ],
  exits: { 0: "the story ran to its end", 1: "a step failed", 130: "interrupted before the story's end" },
  next: ["spoor sql", "spoor ingest <file> --topic winlogbeat"],
  load: async () => (await import("../demo/run-demo.ts")).runDemo,
};
