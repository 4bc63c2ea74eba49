import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { SpoorError } from "../../base/errors.ts";
import type { Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";

/** ATT&CK's bundles have under 60 MB; Node's texts end at 512 MB. */
const INFLATED_MAX = 400 << 20;

/**
 * A file's bytes, inflated where it is a gzip file; `-` is standard input, of which an interruption
 * leaves what had come. @throws SpoorError CLI_FILE_UNREADABLE
 */
export async function readInput(invocation: Invocation, file: string): Promise<Buffer> {
  try {
    const bytes =
      file === "-"
        ? await allOfStdin(invocation)
        : await readFile(resolve(invocation.workingDirectory, file));
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    return await promisify(gunzip)(bytes, { maxOutputLength: INFLATED_MAX });
  } catch (cause) {
    if (cause instanceof SpoorError) throw cause;
    throw cliErrors.FILE_UNREADABLE({
      message: `cannot read '${file}'`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/** The whole text or nothing: it is written beside its place, then moved. @throws SpoorError CLI_FILE_UNWRITABLE */
export async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, text);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw cliErrors.FILE_UNWRITABLE({
      message: `cannot write '${path}'`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/** Standard input, which an interruption ends even while nothing comes. */
export async function* stdinBytes({ io: { stdin }, interrupted }: Invocation): AsyncGenerator<Buffer> {
  const end = (): void => {
    stdin.destroy();
  };
  interrupted.addEventListener("abort", end, { once: true });
  try {
    for await (const chunk of stdin) yield Buffer.from(chunk as Buffer);
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    interrupted.removeEventListener("abort", end);
  }
}

async function allOfStdin(invocation: Invocation): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdinBytes(invocation)) {
    size += chunk.length;
    if (size > INFLATED_MAX)
      throw cliErrors.FILE_UNREADABLE({ message: "standard input holds more than can be read at once" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
