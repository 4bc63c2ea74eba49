import { join } from "node:path";
import { openClient, timeoutMs } from "../client/open-client.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { errLine } from "../io.ts";
import { parseNameValues } from "../options/name-value.ts";
import { runPipedStatements } from "./piped-statements.ts";
import { Prompt } from "./prompt.ts";
import { PromptHistory } from "./prompt-history.ts";
import { SqlOutput } from "./sql-output.ts";
import { SqlSession } from "./sql-session.ts";

export const runSql: CommandRun = async (invocation) => {
  const { options, io, interrupted, workingDirectory } = invocation;
  const client = openClient(options);
  const output = new SqlOutput(io, options.flag("json") ? "jsonl" : "tabular");
  const queryTimeoutS = options.number("query-timeout");
  const session = new SqlSession(client, output, {
    workingDirectory,
    queryTimeoutMs: queryTimeoutS === undefined ? undefined : queryTimeoutS * 1000,
    queryRowLimit: options.number("query-row-limit"),
    interrupted,
  });
  try {
    for (const [name, value] of parseNameValues(options.list("define"), "define")) {
      session.variables.set(name, value);
    }
    for (const [name, value] of parseNameValues(options.list("set"), "set")) {
      await client.isValidProperty(name);
      session.properties.set(name, value);
    }
    return await runStatements(invocation, session);
  } finally {
    await output.spoolOff();
    session.client.close();
  }
};

async function runStatements(invocation: Invocation, session: SqlSession): Promise<ExitCode> {
  const { options, io, interrupted } = invocation;
  const files = options.list("file");
  const texts = options.list("execute");
  if (files.length > 0 || texts.length > 0) {
    for (const file of files) await session.runScript(file);
    for (const text of texts) await session.execute(text);
  } else if (io.stdinIsTerminal) {
    await runPrompt(invocation, session);
    return exitCodes.ok;
  } else {
    await runPipedStatements(
      io.stdin,
      {
        session,
        version: invocation.version,
        workingDirectory: invocation.workingDirectory,
        timeoutMs: timeoutMs(options),
        history: () => [],
        clearScreen: () => undefined,
        exit: () => undefined,
      },
      interrupted,
    );
  }
  return interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
}

async function runPrompt(invocation: Invocation, session: SqlSession): Promise<void> {
  const { io, version, options, clock, workingDirectory, homeDirectory } = invocation;
  const info = await session.client.info();
  errLine(
    io,
    `${io.paintErr("bold", "Spoor")} ${version}, server ${info.version} at ${session.client.server.origin}`,
  );
  errLine(
    io,
    io.paintErr("dim", "Statements end with ';'. Tab completes, 'help' lists commands, Ctrl-D leaves."),
  );
  errLine(io);
  const historyFile = options.text("history-file") ?? join(homeDirectory, ".spoor-history");
  await new Prompt({
    session,
    history: new PromptHistory(historyFile),
    io,
    clock,
    version,
    workingDirectory,
    timeoutMs: timeoutMs(options),
  }).run();
  errLine(io, "Exiting.");
}
