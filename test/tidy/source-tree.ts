/** The repository's own sources, as the tidy tests see them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const SKIPPED = new Set(["node_modules", ".git", "dist", "coverage"]);

export function sourceFiles(folder: string): SourceFile[] {
  const files: SourceFile[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })) {
    const path = relative(ROOT, join(entry.parentPath, entry.name)).replaceAll("\\", "/");
    const skipped = path.split("/").some((part) => SKIPPED.has(part));
    if (skipped || !entry.isFile() || !path.endsWith(".ts")) continue;
    const text = readFileSync(join(ROOT, path), "utf8");
    files.push({ path, text, lines: text.split("\n") });
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export interface Import {
  readonly from: SourceFile;
  /** The imported file from the repository's root, or the package's name. */
  readonly target: string;
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g;

export function imports(file: SourceFile): Import[] {
  return [...file.text.matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2]!;
    const target = specifier.startsWith(".")
      ? join(dirname(file.path), specifier).replaceAll("\\", "/")
      : specifier;
    return { from: file, target };
  });
}
