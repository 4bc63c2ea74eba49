import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text as wholeText } from "node:stream/consumers";
import { loadEventModel } from "../../events/model/event-model.ts";
import { HUNT_MEMORY_LEAST } from "../../lake/hunt/hunt-database.ts";
import { HuntSession } from "../../lake/hunt/hunt-session.ts";
import { DEFAULT_HOST, DEFAULT_PORT } from "../../api/paths.ts";
import { parseServerAddress } from "../client/server-address.ts";
import type { HuntDialect } from "../../lake/hunt/sql-tokens.ts";
import type { LakeLocation } from "../../lake/store/lake-location.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { errLine } from "../io.ts";
import { PromptHistory } from "../sql/prompt-history.ts";
import type { AnswerFormat } from "./answer-writer.ts";
import type { HuntDoor } from "./hunt-door.ts";
import { huntLakes } from "./hunt-lakes.ts";
import { LocalDoor } from "./local-door.ts";
import { ServerDoor } from "./server-door.ts";
import { HuntPrompt } from "./hunt-prompt.ts";
import { HuntRunner } from "./hunt-runner.ts";
import { parseMemorySize } from "./memory-size.ts";

export const runHunt: CommandRun = async (invocation) => {
  const { options, io, clock, interrupted, workingDirectory } = invocation;
  let runner: HuntRunner | undefined;
  const door = await openDoor(invocation, () => interrupted.aborted || runner?.isStopped === true);
  const format = options.flag("json") ? "json" : (options.requiredText("format") as AnswerFormat);
  runner = new HuntRunner(door, {
    io,
    clock,
    format,
    limit: options.number("limit"),
    workingDirectory,
    interrupted,
  });
  const stop = (): void => void runner.interrupt();
  interrupted.addEventListener("abort", stop);
  try {
    return await runStatements(invocation, runner);
  } finally {
    interrupted.removeEventListener("abort", stop);
    await door.close();
  }
};

/** With --server or --topic a running server is asked, and there what only a session of this process has means nothing. */
async function openDoor(invocation: Invocation, isStopped: () => boolean): Promise<HuntDoor> {
  const { arguments: files, options, io } = invocation;
  const server = options.text("server");
  const topics = options.list("topic");
  if (server === undefined && topics.length === 0) return openLocal(invocation, isStopped);
  const own = [
    ...(files.length === 0 ? [] : [`'${files[0]}'`]),
    ...["events", "lake", "folder"]
      .filter((name) => options.list(name).length > 0)
      .map((name) => `--${name}`),
  ];
  if (own.length > 0)
    throw cliErrors.BAD_ARGUMENTS({
      message: `a server does not read ${own.join(", ")} of this machine`,
      hint: "the server's properties spoor.lake and spoor.hunt.folders say what its hunts may read",
    });
  return ServerDoor.open({
    server: parseServerAddress(server ?? `http://${DEFAULT_HOST}:${DEFAULT_PORT}`),
    timeoutMs: options.requiredNumber("timeout") * 1000,
    dialect: options.requiredText("dialect") as HuntDialect,
    topics,
    view: options.requiredText("view"),
    onNote: (note) => errLine(io, `note: ${note}`),
  });
}

async function openLocal(invocation: Invocation, isStopped: () => boolean): Promise<HuntDoor> {
  const lakes = await huntLakes(invocation);
  try {
    return new LocalDoor(await openSession(invocation, lakes.locations, isStopped), () => lakes.close());
  } catch (error) {
    await lakes.close();
    throw error;
  }
}

async function openSession(
  { arguments: files, options, io, clock, workingDirectory }: Invocation,
  lakes: readonly LakeLocation[],
  isStopped: () => boolean,
): Promise<HuntSession> {
  let model: ReturnType<typeof loadEventModel> | undefined;
  const progress = new ProgressLine(io, clock);
  return HuntSession.open({
    events: [...options.list("events"), ...files],
    lakes,
    folders: options.list("folder").map((folder) => resolve(workingDirectory, folder)),
    dialect: options.requiredText("dialect") as HuntDialect,
    sourceView: options.requiredText("view"),
    memoryBytes: parseMemorySize(options.requiredText("memory"), "--memory", HUNT_MEMORY_LEAST),
    threads: options.requiredNumber("threads"),
    workingDirectory,
    clock,
    model: () => (model ??= loadEventModel()),
    stdin: stdinBytes(io.stdin),
    isStopped,
    onProgress: ({ lines, bytesRead, bytesTotal, member }) => {
      if (bytesTotal !== undefined && bytesRead >= bytesTotal) progress.clear();
      else
        progress.update(() => ({
          events: lines,
          bytes: bytesRead,
          fraction: bytesTotal === undefined ? undefined : bytesRead / bytesTotal,
          note: member,
        }));
    },
    onNote: (note) => {
      progress.clear();
      errLine(io, `note: ${note}`);
    },
  });
}

async function* stdinBytes(stream: Invocation["io"]["stdin"]): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of stream) yield piece as Buffer;
}

async function runStatements(invocation: Invocation, runner: HuntRunner): Promise<ExitCode> {
  const { options, io, interrupted } = invocation;
  const texts = await statementTexts(invocation);
  const output = options.text("output");
  if (texts === undefined) {
    await runPrompt(invocation, runner);
    return exitCodes.ok;
  }
  if (output !== undefined) {
    const [only, ...more] = texts;
    if (only === undefined || more.length > 0)
      throw cliErrors.BAD_OPTION({ message: "--output takes the answer of exactly one statement" });
    await runner.writeFile(only.text, output, only.file);
  } else {
    for (const { text, file } of texts) await runner.execute(text, file);
  }
  if (io.outputClosed.aborted) return exitCodes.ok;
  return interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
}

interface StatementsText {
  readonly text: string;
  readonly file?: string;
}

/** What is to be run, or undefined where a person is asked. */
async function statementTexts({
  options,
  io,
  arguments: events,
  workingDirectory,
}: Invocation): Promise<readonly StatementsText[] | undefined> {
  const texts: StatementsText[] = [];
  for (const file of options.list("file")) {
    try {
      texts.push({ text: await readFile(resolve(workingDirectory, file), "utf8"), file });
    } catch (error) {
      throw cliErrors.FILE_UNREADABLE({
        message: `cannot read '${file}'`,
        detail: error instanceof Error ? error.message : String(error),
        cause: error,
      });
    }
  }
  texts.push(...options.list("execute").map((text) => ({ text })));
  if (texts.length > 0) return texts;
  if (io.stdinIsTerminal) return undefined;
  if ([...events, ...options.list("events")].includes("-"))
    throw cliErrors.BAD_ARGUMENTS({
      message: "standard input holds events, so statements must come from -e or --file",
    });
  return [{ text: await wholeText(io.stdin) }];
}

async function runPrompt(invocation: Invocation, runner: HuntRunner): Promise<void> {
  const { io, version, options, homeDirectory } = invocation;
  const tables = runner.door.tables();
  errLine(io, `${io.paintErr("bold", "Spoor")} ${version} hunts`);
  errLine(
    io,
    io.paintErr(
      "dim",
      tables.length === 0
        ? "No events and no lake were given: FROM events('file') reads one. 'help' tells more."
        : `${tables.length} tables: SHOW TABLES; lists them. Statements end with ';', 'help' tells more.`,
    ),
  );
  const historyFile = options.text("history-file") ?? join(homeDirectory, ".spoor-hunt-history");
  await new HuntPrompt(runner, new PromptHistory(historyFile), io).run();
}
