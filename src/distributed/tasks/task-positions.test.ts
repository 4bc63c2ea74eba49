import { expect, test } from "vitest";
import { decodePlaces, encodePlaces } from "./task-positions.ts";

const PARTITION = { topic: "t", partition: 2 };
const PLACES = {
  ...PARTITION,
  inputs: { "0.0": { position: 12, before: 5000 }, "1.1": { position: 9, before: -1 } },
  progress: { "0": 5001, "1": 0 },
};

test("places come back from the group's offset, which is the least of them", () => {
  const committed = encodePlaces(PLACES);
  expect(committed.offset).toBe(9);
  const decoded = decodePlaces(PARTITION, committed);
  expect(decoded).toMatchObject(PLACES);
  expect(decoded.place("1.1")).toEqual({ position: 9, before: -1 });
});

test("an offset that another tool has set counts for every input", () => {
  for (const metadata of ["", "by hand", "{}", encodePlaces(PLACES).metadata]) {
    const decoded = decodePlaces(PARTITION, { offset: 3, metadata });
    expect(decoded.place("0.0")).toEqual({ position: 3, before: -1 });
    expect(decoded.progress).toEqual({});
  }
});
