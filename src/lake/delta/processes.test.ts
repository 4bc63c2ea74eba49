/** Writers in processes of their own, some of them killed while they write. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SeededRandom } from "../../base/random.ts";
import { NUMBERS, fakeLake } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { vacuumTable } from "../maintenance/vacuum.ts";

const WRITER = fileURLToPath(new URL("fake-writer.ts", import.meta.url));

let fake: FakeLake;

beforeEach(async () => {
  fake = await fakeLake();
});

afterEach(() => fake.close());

function startWriter(app: string, first: number, count: number): ChildProcess {
  const args = [WRITER, fake.folder, app, String(first), String(count)];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Rows of each application are those of its first batches, each once. */
async function checkRows(batches: Readonly<Record<string, number>>): Promise<void> {
  const table = await fake.open();
  const rows = await fake.rows(table);
  for (const [app, count] of Object.entries(batches)) {
    const of = rows.filter((row) => row["p"] === app).map((row) => Number(row["n"]));
    expect(of).toEqual(Array.from({ length: count * 10 }, (_, i) => i));
  }
}

test("three processes append and optimize at once; every row is there once", async () => {
  await fake.create(NUMBERS);
  const codes = await Promise.all(
    ["x", "y", "z"].map(async (app) => (await once(startWriter(app, 0, 12), "exit"))[0] as number),
  );
  expect(codes).toEqual([0, 0, 0]);
  await checkRows({ x: 12, y: 12, z: 12 });
});

test("a process that is killed again and again loses nothing it committed and writes nothing twice", async () => {
  await fake.create(NUMBERS);
  const random = new SeededRandom(11);
  let told = -1;
  for (let life = 0; life < 6; life++) {
    const table = await fake.open();
    const next = (table.snapshot.transactions.get("x")?.version ?? -1) + 1;
    expect(next).toBeGreaterThan(told);
    // It begins with a batch that may be there already, as one that does not know how far it came.
    const child = startWriter("x", Math.max(0, next - 1), 1000);
    const killAfter = random.int(1, 12);
    let lines = 0;
    for await (const chunk of child.stdout!) {
      const said = String(chunk).trim().split("\n");
      lines += said.length;
      told = Number(said.at(-1));
      if (lines >= killAfter) break;
    }
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  const table = await fake.open();
  const batches = table.snapshot.transactions.get("x")!.version + 1;
  expect(batches).toBeGreaterThan(told);
  await checkRows({ x: batches });
  const { files } = await vacuumTable(table, { retentionMs: 0, allowShortRetention: true });
  expect(files.every((path) => !table.snapshot.files.has(path))).toBe(true);
  await checkRows({ x: batches });
});
