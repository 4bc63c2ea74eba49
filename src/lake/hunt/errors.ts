import { defineErrors } from "../../base/errors.ts";

/** Errors of hunts: SQL at rest over event files and tables of a lake. */
export const huntErrors = defineErrors("HUNT", {
  SYNTAX: {
    kind: "parse",
    summary: "The text is no SQL statement.",
    cure: "Correct the place that the message points to; --dialect spark takes Spark's quoting.",
  },
  NOT_A_QUESTION: {
    kind: "statement",
    summary:
      "A hunt may only ask: SELECT, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES and EXPLAIN of these.",
    cure: "Ask with SELECT; --output writes what a hunt finds to a file.",
  },
  FUNCTION_FORBIDDEN: {
    kind: "statement",
    summary:
      "A hunt calls a function that reads files, settings or the environment, or that changes something.",
    cure: "Read event files with events('…'); the other functions are not for hunts.",
  },
  UNKNOWN_TABLE: {
    kind: "statement",
    summary: "A hunt names a table that is neither a view of its events nor a table of its lake.",
    cure: "Take the name that the hint gives, or one that SHOW TABLES lists.",
  },
  UNKNOWN_COLUMN: {
    kind: "statement",
    summary: "A hunt names a column that its tables do not have.",
    cure: "Take the name that the hint gives; DESCRIBE lists a table's columns.",
  },
  UNKNOWN_FUNCTION: {
    kind: "statement",
    summary: "A hunt calls a function that does not exist, or not with such arguments.",
    cure: "Correct the name or the arguments; the detail names candidates.",
  },
  STATEMENT_REFUSED: {
    kind: "statement",
    summary: "The database refused a hunt for a reason of its own.",
    cure: "The message and the detail are the database's; the place is where it stopped.",
  },
  CONVERSION: {
    kind: "runtime",
    summary: "A value of an event cannot be turned into the type that the hunt asks for.",
    cure: "Use TRY_CAST, which gives NULL, or compare texts with texts.",
  },
  FAILED: {
    kind: "runtime",
    summary: "A hunt failed while it ran.",
    cure: "Read the detail; it is the database's own message.",
  },
  MEMORY: {
    kind: "runtime",
    summary: "A hunt needs more memory or temporary disk than it may use.",
    cure: "Give more with --memory, or ask for fewer columns or rows at once.",
  },
  CANCELLED: {
    kind: "runtime",
    summary: "A hunt was ended before it was done.",
    cure: "Run it again; add LIMIT for a look at the first rows.",
  },
  FILE_FORBIDDEN: {
    kind: "statement",
    summary: "A hunt reads event files outside the folders it may read.",
    cure: "Give the folder or file with --events, or allow the folder with --folder.",
  },
  BAD_SETTING: {
    kind: "usage",
    summary: "A property of the server that is about hunts has a value it cannot have.",
    cure: "Correct the value that the message names.",
  },
  TOO_MANY: {
    kind: "state",
    summary: "The server runs as many hunts as it may.",
    cure: "Wait for one to end, end one with DELETE /hunt/<id>, or raise spoor.hunt.statements.max.",
  },
  TIMED_OUT: {
    kind: "runtime",
    summary: "A hunt took longer than the server lets one run.",
    cure: "Ask for less (a day, a host, fewer columns), or raise the server's property spoor.hunt.timeout.ms.",
  },
  ID_TAKEN: {
    kind: "usage",
    summary: "A hunt gives itself the id of one that is running.",
    cure: "Leave the id out, or make a new one for each hunt.",
  },
  UNKNOWN_HUNT: {
    kind: "state",
    summary: "No hunt of this id is running.",
    cure: "GET /hunt lists those that run; one that has ended is forgotten.",
  },
  NO_FILES: {
    kind: "statement",
    summary: "No event file fits the path or pattern of a hunt.",
    cure: "Check the path; it counts from the working directory.",
  },
  EVENTS_CALL: {
    kind: "statement",
    summary: "events(…) or source_events(…) is not given exactly one path as a text.",
    cure: "Write events('file'), events('folder') or events('folder/*.evtx').",
  },
  NO_LAKE: {
    kind: "usage",
    summary: "A folder that should be a lake holds no Delta tables.",
    cure: "Give the folder in which the tables' folders are, or a table's own folder.",
  },
  SPARK_UNSUPPORTED: {
    kind: "statement",
    summary: "A hunt uses a part of Spark SQL that is not translated.",
    cure: "Write the part as the hint says, or the hunt in the default dialect.",
  },
});
