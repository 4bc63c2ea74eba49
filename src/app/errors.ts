import { defineErrors } from "../base/errors.ts";

export const appErrors = defineErrors("APP", {
  NOT_A_STATEMENT: {
    kind: "usage",
    summary: "SELECT or PRINT was sent where statements are run.",
    cure: "Send it to /query or /query-stream.",
  },
  NOT_A_QUERY: {
    kind: "usage",
    summary: "What was sent to be read as rows is no SELECT and no PRINT.",
    cure: "Send other statements to /ksql; a query may have SET and DEFINE before it.",
  },
  UNSUPPORTED: {
    kind: "usage",
    summary: "A statement of ksqlDB's that Spoor does not carry out.",
    cure: "The hint names what to use instead.",
  },
  UNKNOWN_QUERY: {
    kind: "state",
    summary: "No persistent query has this id.",
    cure: "Check the id with SHOW QUERIES.",
  },
  QUERY_EXISTS: {
    kind: "state",
    summary: "INSERT INTO … WITH (QUERY_ID=…) names a query that runs already.",
    cure: "Terminate that query, or choose another id.",
  },
  UNKNOWN_SOURCE: {
    kind: "state",
    summary: "No stream or table has this name.",
    cure: "Check the name with SHOW STREAMS and SHOW TABLES; a name in quotes keeps its case.",
  },
  BAD_KAFKA_USERS: {
    kind: "usage",
    summary: "The file of users that may log in over the Kafka protocol can't be used.",
    cure: "Name a readable file with spoor.kafka.users: a line 'name: password' for each user, # for comments.",
  },
  BAD_KAFKA_SETTING: {
    kind: "usage",
    summary: "A property of the Kafka listener can't be used, or not together with another.",
    cure: "The hint says what goes; docs/kafka.md describes the properties spoor.kafka.*.",
  },
  TYPE_EXISTS: {
    kind: "state",
    summary: "A type of this name is there already.",
    cure: "Drop it first, choose another name, or write IF NOT EXISTS.",
  },
  CONNECTOR_EXISTS: {
    kind: "state",
    summary: "A connector of this name is there already.",
    cure: "Drop it first, choose another name, or write IF NOT EXISTS.",
  },
  UNKNOWN_CONNECTOR: {
    kind: "state",
    summary: "No connector has this name.",
    cure: "Check the name with SHOW CONNECTORS.",
  },
  UNKNOWN_TYPE: {
    kind: "state",
    summary: "No type made by CREATE TYPE has this name.",
    cure: "Check the name with SHOW TYPES.",
  },
  UNKNOWN_VARIABLE: {
    kind: "state",
    summary: "UNDEFINE names a variable that is not defined.",
    cure: "Check the name with SHOW VARIABLES.",
  },
  UNKNOWN_PROPERTY: {
    kind: "usage",
    summary: "No property has this name, or clients may not set it.",
    cure: "Check the name with SHOW PROPERTIES.",
  },
  TOPIC_IN_USE: {
    kind: "state",
    summary: "A topic cannot be deleted while a stream or table is over it.",
    cure: "Drop the streams and tables first, or use DROP … DELETE TOPIC.",
  },
  TOPIC_PROTECTED: {
    kind: "state",
    summary: "The topic is Spoor's own.",
    cure: "Use another topic; SHOW ALL TOPICS lists Spoor's own ones as well.",
  },
  MISSING_TOPIC: {
    kind: "state",
    summary: "The topic does not exist.",
    cure: "Check the name with SHOW TOPICS, or create the topic.",
  },
  INGEST_BROKEN_OFF: {
    kind: "io",
    summary: "The log refused records in the middle of a bulk write; what came before is written.",
    cure: "The detail says why and how far it came: free the cause and send the rest.",
  },
  BAD_ROW: {
    kind: "usage",
    summary: "A row to insert has a column or a value that does not fit the stream.",
    cure: "DESCRIBE the stream and send its columns with values of their types.",
  },
  TOO_MANY_QUERIES: {
    kind: "state",
    summary: "As many queries as the server allows are running.",
    cure: "End one, or raise the limit in the server's configuration.",
  },
  ASSERTION_FAILED: {
    kind: "state",
    summary: "An ASSERT statement did not come true in time.",
    cure: "Look at what the message found; give the statement a longer TIMEOUT where it is a matter of time.",
  },
  CLUSTER_FILE_UNREADABLE: {
    kind: "io",
    summary: "The file of --kafka-config cannot be read.",
    cure: "Check the path and its permissions.",
  },
  CATALOG_CONTENDED: {
    kind: "state",
    summary: "Several servers of one service change the catalog at the same time.",
    cure: "Send the statement again.",
  },
  CATCH_UP_TIMEOUT: {
    kind: "state",
    summary: "The command that a request waits for has not been executed in time.",
    cure: "Check the sequence number; it must be one that the server has answered.",
  },
  SCRIPT_UNREADABLE: {
    kind: "io",
    summary: "A script of RUN SCRIPT or a queries file cannot be read.",
    cure: "Check the path; the server reads it, relative to where it was started.",
  },
  SCRIPT_TOO_DEEP: {
    kind: "usage",
    summary: "Scripts run one another too deeply.",
    cure: "A script must not run itself.",
  },
  HEADLESS: {
    kind: "usage",
    summary: "A statement that changes the catalog was sent to a server that runs a queries file.",
    cure: "Change the queries file and restart, or start the server without one.",
  },
  COMMAND_LOG_DAMAGED: {
    kind: "io",
    summary: "A record of the command log cannot be read or carried out again.",
    cure: "Restore the topic from a backup, or repeat the statement that the message names.",
  },
  QUERY_FAILED: {
    kind: "runtime",
    summary: "A query stopped with an error while it ran.",
    cure: "EXPLAIN <query id> shows the error and samples of the records that caused it.",
  },
  STOPPED: {
    kind: "state",
    summary: "The server is stopping, or its cluster was terminated.",
    cure: "Start the server again.",
  },
});
