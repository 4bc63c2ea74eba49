import { defineErrors } from "../../base/errors.ts";

/** Errors of finding rules, of libraries of rules and of regression data; what is wrong inside a rule is SIGMA's. */
export const rulesErrors = defineErrors("RULES", {
  NOT_GIVEN: {
    kind: "usage",
    summary: "A command needs rules or regression data, and none were named.",
    cure: "Name files, folders or archives of Sigma rules with --rules, SPOOR_RULES or 'rules' in spoor.config.json, or import some into a library.",
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
    summary: "No rule among those named has this id, name, title or file name.",
    cure: "The hint names the nearest; 'spoor rules list' shows all.",
  },
  AMBIGUOUS: {
    kind: "usage",
    summary: "Several rules fit what a command calls one of them.",
    cure: "Give more characters of the id, or the whole title; the detail lists those that fit.",
  },
  TOO_MANY: {
    kind: "usage",
    summary: "There are more rule files, or they are larger, than can be read at once.",
    cure: "Name the folders that are needed.",
  },
  LIBRARY_MISSING: {
    kind: "usage",
    summary: "A command changes the state of rules, and there is no library of rules in the folder.",
    cure: "Make one with 'spoor rules import', or name its folder with --library.",
  },
  LIBRARY_INVALID: {
    kind: "parse",
    summary: "The file library.yml of a library of rules cannot be read.",
    cure: "Correct it at the place shown; docs/detection.md says what it holds.",
  },
  LIBRARY_UNWRITABLE: {
    kind: "io",
    summary: "A file of a library of rules could not be written.",
    cure: "Check the folder's permissions and the room on its disk. What was there before is untouched.",
  },
  LIBRARY_BUSY: {
    kind: "state",
    summary: "Another command is writing to the library of rules.",
    cure: "Try again when it has ended.",
  },
  CANNOT_TUNE: {
    kind: "usage",
    summary: "A rule cannot be tuned as it was asked for.",
    cure: "Write exclusions as 'FIELD MODIFIER VALUE'; the hint has an example.",
  },
});
