import { expect, test } from "vitest";
import { readDeltaSinkSettings } from "./delta-sink-settings.ts";
import type { DeltaSinkSettings } from "./delta-sink-settings.ts";

function read(more: Readonly<Record<string, string>>): DeltaSinkSettings {
  return readDeltaSinkSettings(new Map(Object.entries({ topics: "a", lake: "/srv/lake", ...more })));
}

test("the batches of all topics share what is kept for them, where it is not said", () => {
  expect(read({}).batchBytes).toBe(96 * 1024 * 1024);
  expect(read({ topics: "a,b,c" }).batchBytes).toBe(32 * 1024 * 1024);
  expect(read({ topics: "a,b,c,d,e,f,g,h,i" }).batchBytes).toBe(16 * 1024 * 1024);
  expect(read({ topics: "a,b", "batch.bytes": "4096" }).batchBytes).toBe(4096);
});

test("replaced files stay unless it is said how long", () => {
  expect(read({}).vacuumHours).toBeUndefined();
  expect(read({ vacuum: "168" }).vacuumHours).toBe(168);
  for (const vacuum of ["23", "0", "a week", ""])
    expect(() => read({ vacuum })).toThrow(`'${vacuum}' is no value for 'vacuum'`);
});
