import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { formatScript } from "../../sql/format-script.ts";
import { parseScript } from "../../sql/parser.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { errorReport } from "../render/error-report.ts";

interface Formatted {
  readonly changed: boolean;
  readonly failed: boolean;
}

export const runFmt: CommandRun = async (invocation) => {
  const files = invocation.arguments.length === 0 ? ["-"] : invocation.arguments;
  const results: Formatted[] = [];
  for (const file of files) results.push(await formatFile(invocation, file));
  if (results.some((result) => result.failed)) return exitCodes.failed;
  const findings = invocation.options.flag("check") && results.some((result) => result.changed);
  return findings ? exitCodes.findings : exitCodes.ok;
};

async function formatFile(invocation: Invocation, file: string): Promise<Formatted> {
  const { io, options, workingDirectory } = invocation;
  const path = resolve(workingDirectory, file);
  const text = file === "-" ? await readAll(io.stdin) : await readSql(path, file);
  const name = file === "-" ? "stdin" : file;
  let failed = false;
  for (const part of parseScript(text, { file: name, testStatements: true })) {
    if (part.error === undefined) continue;
    failed = true;
    io.err(`${errorReport(part.error, io.paintErr)}\n`);
  }
  const formatted = formatScript(text, { testStatements: true });
  const changed = formatted !== text;
  if (options.flag("check")) {
    if (changed) outLine(io, name);
  } else if (options.flag("write") && file !== "-") {
    if (changed && !failed) {
      await writeSql(path, file, formatted);
      errLine(io, `formatted ${file}`);
    }
  } else {
    io.out(formatted);
  }
  return { changed, failed };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString("utf8");
}

async function readSql(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw cliErrors.FILE_UNREADABLE({
      message: `cannot read '${file}'`,
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

async function writeSql(path: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw cliErrors.FILE_UNWRITABLE({
      message: `cannot write '${file}'`,
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}
