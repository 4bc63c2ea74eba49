/** Logs that other systems left: unknown actions, other checkpoints, gaps, features. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NUMBERS, fakeLake, numbers } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { commitText, decodedPath, encodedPath, parseCommit } from "./actions.ts";
import type { Action } from "./actions.ts";
import { checkpointActions, writeCheckpointFile } from "./checkpoint-file.ts";
import { commitPath, logFile } from "./log-files.ts";
import type { Snapshot } from "./snapshot.ts";
import type { DeltaTable } from "./table.ts";

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

async function put(table: DeltaTable, path: string, text: string): Promise<void> {
  await table.store.put(path, Buffer.from(text));
}

const LOG = "_delta_log";

async function parquet(actions: readonly Action[], table: DeltaTable, path: string): Promise<void> {
  const file = `${fake.folder}/made.parquet`;
  await writeCheckpointFile(fake.lake.database, actions, file, "made");
  await table.store.publish(file, path);
}

/** A table of 6 versions whose first commits are gone, so that only the checkpoint tells. */
async function behindCheckpoint(): Promise<{ table: DeltaTable; actions: Action[] }> {
  const table = await fake.create(NUMBERS);
  for (let i = 1; i <= 5; i++) await table.append(numbers(i, i));
  const at4: Snapshot = await table.at({ version: 4 });
  await table.store.delete([0, 1, 2, 3, 4].map(commitPath));
  return { table, actions: checkpointActions(at4, Date.UTC(2026, 0)) };
}

async function expectWhole(): Promise<void> {
  const again = await fake.open();
  expect(again.snapshot.version).toBe(5);
  expect((await fake.rows(again)).map((row) => row["n"])).toEqual(["1", "2", "3", "4", "5"]);
}

describe("a checkpoint", () => {
  const version = "00000000000000000004";

  test("in parts is read once all parts are there", async () => {
    const { table, actions } = await behindCheckpoint();
    await parquet(actions.slice(0, 3), table, `${LOG}/${version}.checkpoint.0000000001.0000000002.parquet`);
    await expect(fake.open()).rejects.toMatchObject({ code: "LAKE_VERSION_MISSING" });
    await parquet(actions.slice(3), table, `${LOG}/${version}.checkpoint.0000000002.0000000002.parquet`);
    await expectWhole();
  });

  test("of the second kind, as JSON with a sidecar, is read", async () => {
    const { table, actions } = await behindCheckpoint();
    const sidecar = "016ae953-37a9-438e-8683-9a9a4a79a395.parquet";
    await parquet(
      actions.filter((action) => "add" in action),
      table,
      `${LOG}/_sidecars/${sidecar}`,
    );
    const head = [
      { checkpointMetadata: { version: 4 } },
      ...actions.filter((action) => !("add" in action)),
      { sidecar: { path: sidecar, sizeInBytes: 1, modificationTime: 1 } },
    ];
    const name = `${version}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json`;
    await put(table, `${LOG}/${name}`, head.map((action) => `${JSON.stringify(action)}\n`).join(""));
    await expectWhole();
  });

  test("that _last_checkpoint names and is not there does not matter", async () => {
    const table = await fake.create(NUMBERS);
    for (let i = 1; i <= 5; i++) await table.append(numbers(i, i));
    await put(table, `${LOG}/_last_checkpoint`, '{"version":3,"size":5}');
    await expectWhole();
    await put(table, `${LOG}/_last_checkpoint`, "{oops");
    await expectWhole();
  });
});

test("a gap in the log is told, not jumped", async () => {
  const table = await fake.create(NUMBERS);
  for (let i = 1; i <= 3; i++) await table.append(numbers(i, i));
  await table.store.delete([commitPath(2)]);
  await expect(fake.open()).rejects.toMatchObject({
    code: "LAKE_LOG_DAMAGED",
    detail: expect.stringContaining("2.json"),
  });
});

