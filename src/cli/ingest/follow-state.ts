/** The file in which `ingest --follow` keeps how far it is. Written beside and renamed: a crash leaves the one before. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { FilePosition } from "../../events/files/followed-files.ts";
import { cliErrors } from "../errors.ts";

const VERSION = 1;

const stateSchema = z.object({
  version: z.literal(VERSION),
  files: z.record(
    z.string(),
    z.object({
      path: z.string(),
      kind: z.enum(["lines", "log", "whole"]),
      bytes: z.number().int().nonnegative(),
      modifiedMs: z.number(),
      record: z.number().int(),
    }),
  ),
});

/** Nothing where there is no file yet. @throws SpoorError CLI_STATE_UNREADABLE */
export async function readFollowState(file: string): Promise<readonly (readonly [string, FilePosition])[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw unreadable(file, error);
  }
  try {
    return Object.entries(stateSchema.parse(JSON.parse(text)).files);
  } catch (error) {
    throw unreadable(file, error);
  }
}

export async function writeFollowState(
  file: string,
  positions: ReadonlyMap<string, FilePosition>,
): Promise<void> {
  const text = JSON.stringify({ version: VERSION, files: Object.fromEntries(positions) });
  try {
    await writeFile(`${file}.part`, `${text}\n`);
    await rename(`${file}.part`, file);
  } catch (error) {
    throw cliErrors.STATE_UNREADABLE({
      message: `the state cannot be written to '${file}'`,
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

function unreadable(file: string, error: unknown): Error {
  return cliErrors.STATE_UNREADABLE({
    message: `'${file}' holds no state of 'ingest --follow'`,
    detail: error instanceof z.ZodError ? z.prettifyError(error) : String(error),
    hint: "name another file; removing it makes every file be read from its beginning",
    cause: error,
  });
}
