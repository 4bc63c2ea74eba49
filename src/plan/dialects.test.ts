import { describe, expect, test } from "vitest";
import type { Dialect } from "../sql/dialect.ts";
import {
  columns,
  findStep,
  kinds,
  lastPlan,
  planned,
  refusal,
  schemaOf,
  source,
} from "../../test/plan/planned.ts";

/** Process events over a topic without keys, re-keyed by process, looked up by connections: our own small case. */
const EVENTS =
  "CREATE STREAM EVENTS (HOST VARCHAR, DATA STRUCT<Guid VARCHAR, Pid INTEGER, Port INTEGER, Seen BIGINT>, KIND INTEGER) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const BY_GUID =
  "CREATE STREAM BY_GUID WITH (PARTITIONS=1, TIMESTAMP='seen') AS SELECT DATA->Seen AS SEEN, DATA->Guid AS GUID, DATA->Pid AS PID, DATA->Port AS PORT, KIND FROM EVENTS WHERE HOST <> '' PARTITION BY GUID;";
const STARTS =
  "CREATE STREAM STARTS WITH (PARTITIONS=1) AS SELECT GUID, PID, SEEN FROM BY_GUID WHERE KIND = 1;";
const STARTED =
  "CREATE TABLE STARTED (GUID VARCHAR, PID INTEGER, SEEN BIGINT) WITH (KAFKA_TOPIC='STARTS', VALUE_FORMAT='JSON', KEY='guid');";
const LINKS =
  "CREATE STREAM LINKS WITH (PARTITIONS=1) AS SELECT GUID, PORT, PID FROM BY_GUID WHERE KIND = 3;";
const JOINED =
  "CREATE STREAM JOINED WITH (PARTITIONS=1) AS SELECT L.GUID, L.PORT, S.PID, S.SEEN FROM LINKS L INNER JOIN STARTED S ON L.GUID = S.GUID;";

describe.each<Dialect>(["auto", "ksql5"])("a KSQL 5 pipeline in %s", (dialect) => {
  test("PARTITION BY an output alias keys by its text and keeps the column", () => {
    const runner = planned(dialect, EVENTS, BY_GUID);
    expect(schemaOf(runner, "BY_GUID")).toBe(
      "[ROWKEY STRING KEY], SEEN BIGINT, GUID STRING, PID INTEGER, PORT INTEGER, KIND INTEGER",
    );
    expect(source(runner, "BY_GUID")).toMatchObject({
      legacyKey: true,
      keyHint: "GUID",
      timestamp: { column: "SEEN" },
    });
    const { root } = lastPlan(runner);
    expect(kinds(root)).toEqual(["rekey", "project", "filter", "source"]);
    expect(findStep(root, "rekey")).toMatchObject({
      dropNullKeys: true,
      reason: "partition-by",
      carried: [0, 1, 2, 3, 4],
    });
  });

  test("a plain query keeps the key, and the hint while its column is selected", () => {
    const runner = planned(dialect, EVENTS, BY_GUID, STARTS);
    expect(source(runner, "STARTS")).toMatchObject({ legacyKey: true, keyHint: "GUID" });
    runner.run("CREATE STREAM PIDS AS SELECT PID FROM STARTS;");
    expect(source(runner, "PIDS")).toMatchObject({ legacyKey: true });
    expect(source(runner, "PIDS").keyHint).toBeUndefined();
    runner.run("CREATE STREAM RENAMED AS SELECT GUID AS ID, PID FROM STARTS;");
    expect(source(runner, "RENAMED").keyHint).toBe("ID");
  });

  test("a join on the columns that repeat the keys re-keys nothing", () => {
    const runner = planned(dialect, EVENTS, BY_GUID, STARTS, STARTED, LINKS, JOINED);
    expect(schemaOf(runner, "JOINED")).toBe(
      "[ROWKEY STRING KEY], L_GUID STRING, PORT INTEGER, S_PID INTEGER, SEEN BIGINT",
    );
    expect(source(runner, "JOINED")).toMatchObject({ legacyKey: true, keyHint: "L_GUID" });
    const { root } = lastPlan(runner);
    expect(kinds(root)).toEqual(["project", "stream-table-join", "source", "source"]);
    expect(findStep(root, "stream-table-join").leftKey).toMatchObject({ kind: "column", name: "ROWKEY" });
  });

  test("a table can be joined on its key's column only", () => {
    const other = JOINED.replace("L.GUID = S.GUID", "L.PID = S.PID");
    expect(refusal(dialect, EVENTS, BY_GUID, STARTS, STARTED, LINKS, other).code).toBe("PLAN_INVALID_JOIN");
  });

  test("ROWKEY can be named", () => {
    const [plan] = planned(dialect, EVENTS).run("SELECT ROWKEY, HOST FROM EVENTS LIMIT 1;");
    expect(plan?.root.schema.columns[0]).toMatchObject({ name: "ROWKEY", type: { kind: "STRING" } });
  });
});