test("a line that cannot be read is told with its place", async () => {
  const table = await fake.create(NUMBERS);
  await put(table, commitPath(1), '{"commitInfo":{}}\n{"add":{"path":"x"\n');
  await expect(fake.open()).rejects.toThrow("line 2 of '_delta_log/00000000000000000001.json'");
  await put(table, commitPath(1), '{"add":{"size":1}}\n');
  await expect(fake.open()).rejects.toMatchObject({ code: "LAKE_LOG_DAMAGED" });
});

test("actions and fields that are not known are passed over, nulls are as nothing", () => {
  const text = '{"future":{"a":1}}\n{"txn":{"appId":"x","version":1,"lastUpdated":null,"more":2}}\n\n';
  expect(parseCommit(text, "x")).toEqual([{ txn: { appId: "x", version: 1, more: 2 } }]);
  expect(parseCommit(commitText([{ txn: { appId: "x", version: 1 } }]), "x")).toHaveLength(1);
});

test("paths are encoded in the log and bare in the store", () => {
  for (const path of ["a=b/c d", "x%2Fy/é+#?.parquet", "plain"])
    expect(decodedPath(encodedPath(path))).toBe(path);
  expect(encodedPath("day=1/a b%.parquet")).toBe("day=1/a%20b%25.parquet");
  expect(decodedPath("100%.parquet")).toBe("100%.parquet");
});

test("names of the log's files are told apart", () => {
  const v = "00000000000000000012";
  expect(logFile(`${LOG}/${v}.json`)).toEqual({ kind: "commit", version: 12 });
  expect(logFile(`${LOG}/${v}.checkpoint.parquet`)).toMatchObject({ kind: "checkpoint", parts: 0 });
  expect(logFile(`${LOG}/${v}.00000000000000000014.compacted.json`)).toMatchObject({
    kind: "compacted",
    to: 14,
  });
  expect(logFile(`${LOG}/${v}.crc`)).toMatchObject({ kind: "checksum" });
  for (const name of ["_last_checkpoint", `${v}.json.tmp`, "12.json", `${v}.checkpoint.1.2.parquet`])
    expect(logFile(`${LOG}/${name}`)).toBeUndefined();
});

async function withProtocol(protocol: object, configuration: object = {}): Promise<void> {
  const table = await fake.create(NUMBERS);
  const { metadata } = table.snapshot;
  const metaData = { ...metadata, configuration };
  const actions = [{ protocol }, { metaData }].map((action) => `${JSON.stringify(action)}\n`).join("");
  await put(table, commitPath(1), actions);
}

describe("features", () => {
  const refused = { code: "LAKE_PROTOCOL_UNSUPPORTED" };

  test("that a reader must know and Spoor does not are refused", async () => {
    await withProtocol({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["variantType"],
      writerFeatures: ["variantType"],
    });
    await expect(fake.open()).rejects.toMatchObject({
      ...refused,
      detail: expect.stringContaining("'variantType'"),
    });
  });

  test("newer versions are refused", async () => {
    await withProtocol({ minReaderVersion: 4, minWriterVersion: 7 });
    await expect(fake.open()).rejects.toMatchObject(refused);
  });

  test("that only a writer must know leave the table to read", async () => {
    await withProtocol({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ["rowTracking", "appendOnly"],
    });
    const table = await fake.open();
    await expect(table.append(numbers(1, 1))).rejects.toMatchObject({
      ...refused,
      detail: expect.stringContaining("'rowTracking'"),
    });
  });

  test("that lie idle do not matter", async () => {
    await withProtocol(
      { minReaderVersion: 1, minWriterVersion: 4 },
      { "delta.enableChangeDataFeed": "false" },
    );
    const table = await fake.open();
    await table.append(numbers(1, 1));
    expect(await fake.rows(table)).toHaveLength(1);
  });

  test("a constraint, and a feed of changes for what removes rows, refuse the write", async () => {
    await withProtocol(
      { minReaderVersion: 1, minWriterVersion: 4 },
      { "delta.constraints.positive": "n > 0" },
    );
    await expect((await fake.open()).append(numbers(1, 1))).rejects.toMatchObject(refused);
  });
});
