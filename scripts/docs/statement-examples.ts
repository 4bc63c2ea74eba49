/**
 * Examples of statements for docs/statements.md. The texts are parsed and printed in the canonical style when the page
 * is made, so an example that is no statement stops it.
 */
import type { Statement } from "../../src/sql/ast-statement.ts";

export interface StatementExample {
  readonly kind: Statement["kind"];
  /** As in `### CREATE STREAM`. */
  readonly title: string;
  /** Whole sentences. */
  readonly meaning: string;
  readonly sql: string;
}

export interface StatementSection {
  readonly title: string;
  readonly note?: string;
  readonly examples: readonly StatementExample[];
}

const sources: StatementSection = {
  title: "Streams, tables, types",
  examples: [
    {
      kind: "create-source",
      title: "CREATE STREAM",
      meaning:
        "Declares a stream over a topic. The topic is made where PARTITIONS is given. OR REPLACE takes a new declaration, IF NOT EXISTS keeps the old one.",
      sql: "CREATE STREAM logons (host STRING KEY, account STRING, logon_type INT, logged_at BIGINT) WITH (kafka_topic='logons', value_format='JSON', partitions=2, timestamp='logged_at')",
    },
    {
      kind: "create-source",
      title: "CREATE TABLE",
      meaning:
        "Declares a table over a topic: the latest record of each key counts, a record without a value deletes.",
      sql: "CREATE TABLE assets (host STRING PRIMARY KEY, owner STRING, critical BOOLEAN) WITH (kafka_topic='assets', value_format='JSON', partitions=2)",
    },
    {
      kind: "create-source",
      title: "CREATE SOURCE TABLE",
      meaning: "As CREATE TABLE, but read-only: it can be queried, and nothing can be inserted into it.",
      sql: "CREATE SOURCE TABLE assets_now (host STRING PRIMARY KEY, owner STRING) WITH (kafka_topic='assets', value_format='JSON')",
    },
    {
      kind: "create-as-select",
      title: "CREATE STREAM AS SELECT",
      meaning:
        "Starts a persistent query that writes the rows of the SELECT to a topic of their own, from now on and after every restart.",
      sql: "CREATE STREAM remote_logons WITH (kafka_topic='remote_logons', partitions=2) AS SELECT host, account, logon_type FROM logons WHERE logon_type IN (3, 10) EMIT CHANGES",
    },
    {
      kind: "create-as-select",
      title: "CREATE TABLE AS SELECT",
      meaning: "Starts a persistent query whose result is a table: an aggregation, or a query over tables.",
      sql: "CREATE TABLE failed_logons AS SELECT account, COUNT(*) AS failures FROM logons WINDOW TUMBLING (SIZE 10 MINUTES) GROUP BY account HAVING COUNT(*) > 5 EMIT CHANGES",
    },
    {
      kind: "alter-source",
      title: "ALTER STREAM, ALTER TABLE",
      meaning: "Adds columns to a declared stream or table.",
      sql: "ALTER STREAM logons ADD COLUMN source_ip STRING, ADD COLUMN process STRING",
    },
    {
      kind: "drop-source",
      title: "DROP STREAM, DROP TABLE",
      meaning:
        "Forgets a stream or table, and ends the query that CREATE … AS started for it. DELETE TOPIC deletes the records too.",
      sql: "DROP STREAM IF EXISTS remote_logons DELETE TOPIC",
    },
    {
      kind: "create-type",
      title: "CREATE TYPE",
      meaning: "Gives a type a name for later declarations.",
      sql: "CREATE TYPE address AS STRUCT<ip STRING, port INT>",
    },
    {
      kind: "drop-type",
      title: "DROP TYPE",
      meaning: "Forgets such a name.",
      sql: "DROP TYPE IF EXISTS address",
    },
  ],
};

