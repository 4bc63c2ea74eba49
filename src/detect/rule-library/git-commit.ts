/** At which commit a git checkout stands, read from its `.git` folder. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const COMMIT = /^[0-9a-f]{40,64}$/;

/** Undefined outside a checkout, and where git keeps it in a way that is not known here. */
export function gitCommitOf(path: string): string | undefined {
  const folder = gitFolderOf(path);
  if (folder === undefined) return undefined;
  const head = textOf(join(folder, "HEAD"));
  const reference = /^ref: (?<name>\S+)$/.exec(head ?? "")?.groups?.["name"];
  const commit =
    reference === undefined ? head : (textOf(join(folder, reference)) ?? packed(folder, reference));
  return commit !== undefined && COMMIT.test(commit) ? commit : undefined;
}

function gitFolderOf(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    const folder = join(at, ".git");
    if (existsSync(folder)) return folder;
    if (dirname(at) === at) return undefined;
  }
}

function packed(folder: string, reference: string): string | undefined {
  const lines = textOf(join(folder, "packed-refs"))?.split("\n") ?? [];
  return lines.find((line) => line.endsWith(` ${reference}`))?.split(" ")[0];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