function names(dialect: Dialect): string[] {
  const [plan] = planned(dialect, EVENTS).run("SELECT HOST, DATA->Pid, KIND + 1 FROM EVENTS LIMIT 1;");
  return plan!.root.schema.columns.map((column) => column.name);
}

describe("what the dialects disagree on", () => {
  test("the strict dialect knows neither KEY nor ROWKEY nor aliases in PARTITION BY", () => {
    expect(refusal("ksqldb", STARTED)).toMatchObject({ code: "PLAN_INVALID_PROPERTY" });
    expect(refusal("ksqldb", EVENTS, "CREATE STREAM X AS SELECT ROWKEY AS K, HOST FROM EVENTS;").code).toBe(
      "PLAN_UNKNOWN_COLUMN",
    );
    expect(refusal("ksqldb", EVENTS, BY_GUID).code).toBe("PLAN_UNKNOWN_COLUMN");
    expect(schemaOf(planned("ksqldb", EVENTS), "EVENTS")).not.toContain("ROWKEY");
  });

  test("unnamed fields and expressions", () => {
    expect(names("auto")).toEqual(["HOST", "PID", "KSQL_COL_0"]);
    expect(names("ksql5")).toEqual(["HOST", "DATA__PID", "KSQL_COL_2"]);
  });

  test("SELECT without EMIT: pull, push, or by the source", () => {
    const select = "SELECT * FROM EVENTS LIMIT 2;";
    expect(planned("ksqldb", EVENTS).run(select)[0]?.kind).toBe("pull");
    expect(planned("ksql5", EVENTS).run(select)[0]?.kind).toBe("push");
    const runner = planned(
      "auto",
      EVENTS,
      "CREATE TABLE N AS SELECT KIND, TEST_UDAF(KIND) AS V FROM EVENTS GROUP BY KIND;",
    );
    expect(runner.run(select)[0]?.kind).toBe("push");
    expect(runner.run("SELECT * FROM N WHERE KIND = 1;")[0]?.kind).toBe("pull");
  });

  test("GROUP BY: KSQL 5 hides one text key, ksqlDB has typed key columns", () => {
    const group =
      "CREATE TABLE N AS SELECT HOST, KIND, TEST_UDAF(KIND) AS V FROM EVENTS GROUP BY HOST, KIND;";
    const typed = group.replace("N AS", "N WITH (KEY_FORMAT='JSON') AS");
    expect(schemaOf(planned("auto", EVENTS, typed), "N")).toBe("HOST STRING KEY, KIND INTEGER KEY, V BIGINT");
    const old = planned("ksql5", EVENTS, group);
    expect(schemaOf(old, "N")).toBe("[ROWKEY STRING KEY], HOST STRING, KIND INTEGER, V BIGINT");
    const step = findStep(lastPlan(old).root, "aggregate");
    expect(step.legacyKey).toBe(true);
    expect(columns(step.schema.columns)).toMatch(
      /^\[ROWKEY STRING KEY\], HOST STRING, KIND INTEGER, KSQL_AGG/,
    );
  });

  test("arrays count from 0 or 1, sinks have 4 partitions or the source's", () => {
    const list =
      "CREATE STREAM A (L ARRAY<INT>) WITH (KAFKA_TOPIC='one', PARTITIONS=1, VALUE_FORMAT='JSON');";
    const copy = "CREATE STREAM B AS SELECT L[1] AS X FROM A;";
    const first = (dialect: Dialect): unknown => {
      const { root, sink } = lastPlan(planned(dialect, list, copy));
      const found = findStep(root, "project").expressions.find(
        (expression) => expression.kind === "subscript",
      );
      return [found?.kind === "subscript" ? found.firstIndex : undefined, sink.partitions];
    };
    expect(first("auto")).toEqual([1, 1]);
    expect(first("ksql5")).toEqual([0, 4]);
  });

  test("TIMESTAMP of a new stream: ksqlDB also writes it, KSQL 5 only reads it", () => {
    expect(lastPlan(planned("auto", EVENTS, BY_GUID)).sink.timestamp).toEqual({ column: "SEEN" });
    expect(lastPlan(planned("ksql5", EVENTS, BY_GUID)).sink.timestamp).toBeUndefined();
  });

  test("a stream without a key joins a typed table as in ksqlDB, whatever the type", () => {
    const table =
      "CREATE TABLE K (KIND INTEGER PRIMARY KEY, LABEL VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');";
    const join = "CREATE STREAM X AS SELECT E.KIND, HOST, LABEL FROM EVENTS E JOIN K ON E.KIND = K.KIND;";
    const runner = planned("auto", EVENTS, table, join);
    expect(schemaOf(runner, "X")).toBe("E_KIND INTEGER KEY, HOST STRING, LABEL STRING");
    expect(kinds(lastPlan(runner).root)).toContain("rekey");
  });
});
