/** The part of STYLE.md that a machine can hold. */
import { expect, test } from "vitest";
import { sourceFiles } from "./source-tree.ts";
import type { SourceFile } from "./source-tree.ts";

const FILE_LINES_MAX = 800;
const FILE_LINES_WITH_REASON = 450;
const FUNCTION_LINES_MAX = 70;

const files = [
  ...sourceFiles("src"),
  ...sourceFiles("test"),
  ...sourceFiles("bench"),
  ...sourceFiles("scripts"),
];
const product = files.filter(({ path }) => path.startsWith("src/") && !path.endsWith(".test.ts"));

function offenders(
  of: readonly SourceFile[],
  pattern: RegExp,
  except: (path: string) => boolean = () => false,
): string[] {
  const found: string[] = [];
  for (const { path, lines } of of) {
    if (except(path)) continue;
    for (const [index, line] of lines.entries()) {
      if (pattern.test(line)) found.push(`${path}:${index + 1}: ${line.trim()}`);
    }
  }
  return found;
}

test("no file is longer than a reader's patience", () => {
  const long = files.filter(({ lines }) => lines.length > FILE_LINES_MAX);
  expect(long.map(({ path, lines }) => `${path}: ${lines.length}`)).toEqual([]);
  const unexplained = product.filter(
    ({ lines, text }) =>
      lines.length > FILE_LINES_WITH_REASON && !/One file (?:because|since)/.test(text.slice(0, 3000)),
  );
  expect(
    unexplained.map(({ path, lines }) => `${path}: ${lines.length}, and its header gives no reason`),
  ).toEqual([]);
});

test("functions are shorter than 70 lines", () => {
  const long: string[] = [];
  for (const { path, lines } of product) {
    for (const { name, line, length } of functions(lines)) {
      if (length > FUNCTION_LINES_MAX) long.push(`${path}:${line}: ${name} has ${length} lines`);
    }
  }
  expect(long).toEqual([]);
});

/** Functions and methods by their indentation, which the formatter guarantees. */
function functions(lines: readonly string[]): { name: string; line: number; length: number }[] {
  const found: { name: string; line: number; length: number }[] = [];
  const head =
    /^( *)(?:export )?(?:(?:async )?function\*? ?(\w+)|(?:static |async |override |get |set |\*)*(#?\w+)\s*(?:<[^>]*>)?\()/;
  for (const [index, line] of lines.entries()) {
    const match = head.exec(line);
    const name = match?.[2] ?? match?.[3];
    const isKeyword =
      /^(?:if|for|while|switch|return|catch|constructor|test|describe|new|await|expect)$/.test(name ?? "");
    if (match === null || (isKeyword && name !== "constructor")) continue;
    if (match[2] === undefined && match[1] !== "  ") continue;
    const close = `${match[1]}}`;
    const end = lines.findIndex((other, at) => at > index && other.startsWith(close));
    // `name(…, {` … `})` is a call with an object, no function.
    if (lines[end]?.[close.length] === ")") continue;
    const headEnd = lines.findIndex(
      (other, at) => at >= index && /[{;,]$/.test(other) && !/^ {4,}\S.*,$/.test(other),
    );
    if (end > index && headEnd < end && lines[headEnd]!.endsWith("{"))
      found.push({ name: name!, line: index + 1, length: end - index + 1 });
  }
  return found;
}

test("no calls that make a run unrepeatable, outside base", () => {
  expect(offenders(product, /\b(?:Date\.now|Math\.random|performance\.now)\(/, inBase)).toEqual([]);
});

test("no console, no loose types, no silenced checks", () => {
  expect(offenders(product, /\bconsole\.\w+\(/)).toEqual([]);
  expect(
    offenders(
      files,
      /: any(?:[;,)\]>]| =)|<any>|\bas any[;,)\]]|@ts-(?:ignore|expect-error|nocheck)/,
      isTidy,
    ),
  ).toEqual([]);
});

test("nothing is left undone, and every test runs", () => {
  expect(offenders(files, /\b(?:TODO|FIXME|HACK)\b/, isTidy)).toEqual([]);
  expect(offenders(files, /\b(?:it|test|describe)\.(?:only|todo|fails|skip)\(/, isTidy)).toEqual([]);
});

test("names say what a file holds", () => {
  const vague = /(?:^|\/)(?:utils?|helpers?|misc|common|index|types-2)\.ts$/;
  expect(files.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  const notKebab = files.filter(({ path }) => !/^[a-z0-9./-]+$/.test(path));
  expect(notKebab.map(({ path }) => path)).toEqual([]);
});

test("no file names a machine or its paths", () => {
  expect(offenders(files, /["'`(\s]\/(?:work|farm|root|home)\//, isTidy)).toEqual([]);
});

function inBase(path: string): boolean {
  return path.startsWith("src/base/");
}

function isTidy(path: string): boolean {
  return path.startsWith("test/tidy/");
}
