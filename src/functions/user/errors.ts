import { defineErrors } from "../../base/errors.ts";

export const userFunctionErrors = defineErrors("UDF", {
  DECLARATION: {
    kind: "usage",
    summary: "A user function's declaration is not complete or contradicts itself.",
    cure: "Correct the declaration as the message says; `spoor functions check` tries it without a server.",
  },
  NAME_TAKEN: {
    kind: "state",
    summary: "A user function has the name of a function that is there already.",
    cure: "Choose another name; built-in functions can't be replaced.",
  },
  MODULE: {
    kind: "usage",
    summary: "A module of user functions can't be loaded.",
    cure: "Correct the module at the line given and start again; the other modules are loaded.",
  },
  FOLDER: {
    kind: "io",
    summary: "The folder of user functions can't be read.",
    cure: "Correct the property ksql.extension.dir, or make the folder.",
  },
  CALL_SITE: {
    kind: "statement",
    summary:
      "A user function refuses the arguments or the configuration of a call before any record is read.",
    cure: "Correct the literal, the types or the property as the message says.",
  },
});
