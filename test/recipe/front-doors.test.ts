/** The published recipe through every way a hunter runs it: each with a server and commands in processes of their own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isSelect } from "./recipe-run.ts";
import {
  publishedOutputs,
  publishedStatements,
  RECIPE_EVENTS,
  sharedIsMissing,
  sharedNote,
} from "./shared-events.ts";
import { ServeProcess, spoor } from "./spoor-command.ts";
import type { CommandResult } from "./spoor-command.ts";

const SLOW_MS = 60_000;
const JOIN_QUERY = "SELECT N_USER_ACCOUNT, DST_IP_ADDR FROM SYSMON_JOIN EMIT CHANGES;";

function definitions(): string {
  return publishedStatements()
    .filter((statement) => !isSelect(statement))
    .join("\n");
}

/** The page's text: statements with prompts and backslashes, its four queries among them. */
function whole(): string {
  return publishedStatements().join("\n\n");
}

describe.skipIf(sharedIsMissing)(`the recipe through the front doors (${sharedNote})`, () => {
  let folder: string;
  let server: ServeProcess;
  let script: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "spoor-doors-"));
    script = join(folder, "recipe.sql");
    writeFileSync(script, definitions());
    server = await ServeProcess.start(join(folder, "data"));
  }, SLOW_MS);
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  function ingest(): Promise<CommandResult> {
    return spoor([
      "ingest",
      RECIPE_EVENTS,
      "--topic",
      "winlogbeat",
      "--create",
      "--json",
      "--server",
      server.url,
    ]);
  }

  function sql(args: readonly string[], stdin?: string): Promise<CommandResult> {
    return spoor(["sql", "--server", server.url, ...args], stdin);
  }

  async function expectRecipeRan(): Promise<void> {
    await server.untilCount("SYSMON_JOIN", 152);
    const counts = await server.topicCounts();
    expect(counts).toMatchObject({
      winlogbeat: 1141,
      WINLOGBEAT_STREAM_REKEY: 904,
      SYSMON_PROCESS_CREATE: 195,
      SYSMON_NETWORK_CONNECT: 427,
      SYSMON_JOIN: 152,
    });
  }

  test(
    "spoor sql --file runs the page's statements and prints the page's rows",
    { timeout: SLOW_MS },
    async () => {
      const loaded = await ingest();
      expect(loaded).toMatchObject({ code: 0 });
      writeFileSync(script, whole());
      const ran = await sql(["--file", script, "--json", "--query-row-limit", "152"]);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      await expectRecipeRan();
      const rows = ran.stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      for (const row of publishedOutputs().published[1]?.rows ?? []) {
        const [PROCESS_PATH, FILE_DESCRIPTION, USER_ACCOUNT] = row;
        expect(rows).toContainEqual({ PROCESS_PATH, FILE_DESCRIPTION, USER_ACCOUNT });
      }
      expect(rows.filter((row) => "N_USER_ACCOUNT" in row)).toHaveLength(152);
    },
  );

  test("the page pasted into spoor sql runs as it stands", { timeout: SLOW_MS }, async () => {
    await ingest();
    const ran = await sql(["--query-row-limit", "152"], whole());
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("N_USER_ACCOUNT");
    expect(ran.stdout).toContain("AntiMalware Definition Update");
    await expectRecipeRan();
  });

  test(
    "RUN SCRIPT runs a file of it before there is a topic, and events are joined as they come",
    { timeout: SLOW_MS },
    async () => {
      const missing = await sql(["-e", "RUN SCRIPT 'no-such-file.sql';"]);
      expect(missing.code).toBe(1);
      expect(missing.stderr).toContain("no-such-file.sql");
      const ran = await sql(["-e", `RUN SCRIPT '${script}';`]);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      expect((await ingest()).code).toBe(0);
      await expectRecipeRan();
    },
  );

  test("-e asks for the join's rows, as a table or as JSON lines", { timeout: SLOW_MS }, async () => {
    await ingest();
    expect((await sql(["--file", script])).code).toBe(0);
    await expectRecipeRan();
    const asked = ["--set", "auto.offset.reset=earliest", "--query-row-limit", "152", "-e", JOIN_QUERY];
    const json = await sql(["--json", ...asked]);
    expect(json.code).toBe(0);
    const rows = json.stdout.split("\n").filter((line) => line.includes("N_USER_ACCOUNT"));
    expect(rows).toHaveLength(152);
    expect(JSON.parse(rows[0] ?? "")).toEqual({
      N_USER_ACCOUNT: "NT AUTHORITY\\SYSTEM",
      DST_IP_ADDR: "40.83.74.46",
    });
    const table = await sql(asked);
    expect(table.stdout).toContain("N_USER_ACCOUNT");
    expect(table.stdout.split("\n").filter((line) => line.includes("40.83.74.46")).length).toBeGreaterThan(0);
  });

  test(
    "headless: serve --queries-file runs it at every start, and takes no other statements",
    { timeout: SLOW_MS },
    async () => {
      expect(await server.stop()).toBe(0);
      for (const start of [1, 2]) {
        server = await ServeProcess.start(join(folder, "headless"), "--queries-file", script);
        if (start === 1) expect((await ingest()).code).toBe(0);
        await expectRecipeRan();
        const refused = await sql(["-e", "DROP STREAM SYSMON_JOIN;"]);
        expect(refused.code, `start ${start}`).toBe(1);
        const asked = await sql([
          "--json",
          "--query-row-limit",
          "3",
          "--set",
          "auto.offset.reset=earliest",
          "-e",
          JOIN_QUERY,
        ]);
        expect(asked.stdout.split("\n").filter((line) => line.includes("N_USER_ACCOUNT"))).toHaveLength(3);
        expect(await server.stop()).toBe(0);
      }
    },
  );

  test("a restarted server has everything as it was", { timeout: SLOW_MS }, async () => {
    await ingest();
    await sql(["--file", script]);
    await expectRecipeRan();
    const before = await sql(["--json", "-e", "SHOW QUERIES;"]);
    expect(await server.stop()).toBe(0);
    server = await ServeProcess.start(join(folder, "data"));
    await expectRecipeRan();
    expect(await sql(["--json", "-e", "SHOW QUERIES;"])).toEqual(before);
  });
});
