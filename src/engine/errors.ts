import { defineErrors } from "../base/errors.ts";

export const engineErrors = defineErrors("ENGINE", {
  STATE_OPEN_FAILED: {
    kind: "io",
    summary: "The database that holds the queries' state can't be opened.",
    cure: "Check that the data directory is writable, has room and is used by one server only.",
  },
  STATE_WRITE_FAILED: {
    kind: "io",
    summary: "A commit could not be written.",
    cure: "Make room on the disk; the queries continue from their last commit.",
  },
  STATE_KEY_TOO_LONG: {
    kind: "runtime",
    summary: "A key of a join, a group or a table is longer than the state database can hold.",
    cure: "Use a shorter key, e.g. a hash of the long text.",
  },
  LOG_BEHIND_STATE: {
    kind: "io",
    summary:
      "A topic ends before the last commit: records were lost, as after a power failure without flush.",
    cure: "Drop the query that writes or reads the topic and create it again; set spoor.flush=commit.",
  },
  AGGREGATE_FAILED: {
    kind: "runtime",
    summary:
      "An aggregate could not take a row in: its value has no room for the result, or its function failed.",
    cure: "Use a wider type for the argument, or keep such rows out with WHERE.",
  },
  INVALID_TIMESTAMP: {
    kind: "runtime",
    summary: "A record's TIMESTAMP column gives no time, and ksql.timestamp.throw.on.invalid is true.",
    cure: "Mend the record, or set the property to false: such records are then counted and left out.",
  },
  UNKNOWN_QUERY: {
    kind: "state",
    summary: "A query id that no running query has.",
    cure: "SHOW QUERIES lists the ids.",
  },
  QUERY_EXISTS: {
    kind: "state",
    summary: "A query is started under an id that is in use.",
    cure: "Terminate the running query first.",
  },
  TOPIC_MISSING: {
    kind: "state",
    summary: "A query reads or writes a topic that does not exist.",
    cure: "Create the topic, or the source that makes it.",
  },
  PLAN_UNSUPPORTED: {
    kind: "statement",
    summary: "The engine has no operator for a step of the plan.",
    cure: "Write the statement in another way; the message names the step.",
  },
  SUPPRESS_FULL: {
    kind: "runtime",
    summary: "The open windows that EMIT FINAL keeps are more than ksql.suppress.buffer.size.bytes allows.",
    cure: "Raise the limit, or make the window and its grace period shorter.",
  },
  CLOSED: {
    kind: "state",
    summary: "The engine was asked for something after it was closed.",
    cure: "Start the server again.",
  },
});
