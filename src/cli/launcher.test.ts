import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const launcher = join(root, "bin", "spoor");
const env = { PATH: process.env["PATH"], HOME: "/nowhere" };

/** A Node that is too old for the sources, as many machines have one. */
const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => {
  if (!existsSync(path)) return false;
  const major = Number(/^v(\d+)/.exec(spawnSync(path, ["--version"], { encoding: "utf8" }).stdout)?.[1]);
  return major >= 14 && major < 22;
});

function run(node: string, argv: readonly string[], file = launcher) {
  return spawnSync(node, [file, ...argv], { encoding: "utf8", env });
}

describe("the launcher on a Node that is new enough", () => {
  test("runs the sources in its own process", () => {
    const { status, stdout } = run(process.execPath, ["version", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ node: process.versions.node });
  });

  test("passes the exit code on; a reader that goes away is no error", () => {
    expect(run(process.execPath, ["sevre"]).status).toBe(2);
    const piped = `"${process.execPath}" "${launcher}" generate --events 20000 | head -n 1; exit "\${PIPESTATUS[0]}"`;
    const { status, stdout } = spawnSync("bash", ["-c", piped], { encoding: "utf8", env });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty("event_id");
  });
});

describe.skipIf(oldNode === undefined)("the launcher on an old Node", () => {
  test("hands over to the packaged one, exit code and all", () => {
    const { status, stdout } = run(oldNode!, ["version", "--json"]);
    expect(status).toBe(0);
    const major = Number((JSON.parse(stdout) as { node: string }).node.split(".")[0]);
    expect(major).toBeGreaterThanOrEqual(22);
    expect(run(oldNode!, ["sevre"]).status).toBe(2);
  });

  test("passes a signal on", async () => {
    const child = spawn(oldNode!, [launcher, "generate", "--events", "900000000"], { env });
    child.stdout.once("data", () => child.kill("SIGTERM"));
    child.stdout.resume();
    const exited = new Promise<number | null>((resolve) => {
      child.once("exit", (code) => resolve(code));
    });
    expect(await exited).toBe(130);
  });

  test("without a packaged one it says what to do", () => {
    const folder = mkdtempSync(join(tmpdir(), "spoor-launcher-"));
    mkdirSync(join(folder, "bin"));
    cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
    const { status, stderr } = run(oldNode!, ["version"], join(folder, "bin", "spoor"));
    rmSync(folder, { recursive: true });
    expect(status).toBe(1);
    expect(stderr).toContain("error CLI_NODE_TOO_OLD: this is Node ");
    expect(stderr).toContain("hint: run 'npm ci'");
  });
});
