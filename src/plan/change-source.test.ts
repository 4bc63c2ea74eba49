import { describe, expect, test } from "vitest";
import { planned, refusal, schemaOf } from "../../test/plan/planned.ts";

const S = "CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const COPY = "CREATE STREAM C AS SELECT * FROM S;";
const SOURCE = S.replace("CREATE STREAM", "CREATE SOURCE STREAM");

describe("DROP", () => {
  test("takes the source and the query that made it", () => {
    const runner = planned("ksqldb", S, COPY, "DROP STREAM C;", "DROP STREAM S;", "DROP STREAM IF EXISTS S;");
    expect(runner.metastore.sources()).toEqual([]);
  });

  test.each([
    ["DROP STREAM NOPE;", "PLAN_UNKNOWN_SOURCE"],
    ["DROP TABLE S;", "PLAN_INVALID_DROP"],
    ["DROP STREAM S;", "PLAN_INVALID_DROP"],
  ])("%s is refused", (statement, code) =>
    expect(refusal("ksqldb", S, COPY, statement)).toMatchObject({ code }),
  );

  test("a read-only source's topic stays", () => {
    expect(refusal("ksqldb", SOURCE, "DROP STREAM S DELETE TOPIC;").code).toBe("PLAN_INVALID_DROP");
  });
});

describe("ALTER", () => {
  test("adds columns behind the others", () => {
    expect(schemaOf(planned("ksqldb", S, "ALTER STREAM S ADD COLUMN W STRING, ADD X INT;"), "S")).toBe(
      "K INTEGER KEY, V INTEGER, W STRING, X INTEGER",
    );
  });

  test.each([
    ["ALTER STREAM S ADD V INT;", "PLAN_DUPLICATE_COLUMN"],
    ["ALTER STREAM S ADD ROWTIME INT;", "PLAN_DUPLICATE_COLUMN"],
    ["ALTER STREAM NOPE ADD W INT;", "PLAN_UNKNOWN_SOURCE"],
    ["ALTER TABLE S ADD W INT;", "PLAN_INVALID_ALTER"],
    ["ALTER STREAM C ADD W INT;", "PLAN_INVALID_ALTER"],
  ])("%s is refused", (statement, code) =>
    expect(refusal("ksqldb", S, COPY, statement)).toMatchObject({ code }),
  );

  test("not of read-only sources", () => {
    expect(refusal("ksqldb", SOURCE, "ALTER STREAM S ADD W INT;").code).toBe("PLAN_READ_ONLY_SOURCE");
  });
});

describe("types", () => {
  test("are made once and dropped", () => {
    const make = "CREATE TYPE P AS STRUCT<A INT>;";
    expect(refusal("ksqldb", make, make).code).toBe("PLAN_SOURCE_EXISTS");
    expect(planned("ksqldb", make, "DROP TYPE P;", "DROP TYPE IF EXISTS P;").metastore.types()).toEqual([]);
    expect(refusal("ksqldb", "DROP TYPE P;").code).toBe("PLAN_UNKNOWN_TYPE");
    const unknown = "CREATE STREAM S (K INT KEY, A PP) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
    expect(refusal("ksqldb", make, unknown)).toMatchObject({
      code: "PLAN_UNKNOWN_TYPE",
      hint: "did you mean 'P'?",
    });
  });
});
