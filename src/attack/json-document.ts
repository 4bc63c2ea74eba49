import type { ErrorPlace } from "../base/errors.ts";

/** A text's JSON value, or what is wrong with it and where. */
export type JsonReading =
  | { readonly value: unknown }
  | { readonly problem: string; readonly place: ErrorPlace | undefined };

/** Larger texts are not searched for a fault whose place the parser keeps to itself. */
const SEARCHED_MAX = 1 << 20;

/** Parses without throwing, so that each caller raises the error of its own catalogue. */
export function readJson(text: string, file: string): JsonReading {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const offset = offsetIn(problem, text) ?? (text.length > SEARCHED_MAX ? undefined : faultOffset(text));
    // The parser's own words quote pieces of the text, which may be huge.
    const short = problem.length > 200 ? `${problem.slice(0, 200)}…` : problem;
    return { problem: short, place: offset === undefined ? undefined : placeAt(file, text, offset) };
  }
}

/** Where the parser says that it stopped; of some faults it only quotes what stands around them. */
function offsetIn(problem: string, text: string): number | undefined {
  const position = /position (\d+)/.exec(problem)?.[1];
  if (position !== undefined) return Number(position);
  return problem.includes("end of JSON input") ? text.length : undefined;
}

/** The first character that no JSON text could have there: the end of the shortest beginning that is more than cut off. */
function faultOffset(text: string): number {
  let whole = 0;
  let faulty = text.length;
  while (faulty - whole > 1) {
    const middle = (whole + faulty) >> 1;
    if (isCutOff(text.slice(0, middle))) whole = middle;
    else faulty = middle;
  }
  return faulty - 1;
}

function isCutOff(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const problem = String(error);
    return problem.includes("Unterminated") || offsetIn(problem, beginning) === beginning.length;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function placeAt(file: string, text: string, offset: number): ErrorPlace {
  const start = Math.min(Math.max(0, offset), text.length);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < start; at = text.indexOf("\n", at + 1)) line++;
  return { text, file, span: { start, end: start + 1, line, column: start - lineStart + 1 } };
}
