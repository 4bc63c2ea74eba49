import { expect, test } from "vitest";
import { MemoryGate } from "./memory-gate.ts";

/** Work that ends on command, and a list of what is inside. */
function workshop(gate: MemoryGate): {
  readonly inside: string[];
  start(name: string, bytes: number): { end(): Promise<void> };
} {
  const inside: string[] = [];
  return {
    inside,
    start: (name, bytes) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const done = gate.run(bytes, async () => {
        inside.push(name);
        await promise;
        inside.splice(inside.indexOf(name), 1);
      });
      return {
        end: async () => {
          resolve();
          await done;
        },
      };
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("work comes in while it fits, then waits in order", async () => {
  const { inside, start } = workshop(new MemoryGate(100));
  const a = start("a", 60);
  const b = start("b", 40);
  const c = start("c", 50);
  const d = start("d", 1);
  await turn();
  expect(inside).toEqual(["a", "b"]);
  await b.end();
  await turn();
  // `d` would fit, but `c` was first.
  expect(inside).toEqual(["a"]);
  await a.end();
  await turn();
  expect(inside).toEqual(["c", "d"]);
  await Promise.all([c.end(), d.end()]);
});

test("work over the limit comes in alone, and a failure lets the next in", async () => {
  const gate = new MemoryGate(10);
  const { inside, start } = workshop(gate);
  const big = start("big", 1000);
  const failing = gate.run(5, () => Promise.reject(new Error("failed")));
  const last = start("last", 10);
  await turn();
  expect(inside).toEqual(["big"]);
  const failed = expect(failing).rejects.toThrow("failed");
  await big.end();
  await failed;
  await turn();
  expect(inside).toEqual(["last"]);
  await last.end();
});
