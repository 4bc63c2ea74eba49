import { defineErrors } from "../../base/errors.ts";

/** Errors of the alert desk's commands. */
export const deskErrors = defineErrors("DESK", {
  NOT_SET_UP: {
    kind: "state",
    summary: "The server has no alert desk: the streams and tables that alerts go through are not there.",
    cure: "Make them with 'spoor alerts init'.",
  },
  UNKNOWN_CASE: {
    kind: "state",
    summary: "No case has the id, or none begins with it.",
    cure: "Give an id as 'spoor alerts list --state all' shows it.",
  },
  AMBIGUOUS_CASE: {
    kind: "state",
    summary: "Several cases begin with the letters given.",
    cure: "Give more of the id.",
  },
  REFUSED: {
    kind: "state",
    summary: "The desk took the action's record and refused what it asks for.",
    cure: "The message says what is wrong.",
  },
  NOT_CONFIRMED: {
    kind: "io",
    summary: "The action's record was written, and no change of a case came of it in time.",
    cure: "'spoor queries' shows whether the query of ALERT_CASES runs and how far it is; the action is not lost.",
  },
});
