import { describe, expect, test } from "vitest";
import { parseStatement } from "./parser.ts";
import { printStatement } from "./print-statement.ts";
import { sameTree } from "./same-tree.ts";

/** Text, and the canonical text on one line. */
const STATEMENTS: [string, string][] = [
  [
    "create stream s (id int key, v varchar) with (kafka_topic='t', partitions=1)",
    "CREATE STREAM S (ID INTEGER KEY, V STRING) WITH (KAFKA_TOPIC = 't', PARTITIONS = 1);",
  ],
  [
    "create or replace source table if not exists `t` (id int primary key) with ('x.y'=true)",
    "CREATE OR REPLACE SOURCE TABLE IF NOT EXISTS `t` (ID INTEGER PRIMARY KEY) WITH ('x.y' = TRUE);",
  ],
  ["create stream s with (value_format='avro')", "CREATE STREAM S WITH (VALUE_FORMAT = 'avro');"],
  ["create stream s", "CREATE STREAM S;"],
  [
    "create stream s (h array<struct<key string, value bytes>> headers, b bytes header('k'))",
    "CREATE STREAM S (H ARRAY<STRUCT<KEY STRING, VALUE BYTES>> HEADERS, B BYTES HEADER('k'));",
  ],
  [
    "create or replace stream s with (partitions=-1) as select * from t",
    "CREATE OR REPLACE STREAM S WITH (PARTITIONS = -1) AS SELECT * FROM T;",
  ],
  [
    "create table if not exists c as select a, count(*) n from t group by a emit final",
    "CREATE TABLE IF NOT EXISTS C AS SELECT A, COUNT(*) AS N FROM T GROUP BY A EMIT FINAL;",
  ],
  ["insert into s select a from t partition by b", "INSERT INTO S SELECT A FROM T PARTITION BY B;"],
  [
    "insert into s with (query_id='q') select * from t",
    "INSERT INTO S WITH (QUERY_ID = 'q') SELECT * FROM T;",
  ],
  ["insert into s values (1, 'a', -2.0, map('k':=1))", "INSERT INTO S VALUES (1, 'a', -2.0, MAP('k' := 1));"],
  ["insert into s (a, `b`) values (1, null)", "INSERT INTO S (A, `b`) VALUES (1, NULL);"],
  ["drop stream if exists s delete topic", "DROP STREAM IF EXISTS S DELETE TOPIC;"],
  ["drop table t", "DROP TABLE T;"],
  [
    "alter stream s add column a int, add b varchar, add column array<int>, add column decimal(2,1)",
    "ALTER STREAM S ADD COLUMN A INTEGER, ADD COLUMN B STRING, ADD COLUMN COLUMN ARRAY<INTEGER>, ADD COLUMN COLUMN DECIMAL(2, 1);",
  ],
  [
    "create type if not exists a as struct<x int, y b>",
    "CREATE TYPE IF NOT EXISTS A AS STRUCT<X INTEGER, Y B>;",
  ],
  ["drop type if exists a", "DROP TYPE IF EXISTS A;"],
  [
    "create source connector if not exists c with (\"connector.class\"='x', 'tasks.max'=1)",
    "CREATE SOURCE CONNECTOR IF NOT EXISTS C WITH ('connector.class' = 'x', 'tasks.max' = 1);",
  ],
  ["create sink connector c with (a='b')", "CREATE SINK CONNECTOR C WITH (A = 'b');"],
  ["drop connector if exists `c`", "DROP CONNECTOR IF EXISTS `c`;"],
  ["explain select * from s emit changes", "EXPLAIN SELECT * FROM S EMIT CHANGES;"],
  ["explain csas_s_1", "EXPLAIN CSAS_S_1;"],
  ["explain show", "EXPLAIN SHOW;"],
  ["explain show topics", "EXPLAIN SHOW TOPICS;"],
  ["terminate all", "TERMINATE ALL;"],
  ["terminate ctas_1", "TERMINATE CTAS_1;"],
  ["pause q", "PAUSE Q;"],
  ["resume all", "RESUME ALL;"],
  ...[
    "PROPERTIES",
    "TOPICS",
    "ALL TOPICS EXTENDED",
    "STREAMS EXTENDED",
    "TABLES",
    "FUNCTIONS",
    "CONNECTORS",
  ].map((t): [string, string] => [`list ${t}`, `SHOW ${t};`]),
  ...[
    "SOURCE CONNECTORS",
    "SINK CONNECTORS",
    "CONNECTOR PLUGINS",
    "TYPES",
    "VARIABLES",
    "QUERIES EXTENDED",
  ].map((t): [string, string] => [`show ${t}`, `SHOW ${t};`]),
  ["describe s extended", "DESCRIBE S EXTENDED;"],
  ["describe streams extended", "DESCRIBE STREAMS EXTENDED;"],
  ["describe tables", "DESCRIBE TABLES;"],
  ["describe `TABLES`", "DESCRIBE `TABLES`;"],
  ["describe function abs", "DESCRIBE FUNCTION ABS;"],
  ["describe function", "DESCRIBE `FUNCTION`;"],
  ["describe connector c", "DESCRIBE CONNECTOR C;"],
  ["print myTopic from beginning interval 2 limit 3", "PRINT 'myTopic' FROM BEGINNING INTERVAL 2 LIMIT 3;"],
  ["print 'my-topic' sample 5", "PRINT 'my-topic' INTERVAL 5;"],
  ["set 'a.b'='c''d'", "SET 'a.b' = 'c''d';"],
  ["unset 'a.b'", "UNSET 'a.b';"],
  ["alter system 'a'='b'", "ALTER SYSTEM 'a' = 'b';"],
  ["define myVar='x'", "DEFINE myVar = 'x';"],
  ["define topic='x'", "DEFINE topic = 'x';"],
  ["undefine myVar", "UNDEFINE myVar;"],
  [
    "assert topic foo with (partitions=2) timeout 10 seconds",
    "ASSERT TOPIC 'foo' WITH (PARTITIONS = 2) TIMEOUT 10 SECONDS;",
  ],
  ["assert not exists topic 'a-b'", "ASSERT NOT EXISTS TOPIC 'a-b';"],
  ["assert schema subject 'x' id 3 timeout 1 minute", "ASSERT SCHEMA SUBJECT 'x' ID 3 TIMEOUT 1 MINUTES;"],
  ["assert not exists schema id 3", "ASSERT NOT EXISTS SCHEMA ID 3;"],
  ["assert values s (a) values (1)", "ASSERT VALUES S (A) VALUES (1);"],
  ["assert null values s (k) key (1)", "ASSERT NULL VALUES S (K) KEY (1);"],
  [
    "assert stream s (a int key) with (kafka_topic='x')",
    "ASSERT STREAM S (A INTEGER KEY) WITH (KAFKA_TOPIC = 'x');",
  ],
  ["assert table t (a int primary key)", "ASSERT TABLE T (A INTEGER PRIMARY KEY);"],
  ["run script 'a.sql'", "RUN SCRIPT 'a.sql';"],
];

