/** Filling up to a length: LPAD, RPAD. */
import { BYTES, INTEGER, STRING } from "../../../data/types.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { overload, parameter } from "../../define.ts";

const MAX_LENGTH = 16 * 1024 * 1024;

/** How much padding is needed; undefined when there is no answer. */
function paddingLength(length: number, target: number, paddingUnit: number): number | undefined {
  if (target < 0 || paddingUnit === 0) return undefined;
  if (target > MAX_LENGTH)
    throw new FunctionError(`a length of ${target} is more than the ${MAX_LENGTH} allowed`);
  return Math.max(target - length, 0);
}

function padText(side: "left" | "right") {
  return (text: string, length: number, padding: string): string | null => {
    const needed = paddingLength(text.length, length, padding.length);
    if (needed === undefined) return null;
    const filling = padding.repeat(Math.ceil(needed / padding.length)).slice(0, needed);
    return (side === "left" ? filling + text : text + filling).slice(0, length);
  };
}

function padBytes(side: "left" | "right") {
  return (bytes: Uint8Array, length: number, padding: Uint8Array): Uint8Array | null => {
    const needed = paddingLength(bytes.length, length, padding.length);
    if (needed === undefined) return null;
    if (needed === 0) return bytes.slice(0, length);
    const result = new Uint8Array(length);
    const offset = side === "left" ? 0 : bytes.length;
    for (let i = 0; i < needed; i++) result[offset + i] = padding[i % padding.length]!;
    result.set(bytes, side === "left" ? needed : 0);
    return result;
  };
}

function pad(name: string, side: "left" | "right", result: string): ScalarFunction {
  const length = parameter("length", INTEGER, "the length wanted");
  return {
    kind: "scalar",
    name,
    category: "STRING",
    description: `Fills a text, or bytes, up to a length, from the ${side}; what is longer is cut. NULL when the padding is empty or the length negative.`,
    examples: [{ sql: `${name}('Foo', 7, 'Bar')`, result }],
    overloads: [
      overload([parameter("input", STRING), length, parameter("padding", STRING)], STRING, padText(side)),
      overload([parameter("input", BYTES), length, parameter("padding", BYTES)], BYTES, padBytes(side)),
    ],
  };
}

export const padFunctions = [pad("LPAD", "left", "BarBFoo"), pad("RPAD", "right", "FooBarB")];
