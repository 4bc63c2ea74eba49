/** What the documents say is so: pages made from code are as the code is, links lead somewhere, examples are real. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { undocumentedProperties } from "../../scripts/docs/configuration-page.ts";
import { generatedPages } from "../../scripts/docs/pages.ts";
import { commandSections } from "../../src/cli/command-list.ts";
import { parseScript } from "../../src/sql/parser.ts";
import { ROOT } from "../tidy/source-tree.ts";
import { markdownFiles, parseMarkdown } from "./markdown-files.ts";
import type { MarkdownFile } from "./markdown-files.ts";
import { commandNames, commandProblem, spoorCommands } from "./spoor-commands.ts";

const files = markdownFiles();
const pages = await generatedPages();
const SHELL = new Set(["", "sh", "bash", "shell", "console"]);

test.each([...pages])("%s is current (else: npm run docs)", (path, text) => {
  const file = join(ROOT, path);
  const current = existsSync(file) && readFileSync(file, "utf8") === text;
  expect(current, `${path} is out of date: run npm run docs`).toBe(true);
});

test("the same sources give the same pages", async () => {
  expect(await generatedPages()).toEqual(pages);
});

test("every property of Spoor's own that the code reads is documented", () => {
  expect(undocumentedProperties()).toEqual([]);
});

test("local links lead to a file, and to a heading in it", () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const broken = files.flatMap((file) =>
    file.links
      .filter(({ target }) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
      .map(({ target, line }) => ({ target, line, problem: linkProblem(file, target, byPath) }))
      .filter(({ problem }) => problem !== undefined)
      .map(({ target, line, problem }) => `${file.path}:${line}: ${target}: ${problem}`),
  );
  expect(broken).toEqual([]);
});

function linkProblem(
  file: MarkdownFile,
  target: string,
  byPath: ReadonlyMap<string, MarkdownFile>,
): string | undefined {
  const [path = "", fragment] = decodeURIComponent(target).split("#", 2);
  const to = path === "" ? file.path : normalize(join(dirname(file.path), path)).replaceAll("\\", "/");
  if (to.startsWith("..")) return "leads out of the repository";
  if (!existsSync(join(ROOT, to))) return "no such file";
  if (fragment === undefined || fragment === "") return undefined;
  const other = byPath.get(to);
  if (other === undefined) return /^L\d+/.test(fragment) ? undefined : "only Markdown files have headings";
  return other.anchors.has(fragment) ? undefined : "no such heading";
}

test("SQL in the documents parses", () => {
  const wrong: string[] = [];
  let statements = 0;
  for (const { path, blocks } of files) {
    for (const { language, text, line } of blocks) {
      if (language !== "sql") continue;
      for (const { error, span } of parseScript(text, { dialect: "auto" })) {
        statements += 1;
        if (error === undefined) continue;
        wrong.push(`${path}:${line + (error.place?.span.line ?? span.line)}: ${error.message}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(statements).toBeGreaterThan(20);
});

test("spoor commands in the documents are commands, with options of theirs", () => {
  const wrong: string[] = [];
  let commands = 0;
  for (const { path, blocks, spans } of files) {
    const shell = blocks.filter(({ language }) => SHELL.has(language));
    for (const { text, line } of [...shell, ...spans]) {
      for (const words of spoorCommands(text)) {
        commands += 1;
        const problem = commandProblem(words, commandSections);
        if (problem !== undefined) wrong.push(`${path}:${line}: spoor ${words.join(" ")}: ${problem}`);
      }
    }
  }
  expect(wrong, `commands are ${commandNames(commandSections)}`).toEqual([]);
  expect(commands).toBeGreaterThan(20);
});

function problemOf(text: string): string | undefined {
  return commandProblem(text.split(" "), commandSections);
}

describe("the checks themselves", () => {
  test("headings get GitHub's anchors; code is no heading and no link", () => {
    const text = "# A `b` C, d\n## Same\n## Same\n```\n# none\n[x](y)\n```\n[one](a.md#b) `[two](c)`\n";
    const file = parseMarkdown("x.md", text);
    expect([...file.anchors]).toEqual(["a-b-c-d", "same", "same-1"]);
    expect(file.links).toEqual([{ target: "a.md#b", line: 8 }]);
    expect(file.blocks).toEqual([{ language: "", text: "# none\n[x](y)", line: 4 }]);
  });

  test("a broken link, a wrong anchor and a way out of the repository are found", () => {
    const file = parseMarkdown("docs/cli.md", "# Here\n");
    const byPath = new Map([["docs/cli.md", file]]);
    expect(linkProblem(file, "#here", byPath)).toBeUndefined();
    expect(linkProblem(file, "#there", byPath)).toBe("no such heading");
    expect(linkProblem(file, "nowhere.md", byPath)).toBe("no such file");
    expect(linkProblem(file, "../../x.md", byPath)).toBe("leads out of the repository");
  });

  test("commands are found after prompts and pipes, over line ends, and not in other words", () => {
    const text =
      "$ bin/spoor topics list --json | jq .\nspoor ingest \\\n  x.json --topic t # note\nsee spoor-data";
    expect(spoorCommands(text)).toEqual([
      ["topics", "list", "--json"],
      ["ingest", "x.json", "--topic", "t"],
    ]);
    expect(spoorCommands("spoor sql -e 'SELECT a; SELECT b;' | wc -l")).toEqual([
      ["sql", "-e", "'SELECT a_ SELECT b_'"],
    ]);
  });

  test("what is no command or no option of it is found", () => {
    expect(problemOf("serve --data x")).toBeUndefined();
    expect(problemOf("topics")).toBeUndefined();
    expect(problemOf("topics --json")).toBeUndefined();
    expect(problemOf("help topics")).toBeUndefined();
    expect(problemOf("--version")).toBeUndefined();
    expect(problemOf("serv")).toBe("there is no command 'serv'");
    expect(problemOf("topics lst")).toBe("'topics' has no command 'lst'");
    expect(problemOf("serve --dat x")).toBe("'spoor serve' has no option '--dat'");
  });
});
