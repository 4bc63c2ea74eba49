import { describe, expect, test } from "vitest";
import { typeText } from "../data/types.ts";
import { schemaErrors } from "../formats/registry/errors.ts";
import { appFixture, query, run } from "./testing/app-fixture.ts";
import type { AppFixture } from "./testing/app-fixture.ts";

function columns(fixture: AppFixture, source: string): string {
  const { schema } = fixture.context.catalog.metastore.source(source)!;
  return schema.columns.map(({ name, type, role }) => `${name} ${typeText(type)} ${role}`).join(", ");
}

function register(fixture: AppFixture, subject: string, schema: unknown): number {
  const text = { type: "AVRO" as const, schema: JSON.stringify(schema), references: [] };
  return fixture.context.schemas.register(subject, text);
}

const FOO = (...fields: readonly object[]) => ({ type: "record", name: "Foo", fields });

describe.each(["AVRO", "JSON_SR", "PROTOBUF"])("%s from CREATE to SELECT", (format) => {
  test("through topics, tables, joins and what the registry knows", async () => {
    const fixture = appFixture();
    const declared =
      "(K STRUCT<X INT> KEY, I INT, L BIGINT, N DECIMAL(6, 2), D DATE, A ARRAY<STRUCT<Q STRING>>, M MAP<STRING, BIGINT>)";
    await run(
      fixture,
      `CREATE STREAM A ${declared} WITH (kafka_topic='a', format='${format}', partitions=1);`,
    );
    await run(fixture, "CREATE STREAM B AS SELECT * FROM A WHERE I > 0;");
    await run(fixture, "CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM A GROUP BY K;");
    for (const i of [1, 0, 2]) {
      await run(
        fixture,
        `INSERT INTO A VALUES (STRUCT(X:=7), ${i}, 5, 3.10, '2020-01-02', ARRAY[STRUCT(Q:='é')], MAP('m':=5));`,
      );
    }
    await fixture.engine.drain();
    const rows = (await query(fixture, "SELECT * FROM B EMIT CHANGES LIMIT 2;")).rows;
    const rest = [5, 3.1, "2020-01-02", [{ Q: "é" }], { m: 5 }];
    expect(rows).toEqual([1, 2].map((i) => [{ X: 7 }, i, ...rest]));
    expect((await query(fixture, "SELECT * FROM C;")).rows).toEqual([[{ X: 7 }, 3]]);
    expect(fixture.engineErrors).toEqual([]);

    const { schemas } = fixture.context;
    for (const subject of ["a-key", "a-value", "B-key", "B-value", "C-key", "C-value"]) {
      expect(schemas.latest(subject), subject).toBeDefined();
    }
    await run(
      fixture,
      `CREATE STREAM KNOWN (K STRUCT<X INT> KEY) WITH (kafka_topic='B', format='${format}');`,
    );
    expect(columns(fixture, "KNOWN")).toBe(
      "K STRUCT<X INTEGER> key, I INTEGER value, L BIGINT value, N DECIMAL(6, 2) value, D DATE value, " +
        "A ARRAY<STRUCT<Q STRING>> value, M MAP<STRING, BIGINT> value",
    );
    expect((await query(fixture, "SELECT I FROM KNOWN EMIT CHANGES LIMIT 2;")).rows).toEqual([[1], [2]]);
    const printed = await query(fixture, "PRINT 'B' FROM BEGINNING LIMIT 1;");
    expect(printed.rows.slice(0, 2)).toEqual([`Key format: ${format}`, `Value format: ${format}`]);
    expect(printed.rows[2]).toContain(
      '"I":1,"L":5,"N":3.10,"D":18263,"A":[{"Q":"é"}],"M":{"m":5}}, partition: 0',
    );
  });

  test("a stream joins a table whose keys have another schema", async () => {
    const fixture = appFixture();
    await run(
      fixture,
      `CREATE TABLE T (ID BIGINT PRIMARY KEY, NAME STRING) WITH (kafka_topic='t', format='${format}', partitions=1);`,
    );
    await run(
      fixture,
      `CREATE STREAM S (ID BIGINT KEY, V INT) WITH (kafka_topic='s', format='${format}', partitions=1);`,
    );
    await run(fixture, "CREATE STREAM J AS SELECT S.ID, V, NAME FROM S JOIN T ON S.ID = T.ID;");
    await run(
      fixture,
      "INSERT INTO T VALUES (9007199254740995, 'nine'); INSERT INTO S VALUES (9007199254740995, 3);",
    );
    await fixture.engine.drain();
    expect((await query(fixture, "SELECT V, NAME FROM J EMIT CHANGES LIMIT 1;")).rows).toEqual([[3, "nine"]]);
  });
});

