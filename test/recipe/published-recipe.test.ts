/** The recipe as its page prints it, on its own events: every figure and every row that the page shows. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSelect, RecipeRun } from "./recipe-run.ts";
import {
  publishedOutputs,
  publishedStatements,
  readableEvents,
  RECIPE_EVENTS,
  sharedIsMissing,
  sharedNote,
} from "./shared-events.ts";

describe.skipIf(sharedIsMissing)(`the published recipe (${sharedNote})`, () => {
  let run: RecipeRun;
  let entities: Awaited<ReturnType<RecipeRun["execute"]>>;
  const selects: string[] = [];

  beforeAll(async () => {
    const statements = publishedStatements();
    selects.push(...statements.filter(isSelect));
    run = await RecipeRun.open();
    run.createTopic("winlogbeat");
    await run.ingest(await readableEvents(RECIPE_EVENTS));
    entities = await run.execute(statements.filter((statement) => !isSelect(statement)));
    await run.drain();
  });
  afterAll(() => run.close());

  test("every statement runs as it stands there, prompts and backslashes included", () => {
    expect(selects).toHaveLength(4);
    expect(
      entities.map((entity) => ("commandStatus" in entity ? entity.commandStatus.status : entity)),
    ).toEqual(Array.from({ length: 6 }, () => "SUCCESS"));
    expect(run.reports).toEqual([]);
  });

  test("the topics hold what the file holds", () => {
    const expected = publishedOutputs().computed_from_file;
    expect(run.count("winlogbeat")).toBe(expected.events);
    expect(run.count("WINLOGBEAT_STREAM_REKEY")).toBe(904);
    expect(run.count("SYSMON_PROCESS_CREATE")).toBe(expected.sysmon_process_create);
    expect(run.count("SYSMON_NETWORK_CONNECT")).toBe(expected.sysmon_network_connect);
    expect(run.count("SYSMON_JOIN")).toBe(expected.join_rows_by_process_guid);
    const guids = new Set(run.topic("SYSMON_JOIN").rows.map((row) => row["N_PROCESS_GUID"]));
    expect(guids.size).toBe(expected.join_process_guids);
  });

  test("columns on both sides of the join carry their alias, the others do not", () => {
    const names = Object.keys(run.topic("SYSMON_JOIN").rows[0] ?? {});
    expect(names).toHaveLength(30);
    expect(names).toEqual(expect.arrayContaining(["N_USER_ACCOUNT", "N_PROCESS_GUID", "SRC_HOST_NAME"]));
    expect(names).toEqual(expect.arrayContaining(["PROCESS_COMMAND_LINE", "PARENT_PROCESS_COMMAND_LINE"]));
  });

  test("rows are keyed by process and carry the connection's time", () => {
    const { records, rows } = run.topic("SYSMON_JOIN");
    for (const [i, row] of rows.entries()) {
      expect(records[i]?.key).toBe(row["N_PROCESS_GUID"]);
      expect(records[i]?.timestamp).toBe(row["N_EVENT_DATE_CREATION"]);
    }
  });

  test("the optional queries print the two rows that the page prints, whatever their LIMIT leaves out", async () => {
    const { published } = publishedOutputs();
    for (const [i, text] of selects.slice(0, 3).entries()) {
      const limited = await run.query(text, 2);
      expect(limited.rows).toHaveLength(2);
      const unlimited = await run.query(text.replace(/\s*\\?\s*LIMIT 2/, ""), counts[i] ?? 0);
      expect(unlimited.rows.slice(0, 2)).toEqual(limited.rows);
      expect(unlimited.rows).toEqual(expect.arrayContaining([...(published[i]?.rows ?? [])]));
    }
  });

  /** Rows of the queries without LIMIT: both kinds of events, processes, connections. */
  const counts = [622, 195, 427];

  test("the sample of the processes is the page's row for row: the first two of the file", async () => {
    expect((await run.query(selects[1] ?? "", 2)).rows).toEqual(publishedOutputs().published[1]?.rows);
  });

  test("all published rows of the join are among ours, as far as the page prints them", async () => {
    const listing = publishedOutputs().published[3];
    const { columns, rows } = await run.query(selects[3] ?? "", 152);
    expect(columns.at(-1)).toBe("N_USER_ACCOUNT");
    expect(rows).toHaveLength(152);
    for (const printed of listing?.rows ?? []) {
      const found = rows.filter((row) =>
        printed.every((cell, i) => startsWithCell(row[i], cell, i === printed.length - 1)),
      );
      expect(found, printed.join(" | ")).not.toEqual([]);
    }
  });

  test("statistics account for every event that led to no row", () => {
    const rekey = run.statistics("WINLOGBEAT_STREAM_REKEY");
    expect(rekey.consumed.messages).toBe(1141);
    expect(rekey.dropped).toEqual([{ reason: "filtered", count: 237, unexpected: false }]);
    const join = run.statistics("SYSMON_JOIN");
    expect(join.dropped).toEqual([{ reason: "unmatched", count: 275, unexpected: true }]);
    expect(join.notes).toEqual({
      "unmatched: no row for the key so far": 275,
      "matched though the table's row is younger by event time": 1,
    });
  });

  test("in event-time order one row less matches, and the statistics say which", async () => {
    await using other = await RecipeRun.open();
    other.createTopic("winlogbeat");
    await other.ingest(await readableEvents(RECIPE_EVENTS));
    const statements = publishedStatements().filter((statement) => !isSelect(statement));
    await other.execute(["SET 'spoor.join.order' = 'event-time';", ...statements]);
    await other.drain();
    expect(other.count("SYSMON_JOIN")).toBe(151);
    expect(other.statistics("SYSMON_JOIN").notes).toEqual({
      "unmatched: no row for the key so far": 275,
      "unmatched: the table's row is younger by event time": 1,
    });
  });
});

/** The page cuts long lines off: its last cell may be the beginning of ours. */
function startsWithCell(value: unknown, cell: string, isLast: boolean): boolean {
  return isLast ? String(value).startsWith(cell) : value === cell;
}
