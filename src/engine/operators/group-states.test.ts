import { expect, test } from "vitest";
import { BIGINT, STRING } from "../../data/types.ts";
import { MemoryStore } from "../state/memory-store.ts";
import { CACHED_STATES_MAX, GroupStateCodec, GroupStates } from "./group-states.ts";

const codec = new GroupStateCodec([BIGINT, STRING]);

test("a state is in the store at once", () => {
  const store = new MemoryStore();
  new GroupStates(store, codec).put(Buffer.from("g"), 5, [7n, "x"]);
  expect(new GroupStates(store, codec).get(Buffer.from("g"))).toMatchObject({
    timestampMs: 5,
    states: [7n, "x"],
  });
});

test("a key may be a view that is written to afterwards", () => {
  const states = new GroupStates(new MemoryStore(), codec);
  const view = Buffer.from("a");
  states.put(view, 1, [1n, null]);
  view[0] = 0x62;
  expect(states.get(view)).toBeUndefined();
  expect(states.get(Buffer.from("a"))?.states).toEqual([1n, null]);
});

test("more groups than are kept in memory come from the store; deleted ones are gone", () => {
  const states = new GroupStates(new MemoryStore(), codec);
  const count = CACHED_STATES_MAX + 10;
  for (let i = 0; i < count; i++) states.put(Buffer.from(String(i)), i, [BigInt(i), null]);
  for (const i of [0, 1, count - 1]) expect(states.get(Buffer.from(String(i)))?.states[0]).toBe(BigInt(i));
  states.delete(Buffer.from("0"));
  expect(states.get(Buffer.from("0"))).toBeUndefined();
});
