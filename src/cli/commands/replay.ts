import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption, serverOptions } from "../options/common-options.ts";
import { recordOptions } from "./ingest.ts";

export const replayCommand: CommandDefinition = {
  name: "replay",
  summary: "send recorded events in the rhythm they happened in, faster or slower",
  description: [
    "Waits between events as their own times say (event_data.UtcTime, @timestamp), divided by the speed. Events that are out of order are sent at once; gaps longer than --longest-gap are cut short.",
  ],
  arguments: [{ name: "file", many: true, description: "event files, archives, folders, or '-'" }],
  options: [
    ...recordOptions,
    {
      name: "speed",
      value: "factor",
      default: "1",
      setting: true,
      group: "Run",
      description: "10 is ten times as fast as it happened; 'max' does not wait at all",
    },
    {
      name: "longest-gap",
      value: "seconds",
      kind: "number",
      default: "60",
      atLeast: 0,
      group: "Run",
      description: "wait no longer than this (in the recording's time) between two events",
    },
    jsonOption,
    ...serverOptions,
  ],
  examples: [
    { command: "spoor replay attack.json.tar.gz --speed 10", what: "an hour of events in six minutes" },
    {
      command: "spoor replay attack.json --speed max --topic lab",
      what: "without waiting, into another topic",
    },
  ],
  exits: {
    0: "every event was sent",
    1: "a file failed or lines were left out; the rest was sent",
    4: "the server cannot be reached, or went away",
    130: "interrupted; what was counted is written",
  },
  next: ["spoor sql -e 'SELECT * FROM SYSMON_JOIN EMIT CHANGES;'"],
  load: async () => (await import("../ingest/run-replay.ts")).runReplay,
};
