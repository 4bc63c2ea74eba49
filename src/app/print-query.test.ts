import { describe, expect, test } from "vitest";
import { MemorySchemaRegistry } from "../formats/registry/memory-schema-registry.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { parseStatement } from "../sql/parser.ts";
import type { PrintTopic } from "../sql/ast-statement.ts";
import { PrintQuery } from "./print-query.ts";

function topicLog(): TopicLog {
  const log = openMemoryLog();
  log.createTopic("t", { partitions: 1 });
  return log;
}

function append(log: TopicLog, key: Buffer | null, value: string | null, timestampMs = 1000): void {
  const builder = new RecordBatchBuilder();
  const bytes = value === null ? null : Buffer.from(value);
  builder.appendRecord(key, bytes, timestampMs, log.allocateArrivals(1));
  log.partition("t", 0).appendBuilder(builder);
}

function print(log: TopicLog, text: string): PrintQuery {
  return new PrintQuery(
    "print_1",
    { log, schemas: new MemorySchemaRegistry() },
    log.topic("t")!,
    parseStatement(text) as PrintTopic,
  );
}

async function lines(query: PrintQuery): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of query.rows) all.push(...batch.map((row) => row.text));
  return all;
}

describe("PRINT", () => {
  test("shows formats, then records, up to the limit", async () => {
    const log = topicLog();
    append(log, Buffer.from("k"), '{"a":1}');
    append(log, null, null);
    append(log, Buffer.from([0, 0, 0, 7]), "two\nlines");
    append(log, null, "not shown");
    const query = print(log, "PRINT t FROM BEGINNING LIMIT 3;");
    expect(await lines(query)).toEqual([
      "Key format: KAFKA_STRING",
      "Value format: JSON or KAFKA_STRING",
      'rowtime: 1970/01/01 00:00:01.000 Z, key: k, value: {"a":1}, partition: 0',
      "rowtime: 1970/01/01 00:00:01.000 Z, key: <null>, value: <null>, partition: 0",
      "rowtime: 1970/01/01 00:00:01.000 Z, key: 7, value: two\\nlines, partition: 0",
    ]);
    expect(query.end).toBe("limit");
  });

  test("shows a time that no date can hold as it is", async () => {
    const log = topicLog();
    append(log, null, "far", 9e15);
    const [, , line] = await lines(print(log, "PRINT t FROM BEGINNING LIMIT 1;"));
    expect(line).toBe("rowtime: 9000000000000000, key: <null>, value: far, partition: 0");
  });

  test("from now on, waiting for what comes, every second record", async () => {
    const log = topicLog();
    append(log, null, "before");
    const query = print(log, "PRINT t INTERVAL 2 LIMIT 2;");
    const reading = lines(query);
    for (const value of ["a", "b", "c", "d"]) {
      append(log, null, value);
      await Promise.resolve();
    }
    const shown = (await reading).filter((line) => line.startsWith("rowtime"));
    expect(shown.map((line) => /value: (\w+)/.exec(line)?.[1])).toEqual(["a", "c"]);
  });

  test("ends when it is closed, and when its topic is deleted", async () => {
    const log = topicLog();
    const closed = print(log, "PRINT t;");
    const reading = lines(closed);
    closed.close();
    expect(await reading).toEqual([]);
    expect(closed.end).toBe("terminated");
    const orphan = print(log, "PRINT t;");
    const orphanReading = lines(orphan);
    log.deleteTopic("t");
    expect(await orphanReading).toEqual([]);
  });
});
