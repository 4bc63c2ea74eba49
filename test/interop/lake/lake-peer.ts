/** Another Delta system in a process of its own, asked and answering in JSON lines. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface LakePeer {
  /** @throws Error with what the peer said where it refused */
  ask(request: object): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export interface PeerOptions {
  /** Name of a script in `clients`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Folder with the installed packages. */
  readonly packages: string;
  readonly folder: string;
}

export async function startPeer(options: PeerOptions): Promise<LakePeer> {
  const script = fileURLToPath(new URL(`clients/${options.script}`, import.meta.url));
  const child = spawn("python3", [script, ...(options.args ?? [])], {
    cwd: options.folder,
    env: { ...process.env, PYTHONPATH: options.packages, PYTHONDONTWRITEBYTECODE: "1", TZ: "UTC" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-20_000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const line = await lines.next();
      if (line.done === true) throw new Error(`${options.script} ended: ${said}`);
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Record<string, unknown>;
    }
  };
  await answer();
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { rows, error } = await answer();
      if (error !== undefined) throw new Error(String(error));
      return rows as readonly unknown[];
    },
    close: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.stdin.end();
      }),
  };
}
