/** Paths into JSON: `$.log.cloud`, `$.list[0]`, `$["a b"]`. */
import { FunctionError } from "../../definition.ts";
import type { JsonNode } from "./json-node.ts";

const STEP = /\.([\p{L}\p{Nd}_:@]+)|\[([\p{L}\p{Nd}_]+)\]|\["((?:[^"\\]|\\["\\])*)"\]/uy;

/** @throws FunctionError when `path` is none. */
export function parseJsonPath(path: string): readonly string[] {
  const steps: string[] = [];
  let position = 1;
  while (path.startsWith("$") && position < path.length) {
    STEP.lastIndex = position;
    const match = STEP.exec(path);
    if (match === null) throw invalidPath(path);
    steps.push(match[1] ?? match[2] ?? match[3]!.replaceAll(/\\(.)/g, "$1"));
    position = STEP.lastIndex;
  }
  if (!path.startsWith("$")) throw invalidPath(path);
  return steps;
}

function invalidPath(path: string): FunctionError {
  return new FunctionError(`invalid JSON path: '${path}'`);
}

/** undefined where the path leads to nothing. */
export function nodeAt(root: JsonNode | undefined, steps: readonly string[]): JsonNode | undefined {
  let node = root;
  for (const step of steps) {
    if (node?.kind === "array") node = /^[+-]?\d+$/.test(step) ? node.items[Number(step)] : undefined;
    else node = node?.kind === "object" ? node.fields.get(step) : undefined;
  }
  return node;
}