const rows: StatementSection = {
  title: "Rows in, rows out",
  examples: [
    {
      kind: "query",
      title: "SELECT … EMIT CHANGES",
      meaning: "A push query: rows as they come, until LIMIT or until its reader ends it.",
      sql: "SELECT host, account FROM logons WHERE account LIKE 'svc%' EMIT CHANGES LIMIT 20",
    },
    {
      kind: "query",
      title: "SELECT",
      meaning:
        "Without EMIT, a pull query: the rows of a table, or of a stream up to now. It ends by itself.",
      sql: "SELECT * FROM assets_now WHERE host = 'WKS-7'",
    },
    {
      kind: "query",
      title: "SELECT … JOIN",
      meaning:
        "Streams with tables, streams with streams (WITHIN), tables with tables. Both topics must have equally many partitions. A join of a stream with a table follows the order of arrival.",
      sql: "SELECT l.host, l.account, a.owner FROM logons l LEFT JOIN assets a ON l.host = a.host WHERE a.critical EMIT CHANGES",
    },
    {
      kind: "query",
      title: "SELECT … EMIT FINAL",
      meaning: "Of a windowed aggregation, each window's row once, when the window is closed.",
      sql: "SELECT account, COUNT(*) AS logons FROM logons WINDOW HOPPING (SIZE 1 HOURS, ADVANCE BY 10 MINUTES, GRACE PERIOD 5 MINUTES) GROUP BY account EMIT FINAL",
    },
    {
      kind: "insert-into",
      title: "INSERT INTO … SELECT",
      meaning: "Starts a persistent query that writes to a stream which is there already.",
      sql: "INSERT INTO remote_logons SELECT host, account, logon_type FROM logons WHERE logon_type = 8 EMIT CHANGES",
    },
    {
      kind: "insert-values",
      title: "INSERT INTO … VALUES",
      meaning: "Writes one record.",
      sql: "INSERT INTO logons (host, account, logon_type, logged_at) VALUES ('WKS-7', 'maria', 2, 1700000000000)",
    },
    {
      kind: "print-topic",
      title: "PRINT",
      meaning: "Shows a topic's records, their formats guessed.",
      sql: "PRINT 'logons' FROM BEGINNING INTERVAL 10 LIMIT 3",
    },
  ],
};

const looking: StatementSection = {
  title: "Looking around",
  examples: [
    {
      kind: "list",
      title: "SHOW",
      meaning:
        "Lists STREAMS, TABLES, TOPICS, QUERIES, FUNCTIONS, TYPES, PROPERTIES or VARIABLES; LIST is the same word. EXTENDED adds details, ALL TOPICS those that Spoor made for itself. CONNECTORS are sinks, into [the lakehouse](lakehouse.md) or [to people and other systems](outputs.md); CONNECTOR PLUGINS the classes there are.",
      sql: "SHOW STREAMS EXTENDED",
    },
    {
      kind: "describe-source",
      title: "DESCRIBE",
      meaning: "A stream's or table's columns; with EXTENDED its topic, queries and statistics.",
      sql: "DESCRIBE logons EXTENDED",
    },
    {
      kind: "describe-sources",
      title: "DESCRIBE STREAMS, DESCRIBE TABLES",
      meaning: "All of them, one after the other.",
      sql: "DESCRIBE TABLES EXTENDED",
    },
    {
      kind: "describe-named",
      title: "DESCRIBE FUNCTION",
      meaning: "A function's description, signatures and examples.",
      sql: "DESCRIBE FUNCTION SUBSTRING",
    },
    {
      kind: "explain",
      title: "EXPLAIN",
      meaning:
        "The plan of a statement, without running it; of a running query also what it dropped and why.",
      sql: "EXPLAIN SELECT host FROM logons WHERE logon_type = 10 EMIT CHANGES",
    },
  ],
};

const control: StatementSection = {
  title: "Queries and session",
  examples: [
    {
      kind: "query-control",
      title: "PAUSE, RESUME, TERMINATE",
      meaning:
        "Holds a persistent query, lets it go on, ends it for good. ALL means every one. A topic that it wrote stays.",
      sql: "PAUSE CTAS_FAILED_LOGONS_4",
    },
    {
      kind: "set-property",
      title: "SET",
      meaning: "Sets a property for the statements that follow; see [configuration](configuration.md).",
      sql: "SET 'auto.offset.reset' = 'earliest'",
    },
    {
      kind: "unset-property",
      title: "UNSET",
      meaning: "Back to the server's value.",
      sql: "UNSET 'auto.offset.reset'",
    },
    {
      kind: "define-variable",
      title: "DEFINE",
      meaning: "A variable: `${name}` in later statements is replaced by its text.",
      sql: "DEFINE threshold = '5'",
    },
    { kind: "undefine-variable", title: "UNDEFINE", meaning: "Forgets it.", sql: "UNDEFINE threshold" },
    {
      kind: "run-script",
      title: "RUN SCRIPT",
      meaning:
        "Runs the statements of a file. At the prompt it is the client's file, in a request the server's.",
      sql: "RUN SCRIPT 'hunts/logons.sql'",
    },
  ],
};

