import { defineErrors } from "../../base/errors.ts";

/** Errors of the rules that DETECT tries; what is wrong inside a rule is SIGMA's. */
export const detectErrors = defineErrors("DETECT", {
  NO_RULES: {
    kind: "usage",
    summary: "A statement calls DETECT, and what spoor.rules names holds no Sigma rules for Windows.",
    cure: "Name files, folders or archives of rules with spoor.rules, or leave it out for Spoor's own; check spoor.rules.min.level.",
  },
  RULES_UNREADABLE: {
    kind: "io",
    summary: "A file, folder or archive of spoor.rules can't be read.",
    cure: "Check the path, which starts from the folder that the server was started in, and its permissions.",
  },
});
