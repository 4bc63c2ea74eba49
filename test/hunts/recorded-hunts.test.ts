import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readHunts } from "./hunt-records.ts";
import { parseHunts, runHunts, savedTableDifference } from "./hunt-run.ts";
import { differenceOf } from "./table-comparison.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../shared");
const DATA = join(SHARED, "data");
const hunts = (name: string) => readHunts(join(DATA, "playbook", name));
/** Small captures of three shapes; `npm run hunts` runs all. */
const CAPTURES =
  /wdigest_downgrade|covenant_wmi_remote_event_subscription|empire_dcsync_acl|empire_invoke_psexec_2019|msf_record_mic/;

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(DATA) && process.env["CI"] !== "true")("saved hunts of notebooks", () => {
  test("give the tables that the notebooks saved", { timeout: 60_000 }, async () => {
    const some = hunts("hunts-executed.jsonl").filter(({ dataset }) => CAPTURES.test(dataset?.file ?? ""));
    const { passed, total, failures } = await runHunts(DATA, some, savedTableDifference);
    expect(failures).toEqual([]);
    expect(passed).toBe(total);
    expect(total).toBeGreaterThan(20);
  });

  test("without captures are translated and parsed", async () => {
    const { passed, total, failures } = await parseHunts(hunts("apt29-evals-sql.jsonl"));
    expect(failures).toEqual([]);
    expect(passed).toBe(total);
  });
});

function answer(...rows: readonly (readonly string[])[]) {
  return { columns: ["@TIMESTAMP", "N"], rows };
}

describe("tables are compared", () => {
  const table = {
    columns: ["@timestamp", "n"],
    rows: [
      ["2020-01-01 20:00:00.5", "null"],
      ["2020-01-01 21:00:00", "2"],
    ],
  };
  const first = ["2020-01-02T00:00:00.500Z", "null"];
  const second = ["2020-01-02T01:00:00.000Z", "2"];

  test("in any order unless the statement sorts, times in UTC", () => {
    const expected = { ...table, timestamp_offset_hours: 4 };
    expect(differenceOf(expected, answer(second, first), "SELECT 1")).toBeUndefined();
    expect(differenceOf(expected, answer(second, first), "SELECT 1 ORDER BY n")).toMatch(/^row 1/);
    expect(differenceOf(expected, answer(first, second), "SELECT 1 ORDER BY n")).toBeUndefined();
    expect(differenceOf(table, answer(first, second), "SELECT 1")).toMatch(/^a row is missing/);
  });

  test("by number, by column, and by their first rows where only these are shown", () => {
    const expected = { ...table, timestamp_offset_hours: 4 };
    expect(differenceOf(expected, answer(first), "SELECT 1")).toMatch(/^expected 2 rows, found 1/);
    expect(
      differenceOf({ ...expected, only_first_rows: true }, answer(first, second, first), "SELECT 1"),
    ).toBeUndefined();
    expect(differenceOf({ ...expected, columns: ["a", "b"] }, answer(first, second), "")).toMatch(/^columns/);
  });

  test("with cells that the notebook cut", () => {
    const expected = { columns: ["a"], rows: [["long te..."]], cells_truncated: true };
    expect(differenceOf(expected, { columns: ["a"], rows: [["long text"]] }, "")).toBeUndefined();
    expect(differenceOf(expected, { columns: ["a"], rows: [["other"]] }, "")).toBeDefined();
  });
});
