import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryIo, runInMemory, startFakeServer } from "../fake-world.ts";
import type { FakeServer } from "../fake-world.ts";

let server: FakeServer;
let folder: string;

beforeEach(async () => {
  server = await startFakeServer();
  folder = mkdtempSync(join(tmpdir(), "spoor-commands-"));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

function spoor(text: string, io = new MemoryIo()) {
  return runInMemory([...text.split(" "), "--server", server.url], { io });
}

describe("topics", () => {
  test("create, list, describe, delete", async () => {
    const made = await spoor("topics create winlogbeat --partitions 4 --topic-config retention.ms=1000");
    expect(made.stderr).toBe("made 'winlogbeat' (partitions: 4)\n");
    expect((await spoor("topics")).stdout).toContain(" winlogbeat | 4          | 0       | 0 B ");
    expect((await spoor("topics describe winlogbeat")).stdout).toContain("retention.ms         : 1000");
    expect(JSON.parse((await spoor("topics list --json")).stdout)).toMatchObject({ name: "winlogbeat" });
    const unsure = await spoor("topics delete winlogbeat");
    expect([unsure.code, unsure.stderr.includes("needs --yes")]).toEqual([2, true]);
    expect((await spoor("topics delete winlogbeat --yes")).stderr).toBe("deleted 'winlogbeat' (0 records)\n");
    expect((await spoor("topics")).stderr).toContain("no topics yet");
  });

  test("one that is not there: the near name", async () => {
    await spoor("topics create winlogbeat");
    const run = await spoor("topics describe winlogbaet");
    expect([run.code, run.stderr.includes("did you mean 'winlogbeat'?")]).toEqual([1, true]);
  });
});

describe("queries", () => {
  test("list, describe, control; ids may be typed in any case", async () => {
    expect((await spoor("queries")).stdout).toContain(" CSAS_A_1 | RUNNING ");
    expect((await spoor("queries describe csas_a_1")).stdout).toContain("CSAS_A_1 (RUNNING)");
    server.service.execution = ({ text }) => [
      {
        "@type": "terminate_query",
        statementText: text,
        warnings: [],
        queryId: "CSAS_A_1",
        wasTerminated: true,
      },
    ];
    const run = await spoor("queries terminate csas_a_1");
    expect(run.stdout).toContain('Terminated query "CSAS_A_1"');
    expect(server.service.asked).toMatchObject([{ text: "TERMINATE CSAS_A_1;" }]);
    expect((await spoor("queries pause CSAS_B_1")).stderr).toContain("did you mean 'CSAS_A_1'?");
  });
});

describe("generate", () => {
  test("the same seed gives the same lines, on stdout, in a file and in a topic", async () => {
    const argv = ["generate", "--events", "50", "--seed", "7"];
    const run = await runInMemory(argv);
    expect(
      run.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toHaveLength(50);
    expect(run.stderr).toMatch(/^50 events, /);
    const out = join(folder, "lab.jsonl");
    await runInMemory([...argv, "--out", out]);
    expect(readFileSync(out, "utf8")).toBe(run.stdout);
    await runInMemory([...argv, "--topic", "lab", "--server", server.url]);
    expect(server.service.ingested).toBe(run.stdout);
    expect(server.service.topicList.map((topic) => topic.name)).toEqual(["lab"]);
    expect((await runInMemory(["generate", "--seed", "8", "--events", "50"])).stdout).not.toBe(run.stdout);
  });

  test("a file that cannot be written is an error", async () => {
    const run = await runInMemory(["generate", "--events", "5", "--out", join(folder, "no", "file")]);
    expect([run.code, run.stderr.includes("CLI_FILE_UNWRITABLE")]).toEqual([1, true]);
  });
});

describe("fmt", () => {
  test("formats stdin and files, checks, and leaves what does not parse", async () => {
    const io = new MemoryIo();
    io.stdin = Readable.from(["show  streams ;"]);
    const run = await runInMemory(["fmt"], { io });
    expect([run.code, run.stdout]).toEqual([0, "SHOW STREAMS;\n"]);
    const file = join(folder, "a.sql");
    writeFileSync(file, "show streams;");
    expect(await runInMemory(["fmt", "--check", file])).toMatchObject({ code: 3, stdout: `${file}\n` });
    expect((await runInMemory(["fmt", "--write", file])).stderr).toBe(`formatted ${file}\n`);
    expect(readFileSync(file, "utf8")).toBe("SHOW STREAMS;\n");
    expect(await runInMemory(["fmt", "--check", file])).toMatchObject({ code: 0, stdout: "" });
    writeFileSync(file, "show  streams; show streamz;");
    const bad = await runInMemory(["fmt", "--write", file]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain(`${file}, line 1`);
    expect(readFileSync(file, "utf8")).toBe("show  streams; show streamz;");
  });
});

describe("doctor", () => {
  test("every check has a mark, and the server's own follow", async () => {
    const run = await runInMemory([
      "doctor",
      "--server",
      server.url,
      "--data",
      folder,
      "--http",
      "127.0.0.1:0",
      "--kafka-listen",
      "127.0.0.1:0",
    ]);
    expect(run.code).toBe(0);
    for (const name of [
      "runtime",
      "memory",
      "disk",
      "data folder",
      "open files",
      "clock",
      "HTTP port",
      "Kafka port",
      "server",
    ]) {
      expect(run.stdout).toMatch(new RegExp(`^[✓!] ${name} `, "m"));
    }
  });

  test("a port that is taken is a finding, with the cure", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as AddressInfo;
    const argv = [
      "doctor",
      "--json",
      "--server",
      "127.0.0.1:1",
      "--data",
      folder,
      "--http",
      `127.0.0.1:${port}`,
      "--kafka-listen",
      "off",
    ];
    const run = await runInMemory(argv);
    holder.close();
    expect(run.code).toBe(3);
    const { healthy, checks } = JSON.parse(run.stdout) as { healthy: boolean; checks: { name: string }[] };
    expect(healthy).toBe(false);
    expect(checks.find((check) => check.name === "HTTP port")).toMatchObject({ status: "error" });
    expect(checks.find((check) => check.name === "server")).toMatchObject({
      status: "warning",
      hint: "start one with 'spoor serve'",
    });
  });
});

describe("completion", () => {
  test.each(["bash", "zsh", "fish", "powershell"])("%s knows commands, verbs and options", async (shell) => {
    const { code, stdout } = await runInMemory(["completion", shell]);
    expect(code).toBe(0);
    for (const word of ["ingest", "describe", "key-format", "key:value"]) {
      if (shell === "powershell" && word === "key:value") continue;
      expect(stdout.replaceAll("\\:", ":")).toContain(word);
    }
  });

  const bash = spawnSync("bash", ["--version"]).status === 0;
  test.skipIf(!bash)("bash offers what fits", async () => {
    const { stdout: script } = await runInMemory(["completion", "bash"]);
    const offers = (words: readonly string[]) => {
      const line = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})\nCOMP_CWORD=${words.length - 1}\n_spoor\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
      return spawnSync("bash", ["-c", line], { encoding: "utf8" }).stdout.trim().split("\n");
    };
    expect(offers(["spoor", "inge"])).toEqual(["ingest"]);
    expect(offers(["spoor", "topics", "de"])).toEqual(["describe", "delete"]);
    expect(offers(["spoor", "ingest", "--key"])).toEqual(["--key-format"]);
    expect(offers(["spoor", "ingest", "--key-format", "v"])).toEqual(["value"]);
    expect(offers(["spoor", "topics", "print", "--from"])).toEqual(["--from-beginning"]);
  });
});
