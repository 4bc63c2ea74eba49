/** A disk that fills up under load: writers are told, queries wait, and all goes on when there is room again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appFixture } from "../../src/app/testing/app-fixture.ts";
import type { AppFixture } from "../../src/app/testing/app-fixture.ts";
import { writtenRecords } from "../../src/app/testing/topic-reading.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { LmdbStateDatabase } from "../../src/engine/state/lmdb-database.ts";
import { FaultyDisk, InjectedFault } from "../../src/log/segment-log/faulty-disk.ts";
import { nodeDisk } from "../../src/log/segment-log/node-disk.ts";
import { SegmentTopicLog } from "../../src/log/segment-log/segment-topic-log.ts";
import { expectOutputsOfOracle } from "./oracle.ts";
import { labBodies, MIXED_SINK, recordCount, startWorkload } from "./workload.ts";

const EVENTS = 6000;
/** Longer than the engine waits between two attempts. */
const LATER_MS = 5000;

/** Takes a number of bytes, the last write only in part, and then nothing until it is emptied. */
class FillingDisk extends FaultyDisk {
  #full = false;

  fillAfter(bytes: number): void {
    this.tornCode = "ENOSPC";
    this.tornAfterBytes = bytes;
  }

  empty(): void {
    this.#full = false;
  }

  get full(): boolean {
    return this.#full;
  }

  override write(file: number, buffers: readonly Buffer[], position: number): number {
    if (this.#full) throw new InjectedFault("ENOSPC");
    try {
      return super.write(file, buffers, position);
    } catch (error) {
      this.#full = true;
      throw error;
    }
  }
}

let folder: string;
let disk: FillingDisk;
let log: SegmentTopicLog;
let app: AppFixture;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-full-"));
  disk = new FillingDisk(nodeDisk);
  log = SegmentTopicLog.open({ directory: join(folder, "log"), disk });
  app = appFixture({ log, state: new LmdbStateDatabase(join(folder, "state"), false) });
});
afterEach(async () => {
  await app.engine.close();
  log.close();
  rmSync(folder, { recursive: true });
});

/** Writes bodies until all are in or the disk is full; answers what a writer was told. */
async function ingestAll(random: SeededRandom): Promise<unknown> {
  const from = recordCount(app, "winlogbeat");
  for (const body of labBodies(EVENTS, from, () => random.int(20, 200))) {
    const ingest = app.service.openIngest("winlogbeat", {
      format: "value",
      separator: ":",
      partition: undefined,
    });
    try {
      await ingest.write(body);
      await ingest.finish();
    } catch (error) {
      return error;
    }
    await app.engine.drain();
    if (disk.full) return undefined;
  }
  return undefined;
}

async function makeRoom(): Promise<void> {
  disk.empty();
  app.clock.advance(LATER_MS);
  await app.engine.drain();
}

test.each([1, 2, 3])("a disk that fills up again and again costs nothing (seed %i)", async (seed) => {
  const random = new SeededRandom(seed);
  await startWorkload(app);
  let told = 0;
  let fillings = 0;
  while (recordCount(app, "winlogbeat") < EVENTS) {
    disk.fillAfter(random.int(1000, 2_500_000));
    const error = await ingestAll(random);
    if (error !== undefined) {
      told++;
      expect(error).toMatchObject({
        code: "APP_INGEST_BROKEN_OFF",
        detail: expect.stringContaining("no room"),
      });
    }
    if (!disk.full) continue;
    fillings++;
    await app.engine.drain();
    expect(app.engine.queries().filter(({ state }) => state !== "RUNNING")).toEqual([]);
    await makeRoom();
  }
  disk.fillAfter(Number.POSITIVE_INFINITY);
  await makeRoom();
  expect(fillings).toBeGreaterThan(3);
  expect(told + app.engineErrors.length).toBeGreaterThanOrEqual(fillings);
  await expectOutputsOfOracle(app, false);
});

test("a record that found no room is not acknowledged, and one that was is there", async () => {
  await startWorkload(app);
  const insert = (id: string) =>
    app.service.execute({
      text: `INSERT INTO ${MIXED_SINK} (id, text) VALUES ('${id}', '${"x".repeat(500)}');`,
      properties: {},
      variables: {},
    });
  const acknowledged: string[] = [];
  disk.fillAfter(4000);
  for (let i = 0; i < 20; i++) {
    try {
      await insert(`note-${i}`);
      acknowledged.push(`note-${i}`);
    } catch (error) {
      expect(String(error)).toContain("no room");
    }
  }
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.length).toBeLessThan(20);
  await makeRoom();
  await insert("after");
  expect(writtenRecords(log, MIXED_SINK).map(({ key }) => key)).toEqual([...acknowledged, "after"]);
});
