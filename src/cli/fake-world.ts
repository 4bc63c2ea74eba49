import { PassThrough, Readable } from "node:stream";
import type { AddressInfo } from "node:net";
import { ManualClock } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { FakeService } from "../server/fake-service.ts";
import { buildHttpServer } from "../server/http-server.ts";
import { painter } from "./color.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { runCli } from "./run-cli.ts";

/** An Io in memory, for tests. */
export class MemoryIo implements Io {
  stdin: Readable = Readable.from([]);
  stdinIsTerminal = false;
  stdoutIsTerminal = false;
  stderrIsTerminal = false;
  readonly #closed = new AbortController();
  readonly outputClosed = this.#closed.signal;
  readonly promptStream = new PassThrough();
  unicode = true;
  width = 100;
  paintOut = painter(false);
  paintErr = painter(false);
  stdout = "";
  stderr = "";

  out(text: string | Uint8Array): void {
    this.stdout += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
  }

  err(text: string): void {
    this.stderr += text;
  }

  async drained(): Promise<void> {}

  columns(): number {
    return this.width;
  }
}

export interface FakeRun {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeRunOptions {
  readonly io?: MemoryIo;
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal;
  readonly workingDirectory?: string;
  readonly homeDirectory?: string;
  readonly clock?: Clock;
}

/** Runs one command line in this process. */
export async function runInMemory(argv: readonly string[], options: FakeRunOptions = {}): Promise<FakeRun> {
  const io = options.io ?? new MemoryIo();
  const code = await runCli(argv, {
    io,
    clock: options.clock ?? new ManualClock(Date.UTC(2026, 2, 2)),
    interrupted: options.interrupted ?? new AbortController().signal,
    env: options.env ?? {},
    workingDirectory: options.workingDirectory ?? "/nowhere",
    homeDirectory: options.homeDirectory ?? "/nowhere",
    version: "0.0.0",
    commandName: "spoor",
    setColor: () => undefined,
  });
  return { code, stdout: io.stdout, stderr: io.stderr };
}

export interface FakeServer {
  readonly service: FakeService;
  readonly url: string;
  close(): Promise<void>;
}

/** The real HTTP server over a service that answers what the test says. */
export async function startFakeServer(): Promise<FakeServer> {
  const service = new FakeService();
  const app = buildHttpServer(service, { host: "127.0.0.1" });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { service, url: `http://127.0.0.1:${port}`, close: () => app.close() };
}
