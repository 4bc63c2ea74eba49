import type { CommandDefinition } from "../command-definition.ts";
import { httpOption, jsonOption, kafkaListenOption, serverOptions } from "../options/common-options.ts";

export const doctorCommand: CommandDefinition = {
  name: "doctor",
  summary: "check this machine and the server: runtime, memory, disk, ports, clock",
  description: ["Each check is ✓ (good), ! (works, but) or ✗ (will not work), with what to do about it."],
  options: [
    jsonOption,
    {
      name: "data",
      value: "folder",
      default: "spoor-data",
      setting: true,
      group: "Run",
      description: "the data folder that is to be checked",
    },
    { ...httpOption, description: "the HTTP address that is to be checked" },
    { ...kafkaListenOption, description: "the Kafka address that is to be checked" },
    ...serverOptions,
  ],
  examples: [
    { command: "spoor doctor", what: "before the first start, or when something does not work" },
    { command: "spoor doctor --json", what: "the same for a script" },
  ],
  exits: { 0: "all is well (warnings may stand)", 3: "at least one check failed" },
  load: async () => (await import("../doctor/run-doctor.ts")).runDoctor,
};