test("columns are inferred as they were when the statement ran, also after a restart", async () => {
  const first = appFixture();
  register(first, "x-value", FOO({ name: "a", type: "int" }));
  first.log.createTopic("x", { partitions: 1 });
  await run(first, "CREATE STREAM X WITH (kafka_topic='x', value_format='AVRO');");
  register(first, "x-value", FOO({ name: "a", type: "int" }, { name: "b", type: "string", default: "" }));
  const second = appFixture({ log: first.log, state: first.state });
  const { replayCommands } = await import("./catalog-replay.ts");
  expect(replayCommands(second.context).failures).toEqual([]);
  expect(columns(second, "X")).toBe(columns(first, "X"));
  expect(columns(second, "X")).toContain("A INTEGER value");
  expect(columns(second, "X")).not.toContain("B STRING");
});

test("a topic that is deleted takes its subjects along, so it can come again with other columns", async () => {
  const fixture = appFixture();
  await run(fixture, "CREATE STREAM X (A INT) WITH (kafka_topic='x', value_format='AVRO', partitions=1);");
  expect(fixture.context.schemas.latest("x-value")?.version).toBe(1);
  await run(fixture, "DROP STREAM X DELETE TOPIC;");
  expect(fixture.context.schemas.latest("x-value")).toBeUndefined();
  await run(fixture, "CREATE STREAM X (A STRING) WITH (kafka_topic='x', value_format='AVRO', partitions=1);");
  expect(fixture.context.schemas.latest("x-value")?.schema).toContain("string");
});

describe("schema ids", () => {
  test("names are the schema's; the result is written with it", async () => {
    const fixture = appFixture();
    fixture.log.createTopic("x", { partitions: 1 });
    const id = register(
      fixture,
      "anything",
      FOO({ name: "Id", type: "long" }, { name: "n", type: ["null", "int"] }),
    );
    await run(fixture, `CREATE STREAM X WITH (kafka_topic='x', value_format='AVRO', value_schema_id=${id});`);
    expect(columns(fixture, "X")).toContain("Id BIGINT value, n INTEGER value");
    await run(fixture, `CREATE STREAM Y WITH (value_schema_id=${id}) AS SELECT \`Id\` FROM X;`);
    await run(fixture, "INSERT INTO X (`Id`) VALUES (4);");
    await fixture.engine.drain();
    expect(fixture.context.schemas.latest("Y-value")?.id).toBe(id);
    expect((await query(fixture, "SELECT * FROM Y EMIT CHANGES LIMIT 1;")).rows).toEqual([[4]]);
  });

  test("a result that the schema can't hold is refused", async () => {
    const fixture = appFixture();
    const id = register(fixture, "s", FOO({ name: "V", type: "int" }, { name: "W", type: "int" }));
    await run(
      fixture,
      "CREATE STREAM A (V INT, X STRING) WITH (kafka_topic='a', value_format='JSON', partitions=1);",
    );
    const create = (select: string) =>
      run(
        fixture,
        `CREATE STREAM B WITH (value_format='AVRO', value_schema_id=${id}) AS SELECT ${select} FROM A;`,
      );
    await expect(create("V")).rejects.toThrow(/requires field 'W'/);
    await expect(create("X")).rejects.toThrow(/are not those of schema/);
    expect(fixture.context.schemas.latest("B-value")).toBeUndefined();
    const other = `CREATE STREAM B WITH (value_format='JSON_SR', value_schema_id=${id}) AS SELECT V FROM A;`;
    await expect(run(fixture, other)).rejects.toThrow(/is of type AVRO/);
  });

  test("a row that the schema can't hold is counted, and the query goes on", async () => {
    const fixture = appFixture();
    const id = register(fixture, "s", FOO({ name: "V", type: "int" }));
    await run(fixture, "CREATE STREAM A (V INT) WITH (kafka_topic='a', value_format='JSON', partitions=1);");
    await run(
      fixture,
      `CREATE STREAM B WITH (value_format='AVRO', value_schema_id=${id}) AS SELECT V FROM A;`,
    );
    await run(fixture, "INSERT INTO A VALUES (NULL); INSERT INTO A VALUES (1);");
    await fixture.engine.drain();
    const [running] = fixture.engine.queries();
    expect(running!.state).toBe("RUNNING");
    const statistics = fixture.engine.statistics(running!.id)!;
    expect(statistics.recordsWritten).toBe(1);
    expect(statistics.dropped["not-written"]).toBe(1);
    expect(statistics.samples[0]!.detail).toMatch(/is NULL/);
  });
});

