/** The scanner's copy of the bytes: windows of blocks, messages of any size, many scanners in one memory; real events. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { JsonScanner } from "./json-scanner.ts";
import { TEXT_LIMIT } from "./kernel/scan-kernel.ts";
import type { ScanField } from "./scan-tree.ts";
import { scanByOracle } from "./testing/scan-oracle.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const RECORDINGS = join(SHARED, "data/winlogbeat");
const SMALL_ARCHIVE = 400_000;

function textAt(scanner: JsonScanner, bytes: Buffer, slot: number): string | undefined {
  const start = scanner.slots[2 * slot]!;
  return start < 0 ? undefined : bytes.utf8Slice(start, scanner.slots[2 * slot + 1]!);
}

const A: readonly ScanField[] = [{ name: "a", slot: 0 }];

describe("a block", () => {
  test("of many windows, with messages larger than a window between small ones", () => {
    const values = Array.from(
      { length: 400 },
      (_, i) => `${i}:${"x".repeat(i % 50 === 7 ? 200_000 : i * 7)}`,
    );
    const messages = values.map((value) => Buffer.from(`{"z":[1],"a":"${value}","b":null}`));
    const block = Buffer.concat(messages);
    const scanner = new JsonScanner({ fields: A }, 1);
    scanner.enter(block);
    // Twice, as a block may be processed in parts and again.
    for (let round = 0; round < 2; round++) {
      let start = 0;
      for (const [i, message] of messages.entries()) {
        expect(scanner.scan(block, start, start + message.length)).toBe(true);
        expect(textAt(scanner, block, 0)).toBe(`"${values[i]}"`);
        start += message.length;
      }
    }
  });

  test("is read anew when it is entered again", () => {
    const block = Buffer.from(`{"a":1}`);
    const scanner = new JsonScanner({ fields: A }, 1);
    for (const digit of ["1", "2"]) {
      block.write(digit, 5);
      scanner.enter(block);
      expect(scanner.scan(block, 0, block.length)).toBe(true);
      expect(textAt(scanner, block, 0)).toBe(digit);
    }
  });

  test("holds while other blocks and messages are scanned in between", () => {
    const blocks = ["x", "y"].map((letter) => Buffer.from(`{"a":"${letter}1"}{"a":"${letter}2"}`));
    const scanners = blocks.map((block) => {
      const scanner = new JsonScanner({ fields: A }, 1);
      scanner.enter(block);
      return scanner;
    });
    const other = Buffer.from(`{"a":"z","b":1}`);
    for (let message = 0; message < 2; message++) {
      for (const [i, scanner] of scanners.entries()) {
        expect(scanner.scan(other, 0, other.length)).toBe(true);
        expect(textAt(scanner, other, 0)).toBe(`"z"`);
        expect(scanner.scan(blocks[i]!, message * 10, message * 10 + 10)).toBe(true);
        expect(textAt(scanner, blocks[i]!, 0)).toBe(`"${"xy"[i]}${message + 1}"`);
      }
    }
  });
});

describe("memory", () => {
  test("grows for a large message, and small ones go on", () => {
    const scanner = new JsonScanner({ fields: A }, 1);
    for (const size of [10, 5_000_000, 3, 9_000_000]) {
      const bytes = Buffer.from(`{"b":[${'"\\"]",'.repeat(size / 6)}1],"a":${size}}`);
      expect(scanner.scan(bytes, 0, bytes.length)).toBe(true);
      expect(textAt(scanner, bytes, 0)).toBe(String(size));
    }
  });

  test("has room for 64 MiB, and no message beyond them is scanned", () => {
    const bytes = Buffer.alloc(TEXT_LIMIT + 1, 0x20);
    bytes.write(`{"b":1`);
    bytes.write(`,"a":2}`, TEXT_LIMIT - 7);
    const scanner = new JsonScanner({ fields: A }, 1);
    expect(scanner.scan(bytes, 0, TEXT_LIMIT)).toBe(true);
    expect(textAt(scanner, bytes, 0)).toBe("2");
    expect(scanner.scan(bytes, 0, TEXT_LIMIT + 1)).toBe(false);
    expect(scanner.rejected).toBe(false);
  });

  test("serves more scanners than fit at once, in any order", () => {
    const scanners = Array.from({ length: 1500 }, (_, i) => {
      const fields = [`a${i}`, "b", "c"].map((name, slot) => ({ name, slot }));
      return new JsonScanner({ fields }, 3);
    });
    for (let step = 0; step < 6000; step++) {
      const i = (step * 977) % scanners.length;
      const bytes = Buffer.from(`{"b":[${step}],"a${i + 1}":0,"A${i}":"${step}"}`);
      expect(scanners[i]!.scan(bytes, 0, bytes.length)).toBe(true);
      expect(textAt(scanners[i]!, bytes, 0)).toBe(`"${step}"`);
      expect(textAt(scanners[i]!, bytes, 2)).toBeUndefined();
    }
  });

  test("serves a scanner of thousands of fields beside a small one", () => {
    const fields = Array.from({ length: 5000 }, (_, slot) => ({ name: `field_${slot}`, slot }));
    const wide = new JsonScanner({ fields }, fields.length);
    const narrow = new JsonScanner({ fields: A }, 1);
    const members = fields.map(({ name, slot }) => `"${name.toUpperCase()}":${slot}`);
    const bytes = Buffer.from(`{"a":true,${members.join(",")}}`);
    for (let round = 0; round < 2; round++) {
      expect(wide.scan(bytes, 0, bytes.length)).toBe(true);
      for (const { slot } of fields) expect(textAt(wide, bytes, slot)).toBe(String(slot));
      expect(narrow.scan(bytes, 0, bytes.length)).toBe(true);
      expect(textAt(narrow, bytes, 0)).toBe("true");
    }
  });
});

test("a watcher may scan with its own scanner, and may throw", () => {
  const fields = ["a", "b"].map((name, slot) => ({ name, slot }));
  const outer = new JsonScanner({ fields }, 2);
  const bytes = Buffer.from(`{"a":{"a":{"a":1,"b":3}},"b":2}`);
  let depth = 0;
  outer.watch(0, () => {
    depth += 1;
    const start = outer.slots[0]!;
    const end = outer.slots[1]!;
    if (bytes[start] === 0x7b) outer.scan(bytes, start, end);
    return true;
  });
  for (let round = 1; round <= 2; round++) {
    expect(outer.scan(bytes, 0, bytes.length)).toBe(true);
    expect(outer.rejected).toBe(false);
    expect(depth).toBe(3 * round);
    expect(textAt(outer, bytes, 0)).toBe(`{"a":{"a":1,"b":3}}`);
    expect(textAt(outer, bytes, 1)).toBe("2");
  }
  const failing = new JsonScanner({ fields: A }, 1);
  failing.watch(0, () => {
    throw new RangeError("no");
  });
  expect(() => failing.scan(bytes, 0, bytes.length)).toThrow(RangeError);
  expect(outer.scan(bytes, 0, bytes.length)).toBe(true);
});

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(RECORDINGS) && process.env["CI"] !== "true")("recorded events", () => {
  const names = ["UtcTime", "ProcessGuid", "Image", "CommandLine", "User", "Hashes", "TargetObject"];
  const eventData = names.map((name, i) => ({ name: name.toUpperCase(), slot: 3 + i }));
  const fields: readonly ScanField[] = [
    { name: "SOURCE_NAME", slot: 0 },
    { name: "EVENT_ID", slot: 1 },
    { name: "MESSAGE", slot: 2 },
    { name: "EVENT_DATA", slot: -1, fields: eventData },
  ];

  test("give the slots that the oracle gives", () => {
    let events = 0;
    for (const file of readdirSync(RECORDINGS)) {
      const packed = readFileSync(join(RECORDINGS, file));
      if (!file.endsWith(".tar.gz") || packed.length > SMALL_ARCHIVE) continue;
      // The headers of the archive stand among the lines: they are no objects for either. Some archives are cut short.
      const bytes = gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
      const scanner = new JsonScanner({ fields }, 3 + names.length);
      scanner.enter(bytes);
      for (let start = 0; start < bytes.length;) {
        const newline = bytes.indexOf(0x0a, start);
        const end = newline < 0 ? bytes.length : newline;
        const expected = scanByOracle(fields, 3 + names.length, bytes, start, end);
        const found = scanner.scan(bytes, start, end);
        expect(found).toBe(typeof expected !== "string");
        if (found && typeof expected !== "string") {
          events += 1;
          const ranges = expected.flat();
          for (const [i, slot] of scanner.slots.entries()) {
            if (scanner.slots[i & -2]! >= 0 || (i & 1) === 0) expect(slot).toBe(ranges[i]);
          }
        }
        start = end + 1;
      }
    }
    expect(events).toBeGreaterThan(500);
  }, 60_000);
});
