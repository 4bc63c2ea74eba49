/**
 * Spoor's reader of event logs against the Rust crate `evtx` (its Python package, the same code): every record and every
 * value of the recorded logs.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evtxRecords } from "../../../src/events/evtx/evtx-events.ts";
import type { EvtxRecord } from "../../../src/events/evtx/evtx-events.ts";
import { fileBytes } from "../../../src/events/files/byte-stream.ts";
import { runCommand } from "../client-process.ts";
import { isSameValue, valuesOfElement, valuesOfJson } from "./record-values.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const LOGS = join(SHARED, "data/evtx");
const PACKAGE = "evtx==0.14.0";

/**
 * Elements whose content is an optional null: Windows leaves the element out ([MS-EVEN6] 2.2.12.2), and so does Spoor; the crate
 * writes null. Only these may be missing.
 */
const OPTIONAL_NULLS = ["Event/EventData/Binary"];

type TheirRecord = readonly [path: string, number: number, written: string, document: unknown];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-evtx-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function theirRecords(paths: readonly string[]): Promise<Map<string, TheirRecord[]>> {
  const install = ["-m", "pip", "install", "--quiet", "--target", folder, PACKAGE];
  await runCommand({ program: "python3", args: install, folder, timeoutMs: 180_000 });
  const [list, output] = [join(folder, "paths.txt"), join(folder, "records.ndjson")];
  writeFileSync(list, paths.join("\n"));
  const script = fileURLToPath(new URL("clients/records.py", import.meta.url));
  await runCommand({
    program: "sh",
    args: ["-c", 'exec python3 "$1" "$2" < "$3"', "sh", script, output, list],
    folder,
    environment: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
    timeoutMs: 120_000,
  });
  const byFile = new Map<string, TheirRecord[]>(paths.map((path) => [path, []]));
  for (const line of readFileSync(output, "utf8").trimEnd().split("\n")) {
    const record = JSON.parse(line) as TheirRecord;
    byFile.get(record[0])!.push(record);
  }
  return byFile;
}

async function ourRecords(path: string): Promise<readonly EvtxRecord[]> {
  const found: EvtxRecord[] = [];
  const bytes = fileBytes(path, { bytesRead: 0 });
  const damage: unknown[] = [];
  for await (const records of evtxRecords(path, bytes, (each) => damage.push(each))) found.push(...records);
  expect([path, damage]).toEqual([path, []]);
  return found;
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(LOGS) && process.env["CI"] !== "true")("recorded event logs", () => {
  test(`have the records and values that ${PACKAGE} finds`, async () => {
    const paths = globSync("**/*.evtx", { cwd: LOGS }).map((file) => join(LOGS, file));
    const theirs = await theirRecords(paths.toSorted());
    let [records, values] = [0, 0];
    for (const [path, expected] of theirs) {
      const found = await ourRecords(path);
      expect([path, found.length]).toEqual([path, expected.length]);
      for (const [i, record] of found.entries()) {
        const [, number, written, document] = expected[i]!;
        expect([path, record.number, instant(record.written)]).toEqual([path, number, instant(written)]);
        values += expectSameValues(`${path} record ${number}`, record, document);
        records++;
      }
    }
    expect(records).toBeGreaterThan(3000);
    expect(values).toBeGreaterThan(90_000);
  });
});

/** A time without zeros at its end; the crate's texts of times end in "UTC" or "Z UTC". */
function instant(text: string): string {
  return text
    .replace(/Z? UTC$/, "Z")
    .replace(/(\.\d*?)0*Z$/, "$1Z")
    .replace(".Z", "Z");
}

/** Returns how many values were compared. */
function expectSameValues(place: string, record: EvtxRecord, document: unknown): number {
  const ours = valuesOfElement(record.element);
  const theirs = valuesOfJson(document);
  const different: unknown[] = [];
  let compared = 0;
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, other] = [ours.get(path), theirs.get(path)];
    compared += other?.length ?? 0;
    if (mine === undefined && OPTIONAL_NULLS.includes(path) && other?.join() === "") continue;
    const isSame = mine?.length === other?.length && mine!.every((text, i) => isSameValue(text, other![i]!));
    if (!isSame) different.push([path, mine, other]);
  }
  expect([place, different]).toEqual([place, []]);
  return compared;
}
