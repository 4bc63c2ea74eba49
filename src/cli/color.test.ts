import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { painter, wantsColor } from "./color.ts";
import { ECHO_MS, Interruption } from "./interruption.ts";

test.each([
  ["auto", {}, true, true],
  ["auto", {}, false, false],
  ["auto", { NO_COLOR: "1" }, true, false],
  ["auto", { NO_COLOR: "" }, true, true],
  ["auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  ["auto", { FORCE_COLOR: "1" }, false, true],
  ["auto", { FORCE_COLOR: "0" }, true, false],
  ["auto", { TERM: "dumb" }, true, false],
  ["always", { NO_COLOR: "1" }, false, true],
  ["never", { FORCE_COLOR: "1" }, true, false],
] as const)("colour %s with %o on a terminal: %s gives %s", (choice, env, isTerminal, wanted) => {
  expect(wantsColor(choice, env, isTerminal)).toBe(wanted);
});

test("a painter without colour leaves texts alone", () => {
  expect(painter(false)("bad", "x")).toBe("x");
  expect(painter(true)("bad", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(painter(true)("bad", "")).toBe("");
});

test("the first interruption asks, its echo is nothing, a later one ends", () => {
  const clock = new ManualClock();
  let forced = 0;
  const interruption = new Interruption(clock, () => forced++);
  interruption.received();
  clock.advance(ECHO_MS);
  interruption.received();
  expect([interruption.signal.aborted, forced]).toEqual([true, 0]);
  clock.advance(1);
  interruption.received();
  expect(forced).toBe(1);
});
