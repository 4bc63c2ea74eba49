import { defineErrors } from "../base/errors.ts";

/** Errors of Sigma rules: reading them, printing them as SQL, running their regression data. */
export const sigmaErrors = defineErrors("SIGMA", {
  INVALID_YAML: {
    kind: "parse",
    summary: "A rule file is not YAML.",
    cure: "Correct the YAML at the place shown; the other files load.",
  },
  INVALID_DOCUMENT: {
    kind: "parse",
    summary: "A rule document lacks a mandatory part, or a part has the wrong type.",
    cure: "Give the part as the Sigma specification 2.1 says; the hint shows its form.",
  },
  INVALID_SELECTION: {
    kind: "parse",
    summary: "A selection of a rule cannot be read.",
    cure: "A selection is a map of fields, a list of maps, or a list of keywords.",
  },
  UNKNOWN_MODIFIER: {
    kind: "parse",
    summary: "A field carries a modifier that Sigma does not have.",
    cure: "Use a modifier of the Sigma specification 2.1; the hint names the nearest.",
  },
  INVALID_MODIFIER: {
    kind: "parse",
    summary: "A modifier cannot be applied to this value, or not after the modifiers before it.",
    cure: "Change the value or the order of the modifiers as the hint says.",
  },
  INVALID_REGEX: {
    kind: "parse",
    summary: "A regular expression is wrong or uses what cannot be matched in linear time.",
    cure: "Write it without look-around and back references.",
  },
  INVALID_CONDITION: {
    kind: "parse",
    summary: "The condition of a rule cannot be read.",
    cure: "Combine selections with and, or, not, parentheses and '1 of pattern*'.",
  },
  UNKNOWN_SELECTION: {
    kind: "parse",
    summary: "A condition names a selection that the rule does not have.",
    cure: "Correct the name; the hint names the nearest.",
  },
  UNKNOWN_PLACEHOLDER: {
    kind: "parse",
    summary: "A rule uses a placeholder that has no values.",
    cure: "Give a list of values for the placeholder.",
  },
  INVALID_CORRELATION: {
    kind: "parse",
    summary: "A correlation rule cannot be read, or names rules that are not loaded.",
    cure: "Correct the part shown; load the rules it refers to together with it.",
  },
  DUPLICATE_RULE: {
    kind: "parse",
    summary: "Two rules have the same id or the same name.",
    cure: "Give each rule an id and a name of its own; the first one is kept.",
  },
  INVALID_LOG_SOURCE: {
    kind: "parse",
    summary: "A log source file cannot be read.",
    cure: "Correct the part shown; the form is in the header of the shipped files.",
  },
  SQL_UNSUPPORTED: {
    kind: "usage",
    summary: "A rule has a test that the SQL dialect cannot express.",
    cure: "Run the rule in Spoor, or take the test out.",
  },
  STATE_UNREADABLE: {
    kind: "state",
    summary: "The stored state of correlations or of alert cases has an unknown version or form.",
    cure: "Drop the query that has it and make it anew: it begins without memory.",
  },
  REGRESSION_UNREADABLE: {
    kind: "io",
    summary: "A folder of regression data or a file in it cannot be read.",
    cure: "Name a folder that holds SigmaHQ's regression_data.",
  },
});
