import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CompletionsResponse } from "../../api/spoor-endpoints.ts";
import { ManualClock } from "../../base/clock.ts";
import { FakeQuery, rowOf } from "../../server/fake-service.ts";
import { MemoryIo, runInMemory, startFakeServer } from "../fake-world.ts";
import type { FakeRun, FakeServer } from "../fake-world.ts";
import { PromptCompleter } from "./prompt-completer.ts";

/** A terminal with somebody at it. */
class Typist extends MemoryIo {
  readonly keys = new PassThrough();
  shown = "";

  constructor() {
    super();
    this.stdin = this.keys;
    this.stdinIsTerminal = true;
    this.promptStream.on("data", (chunk: Buffer) => {
      this.shown += chunk.toString("utf8");
    });
  }

  type(text: string): void {
    this.keys.write(text);
  }

  async sees(text: string): Promise<void> {
    await expect.poll(() => this.shown + this.stdout + this.stderr, { timeout: 5000 }).toContain(text);
  }
}

const ENTER = "\r";
const TAB = "\t";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const UP = "\u001b[A";

let server: FakeServer;
let folder: string;
let io: Typist;
let session: Promise<FakeRun>;

beforeEach(async () => {
  server = await startFakeServer();
  folder = mkdtempSync(join(tmpdir(), "spoor-prompt-"));
  server.service.checkProperty = () => undefined;
  server.service.execution = ({ text }) => {
    if (text.includes("BAD")) throw new Error("a bad statement");
    return [{ "@type": "assert_topic", statementText: text, warnings: [], topicName: text, exists: true }];
  };
  const names: CompletionsResponse = {
    sources: [
      { name: "SYSMON_JOIN", kind: "stream", columns: [{ name: "PROCESS_PATH", type: "STRING" }] },
      { name: "OTHER", kind: "table", columns: [{ name: "PROCESS_ID", type: "STRING" }] },
    ],
    functions: ["PI"],
    topics: ["winlogbeat"],
    types: [],
    queries: ["CSAS_A_1"],
    properties: ["auto.offset.reset", "ksql.dialect"],
  };
  Object.assign(server.service, { completions: () => names });
  io = new Typist();
  session = runInMemory(["sql", "--server", server.url, "--history-file", join(folder, "history")], { io });
  await io.sees("spoor> ");
});

afterEach(async () => {
  io.keys.end();
  await session;
  rmSync(folder, { recursive: true });
  await server.close();
});

test("a statement over several lines runs at its ';' and is one entry of the history", async () => {
  io.type(`SHOW -- which?${ENTER}  STREAMS;${ENTER}`);
  await io.sees("Topic SHOW -- which?\n  STREAMS; exists.");
  io.type(`${UP}${ENTER}`);
  await io.sees("Topic SHOW STREAMS; exists.");
  io.type(CTRL_D);
  expect((await session).code).toBe(0);
  expect(readFileSync(join(folder, "history"), "utf8")).toBe("SHOW STREAMS;\n");
});

test("a paste runs statement by statement; an error does not end the prompt", async () => {
  io.type(`ksql> SHOW \\${ENTER}  TOPICS;${ENTER}ksql> SHOW BAD;${ENTER}SHOW TABLES;${ENTER}`);
  await io.sees("Topic SHOW TABLES; exists.");
  expect(io.stderr).toContain("a bad statement");
  expect(server.service.asked).toHaveLength(3);
});

test("Ctrl-C ends a running query, and the prompt comes back", async () => {
  const query = new FakeQuery([[rowOf('["a",1]')]], "wait");
  server.service.query = () => query;
  io.type(`SELECT * FROM S EMIT CHANGES;${ENTER}`);
  await io.sees("|a    |");
  io.type(CTRL_C);
  await io.sees("Query terminated");
  io.type(`SHOW TYPES;${ENTER}`);
  await io.sees("Topic SHOW TYPES; exists.");
});

test("Ctrl-C clears what is typed; twice on nothing leaves", async () => {
  io.type(`SELECT${ENTER}* FR`);
  await io.sees("* FR");
  io.type(CTRL_C);
  await io.sees("^C");
  io.type(CTRL_C);
  await io.sees("Ctrl-C again");
  io.type(CTRL_C);
  const run = await session;
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("Exiting.");
  expect(server.service.asked).toEqual([]);
});

test("the prompt's own commands", async () => {
  io.type(`help${ENTER}`);
  await io.sees("run script '<file>'");
  io.type(`set cli column-width 12;${ENTER}set cli;${ENTER}`);
  await io.sees(" COLUMN-WIDTH | 12");
  io.type(`set cli colour 3${ENTER}`);
  await io.sees("'set cli colour 3' sets nothing");
  io.type(`output jsn${ENTER}`);
  await io.sees("did you mean 'json'?");
  io.type(`version${ENTER}`);
  await io.sees("CLI v0.0.0, server v1 at");
  io.type(`server 127.0.0.1:1${ENTER}`);
  await io.sees("no server answers at http://127.0.0.1:1");
  io.type(`server${ENTER}`);
  await io.sees(`${server.url}\n`);
  io.type(`history${ENTER}`);
  await io.sees("3  set cli;");
  io.type(`quit${ENTER}`);
  expect((await session).code).toBe(0);
});

test("Tab completes what the grammar and the server know", async () => {
  io.type(`SELECT PROCESS_P${TAB}`);
  await io.sees("SELECT PROCESS_PATH");
  io.type(` FROM SYS${TAB}`);
  await io.sees("FROM SYSMON_JOIN");
});

test("columns of the sources that are named come first; keywords follow the case; without a server keywords remain", async () => {
  const names: CompletionsResponse = server.service.completions();
  const completer = new PromptCompleter(async () => names, new ManualClock());
  expect(await completer.complete("SELECT * FROM SYSMON_JOIN\n", "WHERE PROC")).toEqual([
    ["PROCESS_PATH"],
    "PROC",
  ]);
  expect(await completer.complete("", "SELECT PROC")).toEqual([["PROCESS_ID", "PROCESS_PATH"], "PROC"]);
  expect(await completer.complete("", "SELECT P")).toEqual([["PI(", "PROCESS_ID", "PROCESS_PATH"], "P"]);
  expect((await completer.complete("", "sel"))[0]).toEqual(["select"]);
  expect((await completer.complete("", "ou"))[0]).toEqual(["output"]);
  expect((await completer.complete("", "TERMINATE CS"))[0]).toEqual(["CSAS_A_1"]);
  expect((await completer.complete("", "PRINT win"))[0]).toEqual(["winlogbeat"]);
  expect(await completer.complete("", "SET 'auto")).toEqual([["auto.offset.reset'"], "auto"]);
  const alone = new PromptCompleter(() => Promise.reject(new Error("no server")), new ManualClock());
  expect((await alone.complete("", "SELECT CA"))[0]).toEqual(["CASE", "CAST"]);
});
