/** A recorded attack over WMI: what the recipe's join shows of it, and what the order of events changes. */
import { afterEach, describe, expect, test } from "vitest";
import { isSelect, RecipeRun } from "./recipe-run.ts";
import {
  publishedStatements,
  readableEvents,
  sharedIsMissing,
  sharedNote,
  WMI_EVENTS,
} from "./shared-events.ts";

const FROM_WMI = `SELECT SRC_HOST_NAME, N_USER_ACCOUNT, N_PROCESS_PATH, DST_IP_ADDR, DST_PORT, PARENT_PROCESS_PATH
  FROM SYSMON_JOIN WHERE PARENT_PROCESS_PATH LIKE '%WmiPrvSE.exe%' EMIT CHANGES;`;

describe.skipIf(sharedIsMissing)(`lateral movement over WMI (${sharedNote})`, () => {
  let run: RecipeRun;
  afterEach(() => run.close());

  async function open(properties: Readonly<Record<string, string>>, join = "INNER JOIN"): Promise<void> {
    run = await RecipeRun.open();
    run.createTopic("winlogbeat");
    await run.ingest(await readableEvents(WMI_EVENTS));
    await run.execute(
      publishedStatements()
        .filter((statement) => !isSelect(statement))
        .map((statement) => statement.replace("INNER JOIN", join)),
      properties,
    );
    await run.drain();
  }

  test("a PowerShell that WmiPrvSE started calls home 33 times, in the order of the file", async () => {
    await open({});
    const { rows } = await run.query(FROM_WMI, 33);
    expect(run.count("SYSMON_JOIN")).toBe(33);
    const [host, user, image, address, port, parent] = rows[0] ?? [];
    expect({ host, user, address, port }).toEqual({
      host: "HFDC01.shire.com",
      user: "SHIRE\\Mmidge",
      address: "10.0.10.106",
      port: 443,
    });
    expect(image).toMatch(/\\powershell\.exe$/);
    expect(parent).toMatch(/\\wbem\\WmiPrvSE\.exe$/);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(1);
  });

  test("connections stand before the process in time: 17 of the 33, which only file order matches", async () => {
    await open({});
    expect(run.statistics("SYSMON_JOIN").notes).toEqual({
      "unmatched: no row for the key so far": 342,
      "matched though the table's row is younger by event time": 17,
    });
  });

  test("event-time order leaves the 17 out and says so", async () => {
    await open({ "spoor.join.order": "event-time" });
    const { rows } = await run.query(FROM_WMI, 16);
    expect(rows).toHaveLength(16);
    expect(run.count("SYSMON_JOIN")).toBe(16);
    const { dropped, notes } = run.statistics("SYSMON_JOIN");
    expect(dropped).toEqual([{ reason: "unmatched", count: 359, unexpected: true }]);
    expect(notes).toEqual({
      "unmatched: no row for the key so far": 342,
      "unmatched: the table's row is younger by event time": 17,
    });
  });

  test("a LEFT JOIN shows the connections without a process, too", async () => {
    await open({}, "LEFT JOIN");
    const { rows } = run.topic("SYSMON_JOIN");
    expect(rows).toHaveLength(375);
    expect(rows.filter((row) => row["PROCESS_COMMAND_LINE"] === null)).toHaveLength(342);
  });

  test("events without a process GUID are kept out of the keyed stream, and counted", async () => {
    await open({});
    expect(run.statistics("WINLOGBEAT_STREAM_REKEY").dropped).toEqual([
      { reason: "filtered", count: 3524, unexpected: false },
      { reason: "null-key", count: 517, unexpected: true },
    ]);
    expect(run.count("WINLOGBEAT_STREAM_REKEY")).toBe(5189 - 3524 - 517);
  });

  test("the statistics are where a hunter looks: DESCRIBE … EXTENDED", async () => {
    await open({});
    const [described] = await run.execute("DESCRIBE SYSMON_JOIN EXTENDED;");
    const text = JSON.stringify(described);
    expect(text).toContain("unmatched: no row for the key so far");
    expect(text).toContain("matched though the table's row is younger by event time");
  });
});
