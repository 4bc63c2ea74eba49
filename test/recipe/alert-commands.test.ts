/** `spoor alerts` as a hunter uses it, against a server with the lab's events. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInMemory } from "../../src/cli/fake-world.ts";
import { startServer } from "../../src/cli/server-launcher.ts";
import type { RunningServer } from "../../src/cli/server-launcher.ts";

let folder: string;
let server: RunningServer;

function start(): Promise<RunningServer> {
  return startServer({
    dataDir: join(folder, "data"),
    http: { host: "127.0.0.1", port: 0 },
    kafkaListen: undefined,
    queriesFile: undefined,
    properties: {},
    log: "silent",
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "spoor-desk-"));
  server = await start();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function spoor(...words: readonly string[]) {
  return runInMemory([...words, "--server", server.url], { env: { USER: "ann" }, workingDirectory: folder });
}

type Row = Readonly<Record<string, unknown>>;

function jsonLines(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

async function cases(...flags: readonly string[]): Promise<Row[]> {
  return jsonLines((await spoor("alerts", "list", "--json", ...flags)).stdout);
}

/** A case of the lab's attack, by a part of its title. */
async function caseOf(title: string): Promise<string> {
  const [found] = await cases("--state", "all", "--rule", title);
  return found!["CASE_ID"] as string;
}

test("without a desk the commands say how to make one", async () => {
  const { code, stderr } = await spoor("alerts");
  expect(code).toBe(1);
  expect(stderr).toContain("DESK_NOT_SET_UP: this server has no alert desk");
  expect(stderr).toContain("spoor alerts init --topic winlogbeat");
});

test("init makes the desk once, feeds it from further topics, and follow shows what people are told", async () => {
  await spoor("generate", "--events", "6000", "--topic", "winlogbeat");
  const made = await spoor("alerts", "init");
  expect(made.stderr).toContain("made 7 sources");
  const again = await spoor("alerts", "init", "--topic", "winlogbeat");
  expect(again.stderr).toContain("nothing has changed");
  expect(again.stderr).not.toContain("--group-by");
  const regrouped = await spoor("alerts", "init", "--group-by", "HOST");
  expect(regrouped.stderr).toContain("! --group-by and --suppress count when a desk is made");
  const other = await spoor("alerts", "init", "--topic", "other");
  expect(other.stderr).toContain("made 1 source: OTHER_EVENTS");
  const followed = await spoor("alerts", "follow", "--from-beginning", "--limit", "5");
  expect(followed.code).toBe(0);
  expect(followed.stdout).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}(?:high|medium) +opened {5}[0-9a-f]{6,} {2}.+ on .+$/m,
  );
  const grave = await spoor(
    "alerts",
    "follow",
    "--from-beginning",
    "--limit",
    "3",
    "--level",
    "high",
    "--json",
  );
  expect(jsonLines(grave.stdout).map(({ LEVEL }) => LEVEL)).toEqual(["high", "high", "high"]);
});

test("list filters, and tells what it leaves out", async () => {
  const all = await cases("--state", "all");
  expect(all.length).toBeGreaterThan(5);
  const high = await cases("--level", "high");
  expect(high.length).toBeLessThan(all.length);
  expect(new Set(high.map(({ LEVEL }) => LEVEL))).toEqual(new Set(["high"]));
  expect(await cases("--host", "no such host")).toEqual([]);
  const few = await spoor("alerts", "list", "--limit", "2");
  expect(few.stderr).toContain(`2 cases; ${all.length - 2} more with --limit`);
  expect(few.stdout).toMatch(/Case +\| Level +\| State/);
});

