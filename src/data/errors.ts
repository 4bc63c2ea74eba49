import { defineErrors } from "../base/errors.ts";

export const typeErrors = defineErrors("TYPE", {
  NO_COMMON_TYPE: {
    kind: "statement",
    summary:
      "Values that must have one type (an IN list, the elements of an array) have types that don't go together.",
    cure: "Convert the odd one with CAST.",
  },
  INVALID_LITERAL: {
    kind: "statement",
    summary: "A text literal stands where a number or a boolean is needed and doesn't read as one.",
    cure: "Write a value of the type that the message names.",
  },
});
