/** Backtests over event files and a lake: the same hits, by day, host and value. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processEvent, ruleText, SampleFolder, WHOAMI_ID, WHOAMI_RULE } from "../scan/sample-scan.ts";
import { pastTime } from "./past-time.ts";

const NEVER = ruleText({
  title: "Never",
  id: "id-never",
  detection: ["s:", "  Image|endswith: nothing.exe", "condition: s"],
});
const MANY = `title: Many Whoamis
id: id-many
correlation:
  type: event_count
  rules: [${WHOAMI_ID}]
  group-by: [Computer]
  timespan: 1h
  condition: { gte: 3 }
`;

function parent(name: string): Record<string, string> {
  return { ParentImage: `C:\\x\\${name}.exe` };
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = new SampleFolder(mkdtempSync(join(tmpdir(), "spoor-backtest-")));
  folder.write("rules.yml", `${WHOAMI_RULE}---\n${NEVER}---\n${MANY}`);
  folder.write(
    "events.json",
    [
      processEvent("whoami", { time: "2026-02-01T10:00:00.000Z", recordId: 1, data: parent("cmd") }),
      processEvent("whoami", { time: "2026-02-27T10:00:00.000Z", recordId: 2, data: parent("deploy") }),
      processEvent("whoami", { time: "2026-02-27T10:10:00.000Z", recordId: 3, data: parent("deploy") }),
      processEvent("harmless", { time: "2026-02-27T10:11:00.000Z", recordId: 4 }),
      processEvent("whoami", {
        time: "2026-02-27T10:20:00.000Z",
        recordId: 5,
        host: "WS1",
        data: parent("cmd"),
      }),
      processEvent("whoami", {
        time: "2026-03-01T23:59:59.999Z",
        recordId: 6,
        host: "WS2",
        data: parent("deploy"),
      }),
      processEvent("x", { time: "2026-03-01T23:59:59.999Z", recordId: 7, channel: "Other", eventId: 9 }),
    ].join("\n"),
  );
  await folder.run(["lake", "load", "events.json"]);
}, 30_000);
afterAll(() => rmSync(folder.path, { recursive: true }));

interface Line {
  readonly kind: string;
  readonly hits: number;
  readonly [name: string]: unknown;
}

async function backtest(...argv: readonly string[]): Promise<Line[]> {
  const run = await folder.run(["backtest", ...argv, "--rules", "rules.yml", "--json"]);
  expect(run.stderr).toBe("");
  return run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe.each([
  ["over event files", ["--files", "events.json"]],
  ["over a lake", ["--lake", "lake"]],
])("a backtest %s", (_, from) => {
  test("counts hits by day, host and value, with examples that say why", async () => {
    const [result, summary] = await backtest("whoami execution", ...from, "--examples", "1");
    expect(result).toMatchObject({
      rule: { id: WHOAMI_ID },
      hits: 5,
      hitsADay: 0.17,
      first: "2026-02-01T10:00:00.000Z",
      last: "2026-03-01T23:59:59.999Z",
      days: [
        { value: "2026-02-01", count: 1 },
        { value: "2026-02-27", count: 3 },
        { value: "2026-03-01", count: 1 },
      ],
      hosts: [
        { value: "WS1", count: 4 },
        { value: "WS2", count: 1 },
      ],
      fields: { ParentImage: [{ value: String.raw`C:\x\deploy.exe`, count: 3 }, { count: 2 }] },
      examples: [{ recordId: 1, reasons: [{ field: "Image" }, { selection: "filter" }] }],
    });
    expect(summary).toMatchObject({ kind: "summary", rules: 1, rulesThatHit: 1, hits: 5, untimed: 0 });
  });

  const hitsIn = async (...range: readonly string[]): Promise<number> =>
    (await backtest(WHOAMI_ID, ...from, ...range))[0]!.hits;

  test("takes the time that is asked for, to the millisecond, without its end", async () => {
    expect(await hitsIn("--since", "30d")).toBe(5);
    expect(await hitsIn("--since", "5d")).toBe(4);
    expect(await hitsIn("--since", "1d")).toBe(1);
    expect(await hitsIn("--since", "2026-02-27T10:10:00Z", "--until", "2026-02-27T10:20:00Z")).toBe(1);
    expect(await hitsIn("--since", "2026-02-27T10:10:00.001Z", "--until", "2026-03-01")).toBe(1);
    expect(await hitsIn("--until", "2026-02-27")).toBe(1);
  });

  test("tells what exclusions would leave out, each and together", async () => {
    const exclusions = [
      "--exclude",
      String.raw`ParentImage endswith \deploy.exe`,
      "--exclude-field",
      "Computer=WS1",
    ];
    const [result] = await backtest(
      WHOAMI_ID,
      ...from,
      ...exclusions,
      "--exclude-field",
      "ParentImage|contains=cmd",
    );
    expect(result).toMatchObject({
      hits: 5,
      exclusions: [
        { text: String.raw`ParentImage endswith \deploy.exe`, leavesOut: 3 },
        { text: "Computer WS1 and ParentImage contains cmd", leavesOut: 2 },
      ],
      left: 0,
    });
  });

  test("correlations run with the rules they need; rules that are named tell their own hits besides", async () => {
    const [many, summary] = await backtest("many whoamis", ...from);
    expect(many).toMatchObject({
      hits: 1,
      first: "2026-02-27T10:20:00.000Z",
      fields: { Computer: [{ value: "WS1" }] },
    });
    expect(summary).toMatchObject({ rules: 1, lateHits: 0 });
    expect((await backtest("--all", ...from)).map(({ hits }) => hits)).toEqual([5, 0, 1, 6]);
  });
});

test("of a lake only the days that are asked for are read, and only kinds of events that rules are for", async () => {
  const [, summary] = await backtest(WHOAMI_ID, "--since", "2026-03-01");
  expect(summary).toMatchObject({
    events: 1,
    lake: { tables: 1, files: 4, filesRead: 2, rows: 2, first: "2026-03-01T23:59:59.999Z", unreadable: 0 },
  });
});

test("for people: what hit, what an exclusion would leave out, what did not hit", async () => {
  const run = await folder.run(["backtest", "--all", "--rules", "rules.yml", "--files", "events.json"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain(
    "Whoami Execution  high  11111111-1111-4111-8111-111111111111\n  5 hits on 2 hosts, about 0.17 a day, ",
  );
  expect(run.stdout).toContain(String.raw`3  of 5: --exclude 'ParentImage endswith \deploy.exe'`);
  expect(run.stdout).toContain("no hit: 1 rule\n  Never\n");
});

test("a disabled rule can be tried before it is enabled again", async () => {
  await folder.run(["rules", "import", "rules.yml"]);
  await folder.run(["rules", "disable", WHOAMI_ID]);
  const run = await folder.run(["backtest", "11111111", "--files", "events.json", "--json"]);
  expect(JSON.parse(run.stdout.split("\n")[0]!)).toMatchObject({ hits: 5 });
  rmSync(join(folder.path, "spoor-rules"), { recursive: true });
});

test.each([
  [["nothing"], "RULES_UNKNOWN"],
  [[], "CLI_BAD_ARGUMENTS"],
  [["whoami execution", "--since", "soon"], "BACKTEST_BAD_TIME"],
  [["whoami execution", "--exclude", "x"], "RULES_CANNOT_TUNE"],
  [["whoami execution", "--lake", "lake", "--topic", "other"], "BACKTEST_NO_BRONZE"],
])("%j is refused: %s", async (argv, code) => {
  const run = await folder.run(["backtest", ...argv, "--rules", "rules.yml"]);
  expect([run.code, run.stderr.split(":")[0]]).toEqual([2, `error ${code}`]);
});

test("times of the past", () => {
  const now = Date.UTC(2026, 2, 2);
  expect(pastTime("12h", "--since", now)).toBe(now - 12 * 3_600_000);
  expect(pastTime("2w", "--since", now)).toBe(now - 14 * 86_400_000);
  expect(pastTime("2026-03-01 10:00", "--since", now)).toBe(Date.UTC(2026, 2, 1, 10));
  expect(pastTime("2026-03-01T10:00:00+02:00", "--since", now)).toBe(Date.UTC(2026, 2, 1, 8));
});
