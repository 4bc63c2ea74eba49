import { expect, test } from "vitest";
import type { KsqlEntity } from "../../api/entities.ts";
import type { SourceDescription } from "../../api/catalog-entities.ts";
import type { QueryDescription } from "../../api/query-entities.ts";
import type { QueryStatistics } from "../../api/runtime-statistics.ts";
import { entityLines } from "./entity-text.ts";

const base = { statementText: "s", warnings: [] };

function lines(entity: KsqlEntity): string[] {
  return entityLines(entity, 100).map((line) => line.trimEnd());
}

const statistics: QueryStatistics = {
  queryId: "CSAS_J_3",
  state: "RUNNING",
  consumed: { messages: 1200, bytes: 480_000, messagesPerSecond: 96 },
  produced: { messages: 800, bytes: 320_000, messagesPerSecond: 64 },
  lastMessageMs: Date.UTC(2019, 1, 13, 10, 58, 30),
  dropped: [{ reason: "unmatched", count: 400, unexpected: true }],
  notes: { "unmatched: no row for the key so far": 400 },
  samples: [{ reason: "unmatched", topic: "N", partition: 0, offset: 7, detail: "key '{G}'" }],
  lastError: null,
  lag: 0,
  stores: [{ store: "P", entries: 3, bytes: 1200 }],
};

const string = { type: "STRING", fields: null, memberSchema: null } as const;
const whole = { type: "BIGINT", fields: null, memberSchema: null } as const;

const described: SourceDescription = {
  name: "J",
  windowType: null,
  readQueries: [],
  writeQueries: [
    {
      queryString: "CREATE STREAM J\n  AS SELECT *",
      sinks: ["J"],
      sinkKafkaTopics: ["J"],
      id: "CSAS_J_3",
      statusCount: { RUNNING: 1 },
      queryType: "PERSISTENT",
      state: "RUNNING",
    },
  ],
  fields: [
    { name: "K", schema: string, type: "KEY" },
    { name: "A", schema: { type: "ARRAY", fields: null, memberSchema: whole } },
    { name: "S", schema: { type: "STRUCT", fields: [{ name: "X", schema: string }], memberSchema: null } },
    {
      name: "D",
      schema: { type: "DECIMAL", fields: null, memberSchema: null, parameters: { precision: 4, scale: 2 } },
    },
  ],
  type: "STREAM",
  timestamp: "",
  statistics: "messages-per-sec: 64",
  errorStats: "",
  extended: true,
  keyFormat: "KAFKA",
  valueFormat: "JSON",
  topic: "J",
  partitions: 1,
  replication: 1,
  statement: "CREATE STREAM J AS SELECT *;",
  queryOffsetSummaries: [],
  sourceConstraints: [],
  clusterStatistics: [],
  clusterErrorStats: [],
};

test("SHOW QUERIES: a query on one line, its states as one cell", () => {
  expect(lines({ ...base, "@type": "queries", queries: described.writeQueries })).toEqual([
    " Query ID | Query Type | Status    | Sink Name | Sink Kafka Topic | Query String",
    "-".repeat(96),
    " CSAS_J_3 | PERSISTENT | RUNNING:1 | J         | J                | CREATE STREAM J AS SELECT *",
    "-".repeat(96),
    "For detailed information on a Query run: EXPLAIN <Query ID>;",
  ]);
});

test("SHOW TOPICS: replicas are one figure where all partitions have the same", () => {
  const topics = [
    { name: "a", replicaInfo: [1, 1] },
    { name: "b", replicaInfo: [1, 2] },
  ];
  expect(lines({ ...base, "@type": "kafka_topics", topics }).slice(2, 4)).toEqual([
    " a           | 2          | 1",
    " b           | 2          | 1, 2",
  ]);
});

const property = (name: string) => ({
  name,
  scope: "KSQL",
  value: "1",
  editable: true,
  level: "SERVER" as const,
});

test("SHOW PROPERTIES says what the session and the server override", () => {
  const entity: KsqlEntity = {
    ...base,
    "@type": "properties",
    properties: [property("c"), property("a"), { ...property("b"), value: null }],
    overwrittenProperties: ["a"],
    defaultProperties: ["b"],
  };
  expect(lines(entity).slice(2, 5)).toEqual([
    " a        | KSQL  | SESSION          | 1",
    " b        | KSQL  |                  | NULL",
    " c        | KSQL  | SERVER           | 1",
  ]);
});

test("SHOW FUNCTIONS sorts by category, with a blank row between two", () => {
  const functions = [
    { name: "LEN", type: "SCALAR" as const, category: "STRING" },
    { name: "ABS", type: "SCALAR" as const, category: "MATHEMATICAL" },
  ];
  expect(lines({ ...base, "@type": "function_names", functions }).slice(2, 5)).toEqual([
    " ABS           | MATHEMATICAL",
    "               |",
    " LEN           | STRING",
  ]);
});

