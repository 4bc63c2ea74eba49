/** Where in a module a failure comes from, and how it is told. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { ErrorPlace } from "../../base/errors.ts";
import { messageOf } from "./call-site.ts";
import { userFunctionErrors } from "./errors.ts";

export interface PlaceInFile {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** @param place where it is not known, the first line with a name that the message quotes is taken */
export function moduleFailure(
  path: string,
  thrown: unknown,
  place: PlaceInFile | undefined,
  more: { readonly hint?: string } = {},
): Error {
  const message = messageOf(thrown).split("\n", 1)[0]!;
  const text = sourceOf(path);
  const found = place ?? quotedPlace(message, text);
  const { detail, hint } = (thrown ?? {}) as { readonly detail?: unknown; readonly hint?: unknown };
  return userFunctionErrors.MODULE({
    message: `module '${basename(path)}'${found === undefined ? "" : `, line ${found.line}`}: ${message}`,
    detail: typeof detail === "string" ? detail : undefined,
    hint: typeof hint === "string" ? hint : more.hint,
    place: found === undefined ? undefined : errorPlace(path, text, found),
    cause: thrown,
  });
}

/** The first place in the module that an error's stack names. */
export function stackPlace(path: string, error: unknown): PlaceInFile | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const line of stack.split("\n")) {
    for (const name of [pathToFileURL(path).href, path]) {
      const at = line.lastIndexOf(`${name}:`);
      const numbers = at < 0 ? null : /^(\d+)(?::(\d+))?/.exec(line.slice(at + name.length + 1));
      if (numbers !== null) return { line: Number(numbers[1]), column: Number(numbers[2] ?? 1) };
    }
  }
  return undefined;
}

/** `does not provide an export named 'agregate'`, `Cannot find module './gone.js'` */
function quotedPlace(message: string, text: string): PlaceInFile | undefined {
  const lines = text.toLowerCase().split("\n");
  for (const [, quoted] of message.matchAll(/'([^']+)'/g)) {
    for (const name of [quoted!.toLowerCase(), basename(quoted!.toLowerCase())]) {
      const line = lines.findIndex((candidate) => candidate.includes(name));
      if (line >= 0) return { line: line + 1, column: lines[line]!.indexOf(name) + 1 };
    }
  }
  return undefined;
}

function sourceOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function errorPlace(path: string, text: string, { line, column }: PlaceInFile): ErrorPlace | undefined {
  let start = 0;
  for (let i = 1; i < line; i++) {
    start = text.indexOf("\n", start) + 1;
    if (start === 0) return undefined;
  }
  start += column - 1;
  const word = /^[\w$.]+/.exec(text.slice(start, start + 200))?.[0] ?? " ";
  return { text, file: path, span: { start, end: start + word.length, line, column } };
}
