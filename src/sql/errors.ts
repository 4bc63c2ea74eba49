import { defineErrors } from "../base/errors.ts";

export const sqlErrors = defineErrors("SQL", {
  SYNTAX: {
    kind: "parse",
    summary: "The text is no statement of the grammar.",
    cure: "Look at the marked place; the detail lists what could stand there.",
  },
  UNTERMINATED: {
    kind: "parse",
    summary: "A string, a quoted name or a comment begins and never ends.",
    cure: "Close it; the place is where it begins.",
  },
  TOO_DEEP: {
    kind: "parse",
    summary: "Expressions, types or statements are nested too deeply, or a chain of operators is too long.",
    cure: "Split the statement; write many alternatives as IN (…).",
  },
  BAD_NUMBER: {
    kind: "parse",
    summary: "A number is out of the range of its type, or not whole where a whole one is wanted.",
    cure: "Write a number that BIGINT or DOUBLE can hold.",
  },
  BAD_NAME: {
    kind: "parse",
    summary: "The name of a stream or table has characters that a topic name may not have.",
    cure: "Use letters, digits, '_' and '-' only.",
  },
  DUPLICATE: {
    kind: "parse",
    summary: "A column, field, property, key or expression is given twice where each may stand once.",
    cure: "Remove one of them.",
  },
  BAD_TYPE: {
    kind: "parse",
    summary: "A type is unknown, has wrong parameters, or does not fit the column's role.",
    cure: "Use a built-in type or one made with CREATE TYPE.",
  },
  BAD_CLAUSE: {
    kind: "parse",
    summary: "A clause is well formed but not allowed in this statement.",
    cure: "Follow the hint.",
  },
  UNKNOWN_QUALIFIER: {
    kind: "parse",
    summary: "The name before a '.' is no source and no alias of the statement.",
    cure: "Use a source's name or alias; fields of a struct are read with '->'.",
  },
  UNKNOWN_VARIABLE: {
    kind: "parse",
    summary: "A ${variable} stands where a name or literal is wanted and is not defined.",
    cure: "Define it first: DEFINE name = 'value';",
  },
  BAD_VARIABLE: {
    kind: "parse",
    summary: "A variable's value cannot stand where the variable is used.",
    cure: "Use a value that is a name, a number, a boolean or a quoted string, as the place needs.",
  },
});
