/** Writers that do not know of each other: objects of one process here, processes in `processes.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NUMBERS, fakeLake, numbers } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { deleteRows } from "../maintenance/delete-rows.ts";
import { optimizeTable } from "../maintenance/optimize.ts";
import { LocalStore } from "../store/local-store.ts";
import type { Predicate } from "./predicate.ts";
import { overwriteRows } from "./overwrite.ts";
import { DeltaTable } from "./table.ts";

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

const P_IS_A: Predicate = { kind: "compare", column: "p", op: "=", value: "a" };
const SMALL: Predicate = { kind: "compare", column: "n", op: "<=", value: 3 };

/** A store that lets another writer in just before its first commit. */
class InterruptedStore extends LocalStore {
  readonly #meanwhile: () => Promise<unknown>;
  #isDone = false;

  constructor(folder: string, meanwhile: () => Promise<unknown>) {
    super(folder);
    this.#meanwhile = meanwhile;
  }

  override async putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    if (!this.#isDone) {
      this.#isDone = true;
      await this.#meanwhile();
    }
    return super.putIfAbsent(path, bytes);
  }
}

type Operation = (table: DeltaTable) => Promise<unknown>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "append a": (table) => table.append(numbers(100, 101, "a")),
  "append b": (table) => table.append(numbers(100, 101, "b")),
  "append with more columns": (table) =>
    table.append({ kind: "sql", query: "SELECT 'a' AS p, 200 AS n, 1 AS more" }, { growSchema: true }),
  optimize: (table) => optimizeTable(table),
  "delete a": (table) => deleteRows(table, P_IS_A),
  "delete small": (table) => deleteRows(table, SMALL),
  "overwrite a": (table) => overwriteRows(table, numbers(300, 301, "a"), { where: P_IS_A }),
  "set property": (table) => table.setProperties({ mine: "1" }),
};

/** Operation, what another commits meanwhile, and whether both can stand. */
const CASES: readonly (readonly [string, string, boolean])[] = [
  ["append a", "append a", true],
  ["append a", "optimize", true],
  ["append a", "delete small", true],
  ["append a", "overwrite a", true],
  ["append a", "append with more columns", false],
  ["append with more columns", "append a", true],
  ["append with more columns", "append with more columns", false],
  ["append a", "set property", false],
  ["optimize", "append a", true],
  ["optimize", "optimize", false],
  ["optimize", "delete small", false],
  ["delete small", "append a", true],
  ["delete small", "optimize", false],
  ["delete small", "delete small", false],
  ["delete a", "overwrite a", false],
  ["overwrite a", "append b", true],
  ["overwrite a", "append a", true],
  ["overwrite a", "delete small", false],
  ["set property", "append a", true],
  ["set property", "set property", false],
];

async function prepared(properties: Readonly<Record<string, string>> = {}): Promise<void> {
  const table = await fake.create({ ...NUMBERS, properties });
  for (let i = 1; i <= 4; i++) await table.append(numbers(i, i, i % 2 === 0 ? "a" : "b"));
}

async function interrupted(name: string, meanwhile: string): Promise<unknown> {
  const other = async (): Promise<unknown> => OPERATIONS[meanwhile]!(await fake.open());
  const store = new InterruptedStore(`${fake.folder}/table`, other);
  return OPERATIONS[name]!(await DeltaTable.open(fake.lake, store));
}

test.each(CASES)("%s, while another does: %s; both stand: %s", async (name, meanwhile, stands) => {
  await prepared();
  if (stands) await interrupted(name, meanwhile);
  else await expect(interrupted(name, meanwhile)).rejects.toMatchObject({ code: "LAKE_CONFLICT" });
  const table = await fake.open();
  expect(table.snapshot.version).toBe(stands ? 6 : 5);
  // Whoever comes again after a conflict gets through.
  if (!stands) await OPERATIONS[name]!(table);
  expect((await fake.rows(await fake.open())).length).toBeGreaterThan(0);
});

const append: Operation = (table) => table.append(numbers(7, 8), { txn: { appId: "sink", version: 1 } });

describe("isolation", () => {
  test("Serializable lets no append slip under a delete that would have seen it", async () => {
    await prepared({ "delta.isolationLevel": "Serializable" });
    await expect(interrupted("delete a", "append a")).rejects.toMatchObject({ code: "LAKE_CONFLICT" });
    const table = await fake.open();
    await expect(interrupted("delete a", "append b")).resolves.toBeDefined();
    await table.refresh();
    expect((await fake.rows(table, { where: P_IS_A })).length).toBe(0);
  });

  test("two batches of one application cannot both come in", async () => {
    await prepared();
    const other = async (): Promise<unknown> => append(await fake.open());
    const table = await DeltaTable.open(fake.lake, new InterruptedStore(`${fake.folder}/table`, other));
    await expect(append(table)).rejects.toMatchObject({ code: "LAKE_CONFLICT" });
    await table.refresh();
    expect(await append(table)).toMatchObject({ skipped: true });
    expect(await fake.rows(table, { where: { kind: "in", column: "n", values: [7, 8] } })).toHaveLength(2);
  });
});

test("a commit whose answer was lost is known as one's own", async () => {
  await prepared();
  class ForgetfulStore extends LocalStore {
    override async putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
      await super.putIfAbsent(path, bytes);
      return super.putIfAbsent(path, bytes);
    }
  }
  const table = await DeltaTable.open(fake.lake, new ForgetfulStore(`${fake.folder}/table`));
  expect(await table.append(numbers(7, 8))).toMatchObject({ version: 5 });
  expect(await fake.rows(await fake.open())).toHaveLength(6);
});

test("many writers at once all come in, each row once", async () => {
  await fake.create(NUMBERS);
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    const table = await fake.open();
    for (let i = 0; i < 5; i++) await table.append(numbers(writer * 100 + i, writer * 100 + i));
  });
  await Promise.all(writers);
  const table = await fake.open();
  expect(table.snapshot.version).toBe(30);
  const rows = (await fake.rows(table)).map((row) => Number(row["n"])).toSorted((a, b) => a - b);
  expect(rows).toEqual(Array.from({ length: 30 }, (_, i) => Math.floor(i / 5) * 100 + (i % 5)));
});