test("a status shows the first line of its message; warnings stand before", () => {
  const entity: KsqlEntity = {
    ...base,
    warnings: [{ message: "slow" }],
    "@type": "currentStatus",
    commandId: "stream/J/create",
    commandStatus: { status: "SUCCESS", message: "Stream created\nmore", queryId: null },
    commandSequenceNumber: 1,
  };
  expect(lines(entity)).toEqual([
    "WARNING: slow",
    " Message",
    "----------------",
    " Stream created",
    "----------------",
  ]);
});

test("DESCRIBE lists the columns with their kinds", () => {
  const entity: KsqlEntity = {
    ...base,
    "@type": "sourceDescription",
    sourceDescription: { ...described, extended: false },
  };
  expect(lines(entity)).toEqual([
    "Name                 : J",
    " Field | Type",
    "-----------------------------------",
    " K     | VARCHAR(STRING)  (key)",
    " A     | ARRAY<BIGINT>",
    " S     | STRUCT<X VARCHAR(STRING)>",
    " D     | DECIMAL(4, 2)",
    "-----------------------------------",
    "For runtime statistics and query details run: DESCRIBE <Stream,Table> EXTENDED;",
  ]);
});

test("DESCRIBE EXTENDED adds the query behind it and why records came to nothing", () => {
  const runtime = {
    topic: { name: "J", partitions: 1, records: 800, bytes: 1, lastTimestampMs: null },
    readBy: [],
    writtenBy: [statistics],
  };
  const text = lines({
    ...base,
    "@type": "sourceDescription",
    sourceDescription: { ...described, runtime },
  }).join("\n");
  expect(text).toContain("Timestamp field      : Not set - using <ROWTIME>");
  expect(text).toContain("Kafka topic          : J (partitions: 1, replication: 1)");
  expect(text).toContain("CSAS_J_3 (RUNNING) : CREATE STREAM J AS SELECT *");
  expect(text).toContain("Local runtime statistics\n------------------------\nmessages-per-sec: 64");
  expect(text).toContain("Kept out             : 400 unmatched (!), e.g. N-0 offset 7: key '{G}'");
  expect(text).toContain("Last message         : 2019-02-13T10:58:30.000Z");
});

test("EXPLAIN has sources, sinks, plan, overrides and errors, each under its heading", () => {
  const queryDescription: QueryDescription = {
    id: "CSAS_J_3",
    statementText: "CREATE …",
    windowType: null,
    fields: [{ name: "K", schema: string, type: "KEY" }],
    sources: ["N", "P"],
    sinks: ["J"],
    topology: "join",
    executionPlan: "> [ SINK ]\n  > [ JOIN ]",
    overriddenProperties: { "auto.offset.reset": "earliest" },
    ksqlHostQueryStatus: { "host:1": "RUNNING" },
    queryType: "PERSISTENT",
    queryErrors: [{ errorMessage: "boom", type: "USER", timestamp: 0 }],
    tasksMetadata: [],
    consumerGroupId: "g",
    state: "RUNNING",
  };
  const text = lines({ ...base, "@type": "queryDescription", queryDescription }).join("\n");
  expect(text).toContain("Host Query Status    : {host:1=RUNNING}");
  expect(text).toContain("Sources that this query reads from:\n-----------------------------------\nN\nP\n");
  expect(text).toContain("Execution plan\n--------------\n> [ SINK ]\n  > [ JOIN ]");
  expect(text).toContain(" auto.offset.reset | earliest");
  expect(text).toContain("Error Date           : 1970-01-01T00:00:00.000Z\nError Details        : boom");
});

test("DESCRIBE FUNCTION shows each variation with its arguments", () => {
  const entity: KsqlEntity = {
    ...base,
    "@type": "describe_function",
    name: "elt",
    description: "One of the texts.",
    author: "",
    version: "",
    path: "internal",
    type: "SCALAR",
    functions: [
      {
        arguments: [
          { name: "n", type: "INT", description: "which", isVariadic: false },
          { name: "texts", type: "VARCHAR", description: "", isVariadic: true },
        ],
        returnType: "VARCHAR",
        description: "",
      },
    ],
    examples: [{ sql: "ELT(1, 'a')", result: "a" }],
  };
  expect(lines(entity)).toEqual([
    "Name        : ELT",
    "Overview    : One of the texts.",
    "Type        : SCALAR",
    "Jar         : internal",
    "Variations  :",
    "",
    "\tVariation   : ELT(n INT, texts VARCHAR[])",
    "\tReturns     : VARCHAR",
    "\tn           : which",
    "",
    "\tELT(1, 'a')",
    "\t=> a",
  ]);
});

test("an entity of a newer server is shown as it came", () => {
  const entity = { ...base, "@type": "news", what: 1 } as unknown as KsqlEntity;
  expect(lines(entity).join("\n")).toContain('"what": 1');
});
