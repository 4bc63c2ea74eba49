/** The repository's Markdown files, taken apart as far as the tests on them need. */
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { anchor } from "../../scripts/docs/markdown.ts";
import { ROOT } from "../tidy/source-tree.ts";

export interface CodeBlock {
  /** The word after the fence; empty where there is none. */
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface MarkdownFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
  /** Inline code outside the blocks. */
  readonly spans: readonly { readonly text: string; readonly line: number }[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
}

const SKIPPED = new Set(["node_modules", ".git", "dist", "coverage"]);

export function markdownFiles(): MarkdownFile[] {
  const files: MarkdownFile[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith(".md")) {
        files.push(parseMarkdown(relative(ROOT, path).replaceAll("\\", "/"), readFileSync(path, "utf8")));
      }
    }
  };
  visit(ROOT);
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function parseMarkdown(path: string, text: string): MarkdownFile {
  const blocks: CodeBlock[] = [];
  const spans: { text: string; line: number }[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  for (const [index, content] of text.split("\n").entries()) {
    const line = index + 1;
    const fence = /^\s*(`{3,}|~{3,})\s*([\w+-]*)/.exec(content);
    if (open !== undefined) {
      if (fence !== null && fence[1]!.startsWith(open.fence) && fence[2] === "") {
        blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
        open = undefined;
      } else {
        open.lines.push(content);
      }
      continue;
    }
    if (fence !== null) {
      open = { fence: fence[1]!, language: fence[2]!, line, lines: [] };
      continue;
    }
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(content);
    if (heading !== null) anchors.add(uniqueAnchor(anchor(heading[1]!), anchors));
    for (const [, id] of content.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id!);
    for (const match of content.matchAll(/(`+)(.+?)\1(?!`)/g)) spans.push({ text: match[2]!.trim(), line });
    const withoutCode = content.replaceAll(/(`+).+?\1(?!`)/g, "code");
    for (const [, target] of withoutCode.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
      links.push({ target: target!, line });
    }
  }
  return { path, text, blocks, spans, links, anchors };
}

/** GitHub numbers repeated headings: `x`, `x-1`, `x-2`. */
function uniqueAnchor(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 1;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
