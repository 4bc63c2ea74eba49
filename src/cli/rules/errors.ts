import { defineErrors } from "../../base/errors.ts";

/** Errors of finding rules and their regression data for commands; what is wrong inside a rule is SIGMA's. */
export const rulesErrors = defineErrors("RULES", {
  NOT_GIVEN: {
    kind: "usage",
    summary: "A command needs rules or regression data, and none were named.",
    cure: "Name files, folders or archives of Sigma rules with --rules, SPOOR_RULES or 'rules' in spoor.config.json.",
  },
  MISSING: {
    kind: "io",
    summary: "A file or folder of rules or regression data does not exist.",
    cure: "Check the path; the hint names the nearest one in the folder.",
  },
  UNREADABLE: {
    kind: "io",
    summary: "A file, folder or archive of rules or regression data could not be read to its end.",
    cure: "Check permissions; fetch an archive again.",
  },
  NONE_FOUND: {
    kind: "usage",
    summary: "What was named holds no Sigma rules.",
    cure: "Name a folder with .yml files below it, such as SigmaHQ's 'rules', or an archive of one.",
  },
  UNKNOWN: {
    kind: "usage",
    summary: "No rule among those named has this id, name or title.",
    cure: "The hint names the nearest; 'spoor rules list' shows all.",
  },
  TOO_MANY: {
    kind: "usage",
    summary: "There are more rule files, or they are larger, than one command takes.",
    cure: "Name the folders that are needed.",
  },
});
