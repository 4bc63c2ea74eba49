import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runInMemory } from "../fake-world.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-model-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const spoor = (...argv: string[]) => runInMemory(["model", ...argv], { workingDirectory: folder });

const EVENT = JSON.stringify({
  "@timestamp": "2026-03-01T10:00:00Z",
  log_name: "Microsoft-Windows-Sysmon/Operational",
  source_name: "Microsoft-Windows-Sysmon",
  event_id: 1,
  computer_name: "ws1",
  event_data: { Image: "C:\\Windows\\System32\\wmic.exe", Novel: "x" },
});

const OWN_MAPPING = `provider: Own-Agent
columns:
  own_score: int, what the agent thinks of it
fields:
  Score: own_score
`;

test("list: providers with their events, silver tables with their columns", async () => {
  const text = await spoor();
  expect(text.stdout).toMatch(/Microsoft-Windows-Sysmon +\| \d+ +\| \d+ +\| sysmon\.yaml/);
  expect(text.stdout).toMatch(/ Process +\| \d+ +\| /);
  const lines = (await spoor("list", "--json")).stdout.trim().split("\n");
  const tables = lines.map((line) => JSON.parse(line) as { kind: string; name?: string });
  expect(tables.filter(({ kind }) => kind === "table").map(({ name }) => name)).toContain("Network");
});

test("columns: by their beginning or their table, with what fills them", async () => {
  const { stdout } = await spoor("columns", "process_path");
  expect(stdout).toContain("process_path | VARCHAR | full path of the process's program");
  expect(stdout).toMatch(/\d+ more/);
  const ofTable = (await spoor("columns", "dst_ip", "--table", "network", "--json")).stdout
    .trim()
    .split("\n");
  expect(ofTable.map((line) => (JSON.parse(line) as { name: string }).name)).toContain("dst_ip_addr");
  const wrong = await spoor("columns", "--table", "Netwrk");
  expect([wrong.code, wrong.stderr.includes("did you mean 'Network'?")]).toEqual([2, true]);
});

test("explain: an event of a file, a kind of event, and what is neither", async () => {
  writeFileSync(join(folder, "e.json"), `{"no":"event"}\n${EVENT}\n`);
  const file = await spoor("explain", "e.json");
  expect(file.stdout).toContain("Microsoft-Windows-Sysmon/1: silver table 'Process'");
  expect(file.stdout).toMatch(
    /process_path +\| C:\\+Windows\\+System32\\+wmic\.exe +\| data\.Image +\| payload +\| sysmon\.yaml:\d+/,
  );
  expect(file.stderr).toBe("1 line passed over that hold no event\n");
  const json = JSON.parse((await spoor("explain", "e.json", "--json")).stdout) as { columns: unknown[] };
  expect(json.columns).toContainEqual(
    expect.objectContaining({ column: "Novel", value: "x", kind: "unmapped" }),
  );
  expect((await spoor("explain", "e.json", "--event-id", "3")).code).toBe(1);
  const kind = await spoor("explain", "microsoft-windows-sysmon/3");
  expect(kind.stdout).toContain("silver table 'Network'");
  expect(kind.stdout).toMatch(/DestinationIp +\| dst_ip_addr/);
  expect((await spoor("explain", "Microsoft-Windows-Sysmn/3")).stderr).toContain("did you mean");
  expect((await spoor("explain", "nothing")).stderr).toContain("no file and no kind of event");
});

test("lint and own mappings: a good file is taken, what is wrong is shown with its line", async () => {
  mkdirSync(join(folder, "own"));
  writeFileSync(join(folder, "own/agent.yaml"), OWN_MAPPING);
  expect(await spoor("lint", "own/agent.yaml")).toMatchObject({ code: 0, stderr: "0 errors, 0 warnings\n" });
  expect((await spoor("columns", "own_", "--mappings", "own")).stdout).toContain("own_score");
  writeFileSync(join(folder, "bad.yaml"), OWN_MAPPING.replace("Score: own_score", "Score: own_scor"));
  const bad = await spoor("lint", "bad.yaml");
  expect([bad.code, bad.stdout.includes("own_scor"), bad.stderr]).toEqual([3, true, "1 error, 0 warnings\n"]);
});
