/** A `spoor serve` process of its own, that can be killed. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../../bin/spoor", import.meta.url));
const START_TIMEOUT_MS = 60_000;

export class SpoorProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** @param args of `serve`, without --http */
  static async start(args: readonly string[], folder: string): Promise<SpoorProcess> {
    const child = spawn(process.execPath, [LAUNCHER, "serve", "--http", "127.0.0.1:0", ...args], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let said = "";
    const url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no server: ${said}`)), START_TIMEOUT_MS);
      child.stderr!.on("data", (chunk: Buffer) => {
        said = (said + String(chunk)).slice(-8000);
        const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(found);
      });
      child.once("exit", () => reject(new Error(`the server ended: ${said}`)));
    });
    return new SpoorProcess(child, url);
  }

  async execute(ksql: string): Promise<void> {
    const streamsProperties = { "ksql.streams.auto.offset.reset": "earliest" };
    const response = await fetch(`${this.url}/ksql`, {
      method: "POST",
      body: JSON.stringify({ ksql, streamsProperties }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** @param query e.g. `?format=key:value` */
  async ingest(topic: string, lines: readonly string[], query = ""): Promise<void> {
    const response = await fetch(`${this.url}/spoor/v1/topics/${topic}/records${query}`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: `${lines.join("\n")}\n`,
    });
    if (!response.ok) throw new Error(await response.text());
  }

  async createTopic(name: string, partitions: number): Promise<void> {
    const response = await fetch(`${this.url}/spoor/v1/topics`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, partitions }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** As when the power goes. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
}
