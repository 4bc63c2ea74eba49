import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareValues, valuesEqual } from "../../data/compare.ts";
import { BIGINT, DATE, DOUBLE, INTEGER, STRING, TIMESTAMP, decimalType } from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import {
  KeyCodec,
  LONG_KEY_BYTES,
  joinKeys,
  keyThenTimes,
  prefixEnd,
  readTime,
  timeThenKey,
} from "./key-codec.ts";
import { types, values } from "./value-arbitrary.ts";

const pairs = types.chain((type) => fc.tuple(fc.constant(type), values(type), values(type)));
const ordered = fc
  .constantFrom<SqlType>(INTEGER, BIGINT, DOUBLE, DATE, TIMESTAMP, decimalType(38, 4))
  .chain((type) => fc.tuple(fc.constant(type), values(type), values(type)));

function key(type: SqlType, value: Value): Buffer {
  return new KeyCodec([type]).encode([value]);
}

describe("keys of values", () => {
  test("are equal exactly when the values are", () => {
    fc.assert(
      fc.property(pairs, ([type, a, b]) => {
        expect(key(type, a).equals(key(type, b))).toBe(valuesEqual(type, a, b));
        expect(key(type, a).equals(key(type, structuredCopy(a)))).toBe(true);
      }),
    );
  });

  test("never begin one another, so that anything may follow", () => {
    fc.assert(
      fc.property(pairs, ([type, a, b]) => {
        const [first, second] = [key(type, a), key(type, b)];
        if (!first.equals(second)) expect(second.subarray(0, first.length).equals(first)).toBe(false);
      }),
    );
  });

  test("sort as the values do", () => {
    fc.assert(
      fc.property(ordered, ([type, a, b]) => {
        expect(Math.sign(key(type, a).compare(key(type, b)))).toBe(Math.sign(compareValues(type, a, b)));
      }),
    );
  });

  test("of several values can't run into each other", () => {
    const codec = new KeyCodec([STRING, STRING]);
    const texts = fc.string({ unit: fc.constantFrom("\0", "\u00ff", "a") });
    fc.assert(
      fc.property(texts, texts, texts, texts, (a, b, c, d) => {
        expect(codec.encode([a, b]).equals(codec.encode([c, d]))).toBe(a === c && b === d);
      }),
    );
  });

  test("of long texts are short and still differ", () => {
    const [a, b] = [key(STRING, `${"x".repeat(5000)}a`), key(STRING, `${"x".repeat(5000)}b`)];
    expect(a.length).toBe(LONG_KEY_BYTES + 32);
    expect(a.equals(b)).toBe(false);
  });
});

/** An equal value that is another object. */
function structuredCopy(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => structuredCopy(item));
  if (value instanceof Map) return new Map([...(value as ReadonlyMap<Value, Value>)].toReversed());
  return value;
}

describe("keys with times", () => {
  const time = fc.nat(2 ** 31 - 1).map((n) => n * 4_000_000);

  test("sort by time", () => {
    fc.assert(
      fc.property(time, time, fc.uint8Array(), (a, b, suffix) => {
        const [first, second] = [timeThenKey(a, Buffer.from(suffix)), timeThenKey(b, Buffer.from(suffix))];
        expect(Math.sign(first.compare(second))).toBe(Math.sign(a - b));
        expect(readTime(first, 0)).toBe(a);
      }),
    );
  });

  test("hold all they were made of", () => {
    const bytes = keyThenTimes(Buffer.from("key"), 1, Number.MAX_SAFE_INTEGER);
    expect(bytes.toString("latin1", 0, 3)).toBe("key");
    expect([readTime(bytes, 3), readTime(bytes, 11)]).toEqual([1, Number.MAX_SAFE_INTEGER]);
    expect(joinKeys(Buffer.from("a"), Buffer.from("b")).toString()).toBe("ab");
  });

  test("a prefix ends before the next key that does not begin with it", () => {
    expect(prefixEnd(Buffer.of(1, 0xff))).toEqual(Buffer.of(2));
    expect(prefixEnd(Buffer.of(1, 2))).toEqual(Buffer.of(1, 3));
  });
});