const assertions: StatementSection = {
  title: "Assertions",
  examples: [
    {
      kind: "assert-topic",
      title: "ASSERT TOPIC",
      meaning:
        "Waits until a topic is there (NOT EXISTS: is gone), and fails where that does not happen in time.",
      sql: "ASSERT TOPIC 'logons' WITH (partitions = 2) TIMEOUT 10 SECONDS",
    },
    {
      kind: "assert-schema",
      title: "ASSERT SCHEMA",
      meaning: "The same of a schema. There is no schema registry yet, so only NOT EXISTS succeeds.",
      sql: "ASSERT NOT EXISTS SCHEMA SUBJECT 'logons-value' TIMEOUT 1 SECONDS",
    },
  ],
};

const connectors: StatementSection = {
  title: "Connectors",
  examples: [
    {
      kind: "create-connector",
      title: "CREATE SINK CONNECTOR",
      meaning:
        "Carries topics out while the server runs: class `delta` into Delta tables ([the lakehouse](lakehouse.md)), classes `webhook`, `smtp`, `syslog`, `file`, `elasticsearch` and `topic` to people and other systems ([outputs](outputs.md)). There are no sources. DESCRIBE CONNECTOR tells how far it is.",
      sql: "CREATE SINK CONNECTOR lakehouse WITH (\"connector.class\"='delta', \"topics\"='winlogbeat', \"lake\"='/srv/lake')",
    },
    {
      kind: "drop-connector",
      title: "DROP CONNECTOR",
      meaning: "Ends it: what was read is committed, the tables stay.",
      sql: "DROP CONNECTOR IF EXISTS lakehouse",
    },
  ],
};

const testing: StatementSection = {
  title: "In test files only",
  note: "`spoor test` carries these out; a server refuses them.",
  examples: [
    {
      kind: "assert-values",
      title: "ASSERT VALUES",
      meaning: "The next record of a stream or table has these values.",
      sql: "ASSERT VALUES remote_logons (host, account) VALUES ('WKS-7', 'maria')",
    },
    {
      kind: "assert-tombstone",
      title: "ASSERT NULL VALUES",
      meaning: "The next record of a table deletes this key.",
      sql: "ASSERT NULL VALUES failed_logons (account) KEY ('maria')",
    },
    {
      kind: "assert-source",
      title: "ASSERT STREAM, ASSERT TABLE",
      meaning: "A stream or table is declared so.",
      sql: "ASSERT STREAM remote_logons (host STRING KEY, account STRING, logon_type INT) WITH (kafka_topic='remote_logons', value_format='JSON')",
    },
  ],
};

const refused: StatementSection = {
  title: "Understood and refused",
  note: "These parse, and the refusal says what to use instead.",
  examples: [
    {
      kind: "alter-system",
      title: "ALTER SYSTEM",
      meaning: "SET lasts for a session, the server's configuration for good.",
      sql: "ALTER SYSTEM 'ksql.streams.auto.offset.reset' = 'earliest'",
    },
    {
      kind: "register-topic",
      title: "REGISTER TOPIC",
      meaning: "KSQL 5's. Name the topic and its format in CREATE STREAM.",
      sql: "REGISTER TOPIC logons_topic WITH (value_format='JSON', kafka_topic='logons')",
    },
    {
      kind: "drop-topic",
      title: "DROP TOPIC",
      meaning: "KSQL 5's: it forgot a registration. DROP STREAM … DELETE TOPIC deletes a topic.",
      sql: "DROP TOPIC logons_topic",
    },
    {
      kind: "export-catalog",
      title: "EXPORT CATALOG",
      meaning: "KSQL 5's. SHOW STREAMS EXTENDED gives every source's statement.",
      sql: "EXPORT CATALOG TO 'catalog.sql'",
    },
  ],
};

export const statementSections: readonly StatementSection[] = [
  sources,
  rows,
  looking,
  control,
  assertions,
  connectors,
  testing,
  refused,
];
