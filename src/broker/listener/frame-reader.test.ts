import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import { MemoryBudget } from "./memory-budget.ts";

function framed(...bodies: Uint8Array[]): Buffer {
  const parts = bodies.flatMap((body) => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length);
    return [size, Buffer.from(body)];
  });
  return Buffer.concat(parts);
}

const SIZE_MAX = 10_000_000;

test("frames come out as they went in, however the bytes are cut", () => {
  const property = fc.property(
    fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
    (bodies, cuts) => {
      const reader = new FrameReader(new MemoryBudget(1000));
      const bytes = framed(...bodies);
      const frames: Buffer[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = cuts[i % cuts.length]!;
        reader.push(bytes.subarray(at, at + size));
        at += size;
        for (let state = reader.next(SIZE_MAX); state !== "more"; state = reader.next(SIZE_MAX)) {
          frames.push(Buffer.from(state as Buffer));
        }
      }
      expect(frames).toEqual(bodies.map((body) => Buffer.from(body)));
      expect(reader.isMidFrame).toBe(false);
    },
  );
  fc.assert(property);
});

test("frames that come in parts are put together in the same memory, one after the other", () => {
  const reader = new FrameReader(new MemoryBudget(SIZE_MAX));
  const memories = new Set<ArrayBufferLike>();
  for (const letter of "abcdefgh") {
    const body = Buffer.alloc(16_000 + letter.charCodeAt(0), letter);
    const bytes = framed(body);
    reader.push(bytes.subarray(0, 10_000));
    expect(reader.next(SIZE_MAX)).toBe("more");
    reader.push(bytes.subarray(10_000));
    const frame = reader.next(SIZE_MAX) as Buffer;
    expect(frame.equals(body)).toBe(true);
    memories.add(frame.buffer);
    reader.releaseFrame();
  }
  expect(memories.size).toBe(1);
});

test("a chunk's memory may hold something else once the rest of it is kept", () => {
  const reader = new FrameReader(new MemoryBudget(SIZE_MAX));
  const chunk = framed(Buffer.from("first"), Buffer.from("second"), Buffer.from("third"));
  const whole = Buffer.from(chunk);
  reader.push(chunk.subarray(0, chunk.length - 2));
  expect(String(reader.next(SIZE_MAX))).toBe("first");
  reader.keepRest();
  chunk.fill(0);
  expect(String(reader.next(SIZE_MAX))).toBe("second");
  expect(reader.next(SIZE_MAX)).toBe("more");
  reader.push(whole.subarray(whole.length - 2));
  expect(String(reader.next(SIZE_MAX))).toBe("third");
});

describe("large frames", () => {
  const large = Buffer.alloc(3_000_000, "abc");

  test("grow with what arrives", () => {
    const reader = new FrameReader(new MemoryBudget(SIZE_MAX));
    const bytes = framed(large);
    for (let at = 0; at < bytes.length; at += 65_536) {
      reader.push(bytes.subarray(at, at + 65_536));
      const state = reader.next(SIZE_MAX);
      if (state !== "more") expect((state as Buffer).equals(large)).toBe(true);
      else expect(at + 65_536).toBeLessThan(bytes.length);
    }
  });

  test("wait for the budget and go on when there is room", () => {
    const budget = new MemoryBudget(1000);
    const [first, second] = [new FrameReader(budget), new FrameReader(budget)];
    for (const reader of [first, second]) reader.push(framed(large));
    expect(first.next(SIZE_MAX)).toBeInstanceOf(Buffer);
    expect(second.next(SIZE_MAX)).toBe("full");
    let woken = 0;
    budget.whenFree(() => woken++);
    const forget = budget.whenFree(() => woken++);
    forget();
    first.releaseFrame();
    expect(woken).toBe(1);
    expect(second.next(SIZE_MAX)).toBeInstanceOf(Buffer);
    second.releaseFrame();
    expect(budget.usedBytes).toBe(0);
  });

  test("above the limit are refused at their size", () => {
    const reader = new FrameReader(new MemoryBudget(SIZE_MAX));
    reader.push(framed(large).subarray(0, 4));
    expect(reader.next(2_999_999)).toBe("oversized");
  });
});