describe("statements print canonically and read back the same", () => {
  test.each(STATEMENTS)("%s", (text, canonical) => {
    const statement = parseStatement(`${text};`, { dialect: "ksqldb", testStatements: true });
    const printed = printStatement(statement);
    expect(printed.replaceAll(/\s+/g, " ")).toBe(canonical);
    expect(sameTree(parseStatement(printed, { dialect: "ksqldb", testStatements: true }), statement)).toBe(
      true,
    );
    expect(statement.span.end).toBe(text.length);
  });
});

describe("queries", () => {
  test.each([
    ["select *, s.*, a->*, b c, d as e from s", "SELECT *, S.*, A->*, B AS C, D AS E FROM S;"],
    ["select f(x)->*, -a, not b from s", "SELECT F(X)->*, -A, NOT B FROM S;"],
    ["select a from s x emit changes", "SELECT A FROM S AS X EMIT CHANGES;"],
    ["select a from s emit emit changes limit 3", "SELECT A FROM S AS EMIT EMIT CHANGES LIMIT 3;"],
    ["select a from s partition by x", "SELECT A FROM S PARTITION BY X;"],
    ["select a from s emit partition by x", "SELECT A FROM S AS EMIT PARTITION BY X;"],
    [
      "select a from s group by (a, b) having count(*) > 1",
      "SELECT A FROM S GROUP BY A, B HAVING COUNT(*) > 1;",
    ],
    ["select a from s group by (a), (b)", "SELECT A FROM S GROUP BY A, B;"],
    ["select a from s group by (a + 1) * 2", "SELECT A FROM S GROUP BY (A + 1) * 2;"],
    [
      "select a from s window w tumbling (size 1 hour, retention 2 days, grace period 5 minutes)",
      "SELECT A FROM S WINDOW W TUMBLING (SIZE 1 HOURS, RETENTION 2 DAYS, GRACE PERIOD 5 MINUTES);",
    ],
    [
      "select a from s window hopping (size 1 hour, advance by 5 minute)",
      "SELECT A FROM S WINDOW HOPPING (SIZE 1 HOURS, ADVANCE BY 5 MINUTES);",
    ],
    [
      "select a from s window session (30 seconds, grace period 0 milliseconds)",
      "SELECT A FROM S WINDOW SESSION (30 SECONDS, GRACE PERIOD 0 MILLISECONDS);",
    ],
    ["select a from s join t on s.a = t.a", "SELECT A FROM S INNER JOIN T ON S.A = T.A;"],
    [
      "select a from s x left outer join t as y within 1 hour grace period 1 minute on x.a = y.a full join u on x.a=u.a",
      "SELECT A FROM S AS X LEFT JOIN T AS Y WITHIN 1 HOURS GRACE PERIOD 1 MINUTES ON X.A = Y.A FULL OUTER JOIN U ON X.A = U.A;",
    ],
    [
      "select a from s right join t within (1 second, 2 seconds) on f(s.a) = t.a",
      "SELECT A FROM S RIGHT JOIN T WITHIN (1 SECONDS, 2 SECONDS) ON F(S.A) = T.A;",
    ],
  ])("%s", (text, canonical) => {
    const query = parseStatement(`${text};`, { dialect: "ksqldb" });
    const printed = printStatement(query);
    expect(printed.replaceAll(/\s+/g, " ")).toBe(canonical);
    expect(sameTree(parseStatement(printed, { dialect: "ksqldb" }), query)).toBe(true);
  });

  test("joins nest to the left", () => {
    const query = parseStatement("SELECT a FROM x JOIN y ON x.a = y.a JOIN z ON x.a = z.a;");
    expect(query).toMatchObject({
      from: {
        kind: "join",
        left: { kind: "join", left: { name: "X" }, right: { name: "Y" } },
        right: { name: "Z" },
      },
    });
  });

  test("many select items and long conditions take a line each", () => {
    const long = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const query = parseStatement(
      `SELECT a, b FROM s WHERE ${long} = 1 AND (${long} = 2 OR b) AND ${long} = 3;`,
    );
    expect(printStatement(query).split("\n")).toEqual([
      "SELECT",
      "  A,",
      "  B",
      "FROM S",
      `WHERE ${long.toUpperCase()} = 1`,
      `  AND (${long.toUpperCase()} = 2 OR B)`,
      `  AND ${long.toUpperCase()} = 3;`,
    ]);
  });
});
