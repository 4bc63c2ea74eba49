import { defineErrors } from "../base/errors.ts";

export const functionErrors = defineErrors("FUNCTION", {
  UNKNOWN: {
    kind: "statement",
    summary: "A statement calls a function that does not exist.",
    cure: "SHOW FUNCTIONS lists all functions.",
  },
  DUPLICATE: {
    kind: "state",
    summary: "A function is added under a name that is taken.",
    cure: "Choose another name.",
  },
  ARGUMENTS: {
    kind: "statement",
    summary: "No variant of a function takes arguments of these types.",
    cure: "DESCRIBE FUNCTION shows the variants; CAST converts an argument.",
  },
  AMBIGUOUS: {
    kind: "statement",
    summary: "Several variants of a function take arguments of these types, and none is the better one.",
    cure: "Use CAST to give the arguments the types of the variant meant.",
  },
  INVALID_ARGUMENT: {
    kind: "statement",
    summary:
      "A literal argument has a value that the function can't work with: a bad pattern, an unknown option.",
    cure: "Correct the literal as the message says.",
  },
});
