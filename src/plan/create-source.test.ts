import { describe, expect, test } from "vitest";
import { planned, refusal, schemaOf, source } from "../../test/plan/planned.ts";
import { StatementRunner } from "../../test/plan/statement-runner.ts";

const WITH = "WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON')";

describe("columns", () => {
  test("keys stand first, the others in the order declared", () => {
    const runner = planned("ksqldb", `CREATE STREAM S (A INT, K STRING KEY, B STRUCT<X INT>) ${WITH};`);
    expect(schemaOf(runner, "S")).toBe("K STRING KEY, A INTEGER, B STRUCT<X INTEGER>");
    expect(source(runner, "S")).toMatchObject({ kind: "stream", topic: "t", isSource: false });
  });

  test("types made by CREATE TYPE are replaced", () => {
    const runner = planned(
      "ksqldb",
      "CREATE TYPE ADDRESS AS STRUCT<IP STRING, PORT INT>;",
      `CREATE STREAM S (K INT KEY, A ADDRESS, L ARRAY<ADDRESS>) ${WITH};`,
    );
    expect(schemaOf(runner, "S")).toContain("L ARRAY<STRUCT<IP STRING, PORT INTEGER>>");
  });

  test("a pseudo column's name is refused, with its place", () => {
    const error = refusal("ksqldb", `CREATE STREAM S (K INT KEY, ROWTIME BIGINT) ${WITH};`);
    expect(error.code).toBe("PLAN_RESERVED_COLUMN");
    expect(error.place?.span).toMatchObject({ line: 1, column: 29 });
  });

  test("a table needs a primary key, a windowed source a key", () => {
    expect(refusal("ksqldb", `CREATE TABLE T (A INT) ${WITH};`).code).toBe("PLAN_INVALID_SCHEMA");
    const windowed = "WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION')";
    expect(refusal("ksqldb", `CREATE STREAM S (A INT) ${windowed};`).message).toContain("key column");
  });

  test("header columns know their header and stand where they are declared", () => {
    const runner = planned("ksqldb", `CREATE STREAM S (K INT KEY, H BYTES HEADER('x'), V INT) ${WITH};`);
    expect(source(runner, "S").schema.columns[1]).toMatchObject({ role: "header", headerKey: "x" });
    const twice = `CREATE STREAM S (K INT KEY, H BYTES HEADER('x'), I BYTES HEADER('x')) ${WITH};`;
    expect(refusal("ksqldb", twice).code).toBe("PLAN_INVALID_SCHEMA");
  });
});

