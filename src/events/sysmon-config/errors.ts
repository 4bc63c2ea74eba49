import { defineErrors } from "../../base/errors.ts";

/** Errors of reading Sysmon's configuration. */
export const sysmonConfigErrors = defineErrors("SYSMON", {
  CONFIG_DAMAGED: {
    kind: "usage",
    summary: "A Sysmon configuration is no well-formed XML, or its root is no Sysmon element.",
    cure: "Look at the place that the error shows; 'sysmon -c FILE' would refuse the file as well.",
  },
  CONFIG_TOO_LARGE: {
    kind: "usage",
    summary: "A file given as a Sysmon configuration is larger than any can be.",
    cure: "Give the configuration's XML itself.",
  },
});
