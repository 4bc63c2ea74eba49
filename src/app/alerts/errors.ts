import { defineErrors } from "../../base/errors.ts";

/** Errors of TRIAGE's settings. */
export const alertErrors = defineErrors("ALERTS", {
  GROUP_COLUMN: {
    kind: "usage",
    summary:
      "spoor.alerts.group.by names a column that the stream of alerts has not, or one that has no single value.",
    cure: "Name columns of the stream, with commas; DESCRIBE lists them.",
  },
  INVALID_SETTING: {
    kind: "usage",
    summary: "A property spoor.alerts.* has a value it cannot have.",
    cure: "Give a value as the message says, or leave the property out.",
  },
});
