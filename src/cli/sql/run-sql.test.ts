import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KsqlEntity } from "../../api/entities.ts";
import { StatementFailure } from "../../app/statement-failure.ts";
import { parseStatements } from "../../sql/parser.ts";
import { FakeQuery, rowOf } from "../../server/fake-service.ts";
import { MemoryIo, runInMemory, startFakeServer } from "../fake-world.ts";
import type { FakeServer } from "../fake-world.ts";

let server: FakeServer;
let folder: string;

beforeEach(async () => {
  server = await startFakeServer();
  folder = mkdtempSync(join(tmpdir(), "spoor-sql-"));
  server.service.checkProperty = () => undefined;
  server.service.execution = ({ text }) =>
    parseStatements(text).map((statement) => created(statement.span.start, text));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

function created(start: number, text: string): KsqlEntity {
  return {
    "@type": "currentStatus",
    statementText: text.slice(start, text.indexOf(";", start) + 1),
    warnings: [],
    commandId: "c",
    commandStatus: { status: "SUCCESS", message: `Created ${start}`, queryId: null },
    commandSequenceNumber: 0,
  };
}

function sql(argv: readonly string[], input = "") {
  const io = new MemoryIo();
  io.stdin = Readable.from([input]);
  return runInMemory(["sql", "--server", server.url, ...argv], { io, workingDirectory: folder });
}

const twoRows = () => new FakeQuery([[rowOf('["a",9007199254740993]'), rowOf('["b",null]', true)]]);

describe("rows", () => {
  test("are a table on stdout; the last words are on stderr", async () => {
    server.service.query = twoRows;
    const run = await sql(["-e", "SELECT * FROM S EMIT CHANGES LIMIT 2;"]);
    expect(run.stdout).toBe(
      [
        "+-----+----------------+",
        "|K    |               V|",
        "+-----+----------------+",
        "|a    |9007199254740993|",
        "|b    |     <TOMBSTONE>|",
        "+-----+----------------+",
        "",
      ].join("\n"),
    );
    expect(run.stderr).toBe("Limit Reached\nQuery terminated\n");
    expect(run.code).toBe(0);
  });

  test("--json: a line is an object by column name, all digits kept", async () => {
    server.service.query = twoRows;
    const run = await sql(["--json", "-e", "SELECT * FROM S EMIT CHANGES LIMIT 2;"]);
    expect(run.stdout).toBe('{"K":"a","V":9007199254740993}\n{"tombstone":true,"row":{"K":"b","V":null}}\n');
    expect(run.stderr).toBe("");
  });

  test("--query-row-limit ends a query that would go on", async () => {
    const query = new FakeQuery([[rowOf('["a",1]'), rowOf('["b",2]')]], "wait");
    server.service.query = () => query;
    const run = await sql(["--query-row-limit", "1", "-e", "SELECT * FROM S EMIT CHANGES;"]);
    expect(run.stdout).toContain("|a    |");
    expect(run.stdout).not.toContain("|b    |");
    await expect.poll(() => query.closed).toBe(true);
  });

  test("Ctrl-C ends the query, and the exit code says so", async () => {
    const interruption = new AbortController();
    const query = new FakeQuery([[rowOf('["a",1]')]], "wait");
    server.service.query = () => query;
    const io = new MemoryIo();
    const running = runInMemory(["sql", "--server", server.url, "-e", "SELECT * FROM S EMIT CHANGES;"], {
      io,
      interrupted: interruption.signal,
    });
    await expect.poll(() => io.stdout).toContain("|a    |");
    interruption.abort();
    const run = await running;
    expect(run.code).toBe(130);
    expect(run.stderr).toBe("Query terminated\n");
    await expect.poll(() => query.closed).toBe(true);
  });

  test("a query that fails after its first row is an error", async () => {
    server.service.query = () => new FakeQuery([[rowOf('["a",1]')]], new Error("disk gone"));
    const run = await sql(["-e", "SELECT * FROM S EMIT CHANGES;"]);
    expect(run.stdout).toContain("|a    |");
    expect(run.stderr).toContain("error INTERNAL: disk gone");
    expect(run.code).toBe(1);
  });
});

describe("statements", () => {
  test("that stand together go together; SET and DEFINE stay here and travel along", async () => {
    const text =
      "SET 'auto.offset.reset'='earliest'; DEFINE v='1'; CREATE TYPE A AS INT; CREATE TYPE B AS INT;";
    const run = await sql(["-e", `${text} UNSET 'auto.offset.reset'; DROP TYPE A;`]);
    expect(run.code).toBe(0);
    expect(server.service.asked).toEqual([
      {
        text: "CREATE TYPE A AS INT; CREATE TYPE B AS INT;",
        properties: { "auto.offset.reset": "earliest" },
        variables: { v: "1" },
      },
      { text: "DROP TYPE A;", properties: {}, variables: { v: "1" } },
    ]);
    expect(run.stderr).toContain("Successfully changed local property 'auto.offset.reset' to 'earliest'.");
    expect(run.stderr).toContain(
      "Successfully unset local property 'auto.offset.reset' (value was 'earliest').",
    );
    expect(run.stdout).toContain("CREATE TYPE A AS INT;\n Message");
  });

  test("--set and --define begin the session; SHOW VARIABLES is answered here", async () => {
    const run = await sql(["--set", "a.b=1", "--define", "x=y z", "-e", "SHOW VARIABLES; DROP TYPE A;"]);
    expect(run.stdout).toContain(" x             | y z ");
    expect(server.service.asked).toMatchObject([{ properties: { "a.b": "1" }, variables: { x: "y z" } }]);
  });

  test("an error of the server has its place in the file, not in the slice that was sent", async () => {
    server.service.execution = ({ text }) => {
      parseStatements(text);
      return [];
    };
    const file = join(folder, "bad.sql");
    writeFileSync(file, "SET 'a'='b';\n\nSHOW STREAMZ;\n");
    const run = await sql(["--file", file]);
    expect(run.stderr).toContain(`--> ${file}, line 3, column 6\n  3 | SHOW STREAMZ;\n    |      ^^^^^^^`);
    expect(run.stderr).toContain("did you mean 'STREAMS'?");
    expect(run.code).toBe(1);
  });

  test("answers before the failing statement are shown", async () => {
    server.service.execution = ({ text }) => {
      const error = server.service.asked.length === 1 ? new Error("no") : new Error("other");
      throw new StatementFailure(error, text, [created(0, text)]);
    };
    const run = await sql(["-e", "DROP TYPE A;"]);
    expect(run.stdout).toContain("Created 0");
    expect(run.stderr).toContain("error");
    expect(run.code).toBe(1);
  });

  test("a string that is never closed is shown where it begins, and nothing is sent", async () => {
    const run = await sql(["-e", "SHOW STREAMS; CREATE TYPE A AS 'x;"]);
    expect(run.stderr).toContain("error SQL_UNTERMINATED");
    expect(run.code).toBe(1);
    expect(server.service.asked).toEqual([]);
  });

  test("without a server: 4", async () => {
    const run = await runInMemory(["sql", "--server", "127.0.0.1:1", "-e", "SHOW STREAMS;"]);
    expect(run.stderr).toContain("hint: start one with 'spoor serve'");
    expect(run.code).toBe(4);
  });
});

describe("scripts and pipes", () => {
  test("RUN SCRIPT runs a file in the session; a circle of scripts ends with an error", async () => {
    writeFileSync(join(folder, "inner.sql"), "DEFINE v='in'; DROP TYPE A;");
    const run = await sql(["-e", "RUN SCRIPT 'inner.sql'; DROP TYPE B;"]);
    expect(run.code).toBe(0);
    expect(server.service.asked).toMatchObject([
      { text: "DROP TYPE A;" },
      { text: "DROP TYPE B;", variables: { v: "in" } },
    ]);
    writeFileSync(join(folder, "circle.sql"), "RUN SCRIPT 'circle.sql';");
    expect((await sql(["-f", "circle.sql"])).stderr).toContain("error CLI_SCRIPT_DEPTH");
    expect((await sql(["-f", "nowhere.sql"])).stderr).toContain("cannot read 'nowhere.sql'");
  });

  test("piped text may have prompts, backslashes and commands; the last statement may lack its ';'", async () => {
    const input = "ksql> DROP TYPE \\\n  A;\nksql> output json\nspoor> DROP TYPE B; DROP\nTYPE C";
    const run = await sql([], input);
    expect(run.stderr).toBe("Output format set to JSON\n");
    expect(run.code).toBe(0);
    const asked = server.service.asked as { text: string }[];
    expect(asked.map(({ text }) => text.trim())).toEqual([
      "DROP TYPE \\\n  A;",
      "DROP TYPE B;",
      "DROP\nTYPE C",
    ]);
    expect(run.stdout).toContain('"message": "Created 0"');
  });

  test("a failing statement ends the pipe", async () => {
    const run = await sql([], "SHOW 'x;\n';\nDROP TYPE B;\n");
    expect(run.code).toBe(1);
    expect(server.service.asked).toHaveLength(1);
  });

  test("SPOOL copies rows and talk; exit leaves the rest alone", async () => {
    server.service.query = twoRows;
    const file = join(folder, "out.txt");
    const run = await sql(
      [],
      `spool '${file}'\nSELECT * FROM S EMIT CHANGES LIMIT 2;\nspool off\nexit\nDROP TYPE A;\n`,
    );
    const copy = readFileSync(file, "utf8");
    expect(copy).toContain("|a    |9007199254740993|");
    expect(copy).toContain("Limit Reached\nQuery terminated\n");
    expect(run.stderr).toContain(`Spool written to ${file}`);
    expect(server.service.asked).toHaveLength(1);
    expect((await sql([], "spool '/nowhere/at/all'\n")).stderr).toContain("error CLI_FILE_UNWRITABLE");
  });

  test("PRINT gives the server's lines; an error among them is one of ours", async () => {
    server.service.query = () => {
      const query = new FakeQuery(
        [[rowOf("Key format: KAFKA_STRING")], [rowOf("rowtime: 1, key: a\u001b[31m")]],
        "limit",
      );
      query.kind = "print";
      return query;
    };
    const run = await sql(["-e", "PRINT winlogbeat LIMIT 1;"]);
    expect(run.stdout).toBe("Key format: KAFKA_STRING\nrowtime: 1, key: a\u001b[31m\n");
    expect(run.stderr).toBe("Topic printing ceased\n");
    server.service.query = () => {
      const query = new FakeQuery([[rowOf("Key format: KAFKA_STRING")]], new Error("topic gone"));
      query.kind = "print";
      return query;
    };
    expect((await sql(["-e", "PRINT winlogbeat;"])).stderr).toContain("error INTERNAL: topic gone");
  });
});
