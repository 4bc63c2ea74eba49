/** What stops a query, and what becomes of a record's headers, in a whole application. */
import { expect, test } from "vitest";
import { recordHeaders } from "../../src/log/record-headers.ts";
import { RecordBatchBuilder } from "../../src/log/record-batch-builder.ts";
import { RecipeRun } from "../recipe/recipe-run.ts";

const EARLIEST = { "auto.offset.reset": "earliest" };

test("a sum without room for the result stops its query before the record; nothing wrong is written", async () => {
  await using run = await RecipeRun.open();
  await run.execute(
    "CREATE STREAM S (ID STRING KEY, N DECIMAL(3,1)) WITH (kafka_topic='s', value_format='JSON', partitions=1);" +
      "CREATE TABLE SUMS AS SELECT ID, SUM(N) AS N FROM S GROUP BY ID;",
    EARLIEST,
  );
  for (const n of [50.5, 40.1, 30.2]) {
    await run.execute(`INSERT INTO S (ID, N) VALUES ('a', ${n});`);
    await run.drain();
  }
  expect(run.topic("SUMS").rows).toEqual([{ N: 50.5 }, { N: 90.6 }]);
  const [query] = run.application.engine.queries();
  expect(query).toMatchObject({ state: "ERROR" });
  expect(query?.error).toContain("aggregate SUM");
});

test("with ksql.timestamp.throw.on.invalid a record without a time stops the query, else it is counted", async () => {
  await using run = await RecipeRun.open();
  const source =
    "CREATE STREAM S (ID STRING KEY, T STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1, timestamp='T', timestamp_format='yyyy-MM-dd');";
  await run.execute(`${source} CREATE STREAM COUNTED AS SELECT * FROM S;`, EARLIEST);
  await run.execute("CREATE STREAM STOPPED AS SELECT * FROM S;", {
    ...EARLIEST,
    "ksql.timestamp.throw.on.invalid": "true",
  });
  await run.ingest(
    [
      { key: undefined, value: '{"T":"2020-02-30x"}' },
      { key: undefined, value: '{"T":"2020-02-03"}' },
    ],
    "s",
  );
  await run.drain();
  const states = run.application.engine.queries().map(({ id, state }) => [id.split("_")[1], state]);
  expect(states).toEqual([
    ["COUNTED", "RUNNING"],
    ["STOPPED", "ERROR"],
  ]);
  expect(run.count("COUNTED")).toBe(1);
  expect(run.count("STOPPED")).toBe(0);
});

test("what a record makes carries its headers, through byte pipelines and operators", async () => {
  await using run = await RecipeRun.open();
  await run.execute(
    "CREATE STREAM S (ID STRING KEY, A STRING, H ARRAY<STRUCT<KEY STRING, VALUE BYTES>> HEADERS) WITH (kafka_topic='s', value_format='JSON', partitions=1);" +
      "CREATE STREAM PLAIN (ID STRING KEY, A STRING) WITH (kafka_topic='s', value_format='JSON');" +
      "CREATE STREAM BYTES AS SELECT ID, A FROM PLAIN;" +
      "CREATE STREAM ROWS AS SELECT ID, A, H FROM S;",
    EARLIEST,
  );
  const { log } = run.application.context;
  const builder = new RecordBatchBuilder();
  const key = Buffer.from("k");
  const arrival = log.allocateArrivals(3);
  builder.appendRecord(key, Buffer.from('{"A":"a"}'), 1, arrival, [{ key: "h", value: Buffer.from("v") }]);
  builder.appendRecord(key, null, 2, arrival + 1, [{ key: "i", value: null }]);
  builder.appendRecord(key, Buffer.from('{"A":"b"}'), 3, arrival + 2);
  log.partition("s", 0).appendBuilder(builder);
  await run.drain();
  for (const topic of ["BYTES", "ROWS"]) {
    expect(headersOf(run, topic)).toEqual([[{ key: "h", value: "v" }], [{ key: "i", value: null }], []]);
  }
});

function headersOf(run: RecipeRun, topic: string) {
  const partition = run.application.context.log.partition(topic, 0);
  return partition
    .read(0, { maxBytes: 1 << 20, upTo: partition.endOffset })
    .flatMap((block) =>
      Array.from({ length: block.count }, (_, i) =>
        recordHeaders(block, i).map(({ key, value }) => ({ key, value: value?.toString() ?? null })),
      ),
    );
}
