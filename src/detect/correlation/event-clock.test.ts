import { expect, test } from "vitest";
import { EventClock, JUMP_EVENTS, JUMP_MS } from "./event-clock.ts";

function after(...times: readonly number[]): EventClock {
  const clock = new EventClock();
  for (const time of times) clock.see(time);
  return clock;
}

test("is the time of the newest event", () => {
  expect(after().newestMs).toBe(-Infinity);
  expect(after(5, 7, 6).newestMs).toBe(7);
  expect(after(0, JUMP_MS, 2 * JUMP_MS).newestMs).toBe(2 * JUMP_MS);
});

test("one host's wrong clock does not take it with it", () => {
  const wrong = 100 * JUMP_MS;
  const mixed = Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? i : wrong + i));
  expect(after(...mixed).newestMs).toBe(99);
});

test("a gap is believed when enough events in a row are beyond it, as far as the earliest", () => {
  const beyond = Array.from({ length: JUMP_EVENTS }, (_, i) => 10 * JUMP_MS + ((i * 7) % JUMP_EVENTS));
  expect(after(0, ...beyond.slice(1)).newestMs).toBe(0);
  expect(after(0, ...beyond).newestMs).toBe(10 * JUMP_MS);
  expect(after(0, ...beyond, 10 * JUMP_MS + 99).newestMs).toBe(10 * JUMP_MS + 99);
});

test("goes on from its state", () => {
  const beyond = Array.from({ length: JUMP_EVENTS }, (_, i) => 10 * JUMP_MS + i);
  for (let cut = 0; cut < beyond.length; cut++) {
    const second = new EventClock();
    second.restore(after(0, ...beyond.slice(0, cut)).state);
    for (const time of beyond.slice(cut)) second.see(time);
    expect(second.state).toEqual(after(0, ...beyond).state);
  }
});
