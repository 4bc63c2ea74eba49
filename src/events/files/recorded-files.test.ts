import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEventFile } from "./event-file.ts";
import { eventTimeMs } from "./event-time.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const isThere = existsSync(join(SHARED, "data"));

interface ManifestLine {
  readonly file: string;
  readonly events: number;
  readonly time_min: string;
  readonly time_max: string;
}

function manifest(folder: string): ManifestLine[] {
  const text = readFileSync(join(SHARED, "data", folder, "manifest.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ManifestLine);
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!isThere && process.env["CI"] !== "true")("recorded archives", () => {
  for (const folder of ["ksql-recipe", "winlogbeat", "windows"]) {
    test(`${folder}: every archive gives the events of its manifest`, async () => {
      for (const { file, events, time_min, time_max } of manifest(folder)) {
        const source = openEventFile(join(SHARED, "data", folder, file));
        let count = 0;
        let keys = 0;
        let [first, last] = [Infinity, -Infinity];
        for await (const block of source) {
          count += block.count;
          for (let i = 0; i < block.count; i++) {
            if (block.keyStarts[i] !== -1) keys++;
            const ms = eventTimeMs(block.buffer, block.starts[i]!, block.ends[i]!);
            first = Math.min(first, ms);
            last = Math.max(last, ms);
          }
        }
        expect([file, count, source.badLines.total]).toEqual([file, events, 0]);
        expect([file, first, last]).toEqual([file, Date.parse(time_min), Date.parse(time_max)]);
        expect(keys).toBe(folder === "ksql-recipe" ? events : 0);
      }
    }, 60_000);
  }
});