describe("properties", () => {
  test("an unknown one is refused with a near name", () => {
    const error = refusal(
      "ksqldb",
      "CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FROMAT='JSON');",
    );
    expect(error.code).toBe("PLAN_INVALID_PROPERTY");
    expect(error.hint).toBe("did you mean 'VALUE_FORMAT'?");
  });

  test.each([
    ["VALUE_FORMAT='FOO'", "PLAN_INVALID_FORMAT"],
    ["VALUE_FORMAT='JSON', VALUE_DELIMITER=';'", "PLAN_INVALID_FORMAT"],
    ["VALUE_FORMAT='DELIMITED', VALUE_DELIMITER=' '", "PLAN_INVALID_PROPERTY"],
    ["VALUE_FORMAT='DELIMITED', WRAP_SINGLE_VALUE=true", "PLAN_INVALID_PROPERTY"],
    ["FORMAT='JSON', KEY_FORMAT='JSON'", "PLAN_INVALID_PROPERTY"],
    ["VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING'", "PLAN_INVALID_PROPERTY"],
    ["VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='3 FORTNIGHTS'", "PLAN_INVALID_PROPERTY"],
    ["VALUE_FORMAT='JSON', TIMESTAMP='NOPE'", "PLAN_INVALID_TIMESTAMP"],
    ["VALUE_FORMAT='JSON', TIMESTAMP='S'", "PLAN_INVALID_TIMESTAMP"],
    ["VALUE_FORMAT='JSON', PARTITIONS='many'", "PLAN_INVALID_PROPERTY"],
  ])("WITH (%s) is refused", (properties, code) => {
    const runner = planned("ksqldb");
    runner.topics.delete("v");
    const statement = `CREATE STREAM S (K INT KEY, S STRING) WITH (KAFKA_TOPIC='v', ${properties});`;
    expect(() => runner.run(statement)).toThrow(expect.objectContaining({ code }));
  });

  test("a timestamp column may be a text with a pattern", () => {
    const runner = planned(
      "ksqldb",
      "CREATE STREAM S (K INT KEY, SEEN STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TIMESTAMP='seen', TIMESTAMP_FORMAT='yyyy');",
    );
    expect(source(runner, "S").timestamp).toEqual({ column: "SEEN", format: "yyyy" });
  });

  test("single columns: keys bare where a format can do both, values as asked", () => {
    const runner = planned(
      "ksqldb",
      "CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON', WRAP_SINGLE_VALUE=false);",
    );
    expect(source(runner, "S").keyFormat.wrapping).toBe("unwrap");
    expect(source(runner, "S").valueFormat.wrapping).toBe("unwrap");
  });

  test.each([
    ["KAFKA", "A INT, B INT"],
    ["KAFKA", "A ARRAY<INT>"],
    ["DELIMITED", "A STRUCT<X INT>"],
    ["JSON", "A MAP<INT, INT>"],
    ["AVRO", "`1A` INT"],
    ["NONE", "A INT"],
  ])("%s can't hold %s", (format, elements) => {
    const statement = `CREATE STREAM S (K INT KEY, ${elements}) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='${format}');`;
    expect(refusal("ksqldb", statement).code).toBe("PLAN_INVALID_FORMAT");
  });
});

describe("existing names and topics", () => {
  test("a name that is taken, IF NOT EXISTS, OR REPLACE", () => {
    const create = `CREATE STREAM S (K INT KEY, V INT) ${WITH};`;
    expect(refusal("ksqldb", create, create).code).toBe("PLAN_SOURCE_EXISTS");
    expect(
      planned("ksqldb", create, create.replace("STREAM", "STREAM IF NOT EXISTS")).metastore.sources(),
    ).toHaveLength(1);
    const wider = create.replace("V INT", "V INT, W INT").replace("CREATE", "CREATE OR REPLACE");
    expect(schemaOf(planned("ksqldb", create, wider), "S")).toBe("K INTEGER KEY, V INTEGER, W INTEGER");
    const narrower = create.replace("V INT", "W INT").replace("CREATE", "CREATE OR REPLACE");
    expect(refusal("ksqldb", create, narrower).code).toBe("PLAN_INVALID_REPLACEMENT");
  });

  test("the strict dialect makes a topic only when PARTITIONS is given", () => {
    const create = "CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='new', VALUE_FORMAT='JSON');";
    expect(refusal("ksqldb", create).hint).toContain("PARTITIONS");
    expect(planned("auto", create).topics.get("new")).toBe(1);
    expect(planned("ksqldb", create.replace("'new'", "'new', PARTITIONS=3")).topics.get("new")).toBe(3);
  });
});

describe("schema inference", () => {
  test("columns that the statement leaves out come from the registry", () => {
    const runner = new StatementRunner({
      dialect: "ksqldb",
      schemaInference: (topic, side) =>
        topic === "t" && side === "value" ? [{ name: "A", type: { kind: "DOUBLE" } }] : undefined,
    });
    runner.topics.set("t", 1);
    runner.topics.set("u", 1);
    runner.run("CREATE STREAM S (K INT KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO');");
    expect(schemaOf(runner, "S")).toBe("K INTEGER KEY, A DOUBLE");
    const missing = "CREATE STREAM R (K INT KEY) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='AVRO');";
    expect(() => runner.run(missing)).toThrow("no schema for the values of topic 'u'");
  });
});