test("a schema that does not fit the topic's others stops the statement", async () => {
  const fixture = appFixture();
  register(fixture, "B-value", FOO({ name: "V", type: "int" }));
  await run(fixture, "CREATE STREAM A (V INT) WITH (kafka_topic='a', value_format='JSON', partitions=1);");
  await expect(
    run(fixture, "CREATE STREAM B WITH (value_format='AVRO') AS SELECT V FROM A;"),
  ).rejects.toThrow(/incompatible/);
  expect(fixture.context.catalog.metastore.source("B")).toBeUndefined();
});

test("undecodable records are counted with the reason", async () => {
  const fixture = appFixture();
  await run(
    fixture,
    "CREATE STREAM T (V STRING) WITH (kafka_topic='t', value_format='KAFKA', partitions=1);",
  );
  await run(fixture, "CREATE STREAM A (V INT) WITH (kafka_topic='t', value_format='AVRO');");
  await run(fixture, "CREATE STREAM B WITH (value_format='JSON') AS SELECT V FROM A;");
  await run(fixture, "INSERT INTO T VALUES ('text instead');");
  await fixture.engine.drain();
  const [running] = fixture.engine.queries();
  const statistics = fixture.engine.statistics(running!.id)!;
  expect(statistics.dropped.undecodable).toBe(1);
  expect(statistics.samples[0]!.detail).toMatch(/unknown magic byte 116/);
});

test("while the registry can't be reached a query waits, and loses nothing", async () => {
  const fixture = appFixture();
  await run(fixture, "CREATE STREAM A (V INT) WITH (kafka_topic='a', value_format='AVRO', partitions=1);");
  const registry = fixture.context.registry!;
  const byId = registry.byId.bind(registry);
  let asked = 0;
  registry.byId = (id) => {
    asked += 1;
    if (asked > 1) return byId(id);
    // The time of the next attempt.
    queueMicrotask(() => fixture.clock.advance(1000));
    throw schemaErrors.REGISTRY_UNREACHABLE({ message: "no answer" });
  };
  await run(fixture, "INSERT INTO A VALUES (1);");
  await run(fixture, "CREATE STREAM B WITH (value_format='JSON') AS SELECT V FROM A;");
  const { rows } = await query(fixture, "SELECT * FROM B EMIT CHANGES LIMIT 1;");
  expect(rows).toEqual([[1]]);
  expect(asked).toBeGreaterThan(1);
  const [running] = fixture.engine.queries();
  expect(fixture.engine.statistics(running!.id)!.dropped).toEqual({});
});
