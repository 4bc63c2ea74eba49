import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { MemoryIo } from "../fake-world.ts";
import type { HuntDoor } from "./hunt-door.ts";
import { HuntRunner } from "./hunt-runner.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers one row after a second, and is half done until then. */
const slowDoor: HuntDoor = {
  dialect: "duckdb",
  ask: async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
    const blocks = (async function* () {
      yield [["1"]];
    })();
    return { columns: [{ name: "n", type: "INTEGER", isNumeric: true }], blocks };
  },
  writeParquet: async () => undefined,
  tables: () => [],
  names: () => [],
  progress: () => "50 %",
  interrupt: () => undefined,
  close: async () => undefined,
};

async function told(isTerminal: boolean): Promise<string> {
  const io = new MemoryIo();
  io.stderrIsTerminal = isTerminal;
  const clock = new ManualClock();
  const runner = new HuntRunner(slowDoor, {
    io,
    clock,
    format: "json",
    limit: undefined,
    workingDirectory: ".",
    interrupted: new AbortController().signal,
  });
  const done = runner.execute("SELECT 1");
  await vi.advanceTimersByTimeAsync(1500);
  await done;
  expect(io.stdout).toBe('{"n":1}\n');
  return io.stderr;
}

test("a long question shows on a terminal how far it is, and leaves no trace of it", async () => {
  expect(await told(true)).toBe("\r\u001b[2K50 %\r\u001b[2K");
});

test("and tells nothing where the talk is piped", async () => {
  expect(await told(false)).toBe("");
});
