/** HELK's column names: the same join under other names, from the file that a user runs. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { RecipeRun } from "./recipe-run.ts";
import { readableEvents, RECIPE_EVENTS, sharedIsMissing, sharedNote, WMI_EVENTS } from "./shared-events.ts";

function example(name: string): string {
  return readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");
}

const values = (run: RecipeRun) => run.topic("SYSMON_JOIN").rows.map((row) => Object.values(row));

describe.skipIf(sharedIsMissing)(`HELK's variant of the join (${sharedNote})`, () => {
  const runs: RecipeRun[] = [];
  afterEach(async () => {
    for (const run of runs.splice(0)) await run.close();
  });

  async function joined(script: string, events: string): Promise<RecipeRun> {
    const run = await RecipeRun.open();
    runs.push(run);
    run.createTopic("winlogbeat");
    await run.ingest(await readableEvents(events));
    await run.execute(example(script));
    await run.drain();
    return run;
  }

  test.each([
    { events: RECIPE_EVENTS, rows: 152 },
    { events: WMI_EVENTS, rows: 33 },
  ])("joins $rows rows with HELK's names", async ({ events, rows }) => {
    const run = await joined("helk-sysmon-join.sql", events);
    expect(run.count("SYSMON_JOIN")).toBe(rows);
    const names = Object.keys(run.topic("SYSMON_JOIN").rows[0] ?? {});
    expect(names).toEqual(
      expect.arrayContaining([
        "N_EVENT_ORIGINAL_TIME",
        "PROCESS_PARENT_PATH",
        "PROCESS_PARENT_COMMAND_LINE",
        "PROCESS_PARENT_GUID",
        "PROCESS_PARENT_ID",
      ]),
    );
  });

  test("gives the very values of the published names", async () => {
    const helk = await joined("helk-sysmon-join.sql", RECIPE_EVENTS);
    const published = await joined("sysmon-join.sql", RECIPE_EVENTS);
    expect(values(helk)).toEqual(values(published));
  });

  test("finds the parent of the lateral movement under its own name", async () => {
    const run = await joined("helk-sysmon-join.sql", WMI_EVENTS);
    const { rows } = await run.query(
      "SELECT DST_IP_ADDR FROM SYSMON_JOIN WHERE PROCESS_PARENT_PATH LIKE '%WmiPrvSE.exe%' EMIT CHANGES;",
      33,
    );
    expect(rows).toEqual(Array.from({ length: 33 }, () => ["10.0.10.106"]));
  });
});