test("what people do is confirmed with the case as it then is, and shown with the case", async () => {
  const id = await caseOf("WMI Provider Host");
  const acknowledged = await spoor(
    "alerts",
    "ack",
    id.slice(0, 8),
    "-m",
    "it's ${known}; DROP STREAM ALERTS;",
  );
  expect([acknowledged.code, acknowledged.stdout]).toEqual([0, ""]);
  expect(acknowledged.stderr).toContain(`${id}  WMI Provider Host Starts a Shell or Script Host on`);
  expect(acknowledged.stderr).toContain("acknowledged, ann said: it's ${known}; DROP STREAM ALERTS;");
  await spoor("alerts", "assign", id, "--to", "bob", "--by", "carl");
  await spoor("alerts", "mute", id, "--until", "2031-01-01", "-m", "cleaning");
  await spoor("alerts", "comment", id, "two", "words");
  const shown = await spoor("alerts", "show", id);
  expect(shown.stdout).toContain("acknowledged, muted until 2031-01-01 00:00:00Z");
  expect(shown.stdout).toMatch(/Assignee +bob/);
  expect(shown.stdout).toMatch(
    /History\n {2}.*told: opened, high, WMI Provider.*\n.*ann: acknowledge: it's \$\{known\}/,
  );
  expect(shown.stdout).toContain("carl: assign bob");
  expect(shown.stdout).toContain("ann: two words");
  expect(shown.stdout).toMatch(/Why\n {2}.+WmiPrvSE\.exe/);
  expect(shown.stdout).toMatch(/Newest event\n {2}\{\n {4}"/);
  const json = jsonLines((await spoor("alerts", "show", id, "--json")).stdout)[0]!;
  expect(json).toMatchObject({ STATE: "acknowledged", ASSIGNEE: "bob", COMMENTS: [{}, {}, {}] });
});

test("several cases at once; what the desk refuses is the exit code 1", async () => {
  const ids = (await cases("--rule", "PowerShell")).map(({ CASE_ID }) => CASE_ID as string);
  expect(ids.length).toBeGreaterThan(1);
  const closed = await spoor("alerts", "close", ...ids, "--json");
  expect(jsonLines(closed.stdout).map(({ CASE_ID, STATE }) => [CASE_ID, STATE])).toEqual(
    ids.map((id) => [id, "closed"]),
  );
  const refused = await spoor("alerts", "ack", ids[0]!);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `refused: case '${ids[0]!}' is closed; reopen it first\n`,
  ]);
  expect((await spoor("alerts", "list")).stderr).toContain(`${ids.length} in other states with --state all`);
  const opened = await spoor("alerts", "reopen", ids[0]!);
  expect(opened.stderr).toMatch(/: open\n$/);
});

test("mutes of hosts and rules are listed, hide what comes, and end", async () => {
  const muted = await spoor(
    "alerts",
    "mute",
    "--rule",
    "Any Rule",
    "--host",
    "ws01",
    "--for",
    "4h",
    "-m",
    "patching",
  );
  expect(muted.stderr).toContain("muted rule 'Any Rule', host 'ws01' until 2026-03-02 04:00:00Z");
  const listed = await spoor("alerts", "mutes");
  expect(listed.stdout).toMatch(/Any Rule \| ws01 \| any +\| 2026-03-02 04:00:00Z \| 0 +\| ann \| patching/);
  expect((await spoor("alerts", "unmute", "--rule", "any rule", "--host", "WS01")).code).toBe(0);
  expect((await spoor("alerts", "mutes")).stderr).toContain("0 mutes");
  expect((await spoor("alerts", "unmute", "--host", "ws01")).stderr).toBe(
    "refused: there is no mute of host 'ws01'\n",
  );
});

test.each([
  [["ack", "zzzz"], "there is no case 'zzzz'"],
  [["ack", ""], "there is no case ''"],
  [["mute"], "needs cases, or --rule, --host and --user"],
  [["mute", "abc", "--host", "ws01", "--for", "1h"], "both were given"],
  [["mute", "--host", "ws01"], "needs --for SPAN or --until TIME"],
  [["mute", "--host", "ws01", "--for", "4 fortnights"], "--for can't be '4 fortnights'"],
  [["assign", "abc"], "needs --to NAME or --nobody"],
  [["init", "--suppress", "long"], "--suppress can't be 'long'"],
])("wrong: alerts %j", async (words, message) => {
  const { code, stderr } = await spoor("alerts", ...words);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain(message);
});

test("the desk is the same after a restart of the server", async () => {
  const before = await cases("--state", "all");
  await server.close();
  server = await start();
  expect(await cases("--state", "all")).toEqual(before);
  const id = await caseOf("WMI Provider Host");
  expect((await spoor("alerts", "unmute", id)).stderr).toMatch(/: acknowledged\n$/);
  expect((await spoor("alerts", "show", id)).stdout).toContain("told: opened, high");
});
