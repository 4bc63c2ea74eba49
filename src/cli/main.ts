import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../base/clock.ts";
import { exitCodes } from "./exit-codes.ts";
import { Interruption } from "./interruption.ts";
import { ProcessIo } from "./process-io.ts";
import { runCli } from "./run-cli.ts";

/** The process's entry: everything below gets its streams, clock and environment from here. */
export async function main(argv: readonly string[]): Promise<void> {
  const io = new ProcessIo();
  const interruption = new Interruption(systemClock, () => process.exit(exitCodes.interrupted));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => interruption.received());
  const code = await runCli(argv, {
    io,
    clock: systemClock,
    interrupted: interruption.signal,
    env: process.env,
    workingDirectory: process.cwd(),
    homeDirectory: homedir(),
    version: packageVersion(),
    commandName: commandName(),
    setColor: (choice) => io.setColor(choice),
  });
  await io.flush();
  process.exit(code);
}

/** In a clone nothing is on the PATH: what is printed to be copied must work there. */
function commandName(): string {
  const launcher = join(fileURLToPath(new URL("../..", import.meta.url)), "bin", "spoor");
  if (relative(process.cwd(), launcher) !== join("bin", "spoor")) return "spoor";
  return process.platform === "win32" ? "node bin/spoor" : "bin/spoor";
}

function packageVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
