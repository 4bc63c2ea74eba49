/** Runs an installer or a client as a process of its own; what a client reports is the JSON object on its last line. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const OUTPUT_MAX = 4 * 1024 * 1024;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** @throws where the program is missing, fails or takes too long: with what it said */
export async function runCommand(command: Command): Promise<string> {
  const { program, args, folder, environment, timeoutMs } = command;
  try {
    const { stdout } = await run(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      timeout: timeoutMs,
      maxBuffer: OUTPUT_MAX,
    });
    return stdout;
  } catch (error) {
    const said = error as { readonly stdout?: string; readonly stderr?: string; readonly message: string };
    throw new Error(
      `${program} ${args.join(" ")}: ${said.message}\n${said.stdout ?? ""}${said.stderr ?? ""}`,
      {
        cause: error,
      },
    );
  }
}

/** What every client reports of its session. */
export interface ClientReport {
  /** Names of the streams before and after it made one. */
  readonly streamsBefore: readonly string[];
  readonly streamsAfter: readonly string[];
  /** Rows of a push query with LIMIT 2. */
  readonly pushed: readonly (readonly unknown[])[];
  /** Rows of a pull query for one key. */
  readonly pulled: readonly (readonly unknown[])[];
}

export async function runClient(command: Command): Promise<ClientReport> {
  const lines = (await runCommand(command)).trim().split("\n");
  return JSON.parse(lines.at(-1)!) as ClientReport;
}
