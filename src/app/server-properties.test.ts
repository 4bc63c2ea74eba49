import { expect, test } from "vitest";
import { serverProperties } from "./server-properties.ts";

test("names are taken in full or short, values checked as SET checks them", () => {
  const given = { "auto.offset.reset": "EARLIEST", "ksql.service.id": "lab_", "spoor.flush": "Commit" };
  expect([...serverProperties(given)]).toEqual([
    ["ksql.streams.auto.offset.reset", "earliest"],
    ["ksql.service.id", "lab_"],
    ["spoor.flush", "commit"],
  ]);
});

test.each([
  [{ "spoor.flash": "commit" }, "unknown property 'spoor.flash'"],
  [{ "spoor.flush": "sometimes" }, "property 'spoor.flush' can't be 'sometimes'"],
  [{ "spoor.commit.interval.ms": "fast" }, "property 'spoor.commit.interval.ms' can't be 'fast'"],
  [{ "authentication.method": "DIGEST" }, "property 'authentication.method' can't be 'DIGEST'"],
])("%j is refused", (given, message) => {
  expect(() => serverProperties(given)).toThrow(message);
});
