import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeDyingStores, FakeSinkWorld, sysmonEvent } from "./fake-sink.ts";
import { SinkTask } from "./sink-task.ts";
import type { SinkTimer } from "./sink-task.ts";
import type { TopicSink } from "./topic-sink.ts";

let world: FakeSinkWorld;
beforeEach(async () => {
  world = await FakeSinkWorld.open();
  world.log.createTopic("winlogbeat", { partitions: 1 });
});
afterEach(() => world.close());

const EVENT = sysmonEvent(1, "2026-03-01T10:00:00Z", { ProcessId: "4" });

/** A timer whose waits end when the test says so: it is told of each wait. */
class StepTimer implements SinkTimer {
  readonly waits: number[] = [];
  #resume: (() => void) | undefined;
  #reached = Promise.withResolvers<number>();

  wait(ms: number): Promise<void> {
    this.waits.push(ms);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    this.#reached.resolve(ms);
    return promise;
  }

  wake(): void {
    this.#resume?.();
  }

  /** Lets the task go on to its next wait. */
  step(): Promise<number> {
    this.#reached = Promise.withResolvers<number>();
    this.wake();
    return this.#reached.promise;
  }

  first(): Promise<number> {
    return this.#reached.promise;
  }
}

function task(timer: SinkTimer, open: () => TopicSink, reports: string[] = []): SinkTask {
  return new SinkTask({
    optimize: false,
    timer,
    open: () => Promise.resolve([open()]),
    report: (level, message) => reports.push(`${level} ${message}`),
  });
}

test("commits what is due, and at the end what is not due yet", async () => {
  const timer = new StepTimer();
  const sink = world.sink();
  const running = task(timer, () => sink);
  world.append("winlogbeat", 0, [EVENT]);
  running.start();
  await timer.first();
  expect(sink.figures).toMatchObject({ recordsRead: 1, commits: 0 });
  world.clock.advance(2000);
  await timer.step();
  expect(sink.figures).toMatchObject({ recordsRead: 1, rowsWritten: 2 });
  world.append("winlogbeat", 0, [EVENT]);
  await timer.step();
  expect(sink.figures.rowsWritten).toBe(2);
  await running.stop();
  expect(await world.rows("silver/Process", "_offset")).toEqual([["0"], ["1"]]);
});

test("a failure is told once, tried again after longer and longer, and ends with the next commit", async () => {
  const timer = new StepTimer();
  const stores = new FakeDyingStores((place) => world.lake.store(place), 2, false);
  const reports: string[] = [];
  const sink = world.sink({ storeOf: (place) => stores.store(place) });
  const running = task(timer, () => sink, reports);
  world.append("winlogbeat", 0, [EVENT]);
  running.start();
  await timer.first();
  world.clock.advance(2000);
  const waits = [await timer.step()];
  expect([running.state, running.trace]).toEqual(["FAILED", expect.stringContaining("crashed at change 2")]);
  for (let i = 0; i < 2; i++) {
    expect(await timer.step()).toBeLessThan(500);
    world.clock.advance(2000);
    waits.push(await timer.step());
  }
  expect(waits).toEqual([500, 1000, 2000]);
  expect([running.state, running.failures]).toEqual(["FAILED", 3]);
  expect(reports).toHaveLength(2);
  stores.isDead = false;
  await timer.step();
  world.clock.advance(2000);
  await timer.step();
  expect([running.state, running.trace]).toEqual(["RUNNING", undefined]);
  await running.stop();
  expect(await world.rows("bronze/winlogbeat", "_offset")).toEqual([["0"]]);
});

test("small files are written together while it runs, and what they replace is deleted when it is old enough", async () => {
  const reports: string[] = [];
  const upkeep = (optimize: boolean, timer: StepTimer): SinkTask =>
    new SinkTask({
      optimize,
      vacuumHours: 24,
      timer,
      open: () => Promise.resolve([world.sink({ layers: ["bronze"] })]),
      report: (_, message) => reports.push(message),
    });
  const commit = async (timer: StepTimer, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      world.append("winlogbeat", 0, [EVENT]);
      await timer.step();
      world.clock.advance(2000);
      await timer.step();
    }
  };
  const timer = new StepTimer();
  const compacting = upkeep(true, timer);
  compacting.start();
  await timer.first();
  await commit(timer, 40);
  await compacting.stop();
  expect(compacting.compactedFiles).toBeGreaterThanOrEqual(24);
  expect(compacting.vacuumedFiles).toBe(0);
  // The files' own times stay: whatever is written from now on looks a day old, so nothing is written while it is looked at.
  world.lakeClock.advance(25 * 3_600_000);
  const later = new StepTimer();
  const vacuuming = upkeep(false, later);
  vacuuming.start();
  await later.first();
  await commit(later, 8);
  await vi.waitFor(() => expect(vacuuming.vacuumedFiles).toBeGreaterThanOrEqual(24), 5000);
  await vacuuming.stop();
  expect(reports).toEqual([]);
  expect(await world.rows("bronze/winlogbeat", "_offset")).toHaveLength(48);
});
