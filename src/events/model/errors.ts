import { defineErrors } from "../../base/errors.ts";

/** Errors of the event data model: its YAML files, and transform lists of a lakehouse. */
export const modelErrors = defineErrors("MODEL", {
  YAML_SYNTAX: {
    kind: "usage",
    summary: "A file of the event model is no readable YAML.",
    cure: "Correct the place that the message points to; indentation is made of blanks.",
  },
  YAML_SHAPE: {
    kind: "usage",
    summary: "A file of the event model has a key or a value where another is expected.",
    cure: "Correct the place that the message points to; docs/event-model.md has the form of each file.",
  },
  FOLDER_UNREADABLE: {
    kind: "io",
    summary: "A folder or file of mappings cannot be read.",
    cure: "Check the path and its permissions.",
  },
  UNKNOWN_COLUMN: {
    kind: "usage",
    summary: "A mapping, view or table names a column that the model does not have.",
    cure: "Correct the name, or declare the column under `columns` of the mapping file.",
  },
  UNKNOWN_TRANSFORM: {
    kind: "usage",
    summary: "A mapping names a transform that does not exist.",
    cure: "Take one of the transforms that docs/event-model.md lists.",
  },
  UNKNOWN_CODES: {
    kind: "usage",
    summary: "A mapping names a code table that does not exist.",
    cure: "Correct the name, or add the table to a file of code tables.",
  },
  COLUMN_TYPE: {
    kind: "usage",
    summary:
      "A column is declared twice with different types, or a transform writes another type than the column's.",
    cure: "Use another column or another transform.",
  },
  PATTERN: {
    kind: "usage",
    summary: "A pattern of a mapping is no regular expression, or a group of it names no column.",
    cure: "Correct the expression; each named group must be a column.",
  },
  TRANSFORM_LIST: {
    kind: "usage",
    summary:
      "A lakehouse transform list has an entry that is neither a rename nor a new column of a known kind.",
    cure: 'Write {"rename": ["from", "to"]}, {"new": ["column", "EXPR=…"]} or {"new": ["column", "LITERAL=…"]}.',
  },
  UNKNOWN_VIEW: {
    kind: "usage",
    summary: "A view of that name does not exist.",
    cure: "Take one of the views that docs/event-model.md lists.",
  },
});
