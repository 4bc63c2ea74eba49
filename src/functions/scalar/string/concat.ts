/** Joining texts and bytes, and choosing among texts: CONCAT, CONCAT_WS, ELT, FIELD. */
import { BYTES, INTEGER, STRING } from "../../../data/types.ts";
import type { ScalarFunction } from "../../definition.ts";
import { overload, parameter, variadic } from "../../define.ts";

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function notNull<T>(values: readonly (T | null)[]): T[] {
  return values.filter((value): value is T => value !== null);
}

const concat: ScalarFunction = {
  kind: "scalar",
  name: "CONCAT",
  category: "STRING",
  description: "Joins texts, or bytes. NULLs are left out.",
  examples: [{ sql: "CONCAT('a', NULL, 'b')", result: "ab" }],
  overloads: [
    overload(
      [variadic("inputs", STRING)],
      STRING,
      (...inputs: (string | null)[]) => notNull(inputs).join(""),
      { seesNull: true },
    ),
    overload(
      [variadic("inputs", BYTES)],
      BYTES,
      (...inputs: (Uint8Array | null)[]) => joinBytes(notNull(inputs)),
      { seesNull: true },
    ),
  ],
};

const concatWs: ScalarFunction = {
  kind: "scalar",
  name: "CONCAT_WS",
  category: "STRING",
  description:
    "Joins texts, or bytes, with a separator between them. NULLs are left out; a NULL separator gives NULL.",
  examples: [{ sql: "CONCAT_WS(', ', 'apple', NULL, 'date')", result: "apple, date" }],
  overloads: [
    overload(
      [parameter("separator", STRING), parameter("input", STRING), variadic("inputs", STRING)],
      STRING,
      (separator: string | null, ...inputs: (string | null)[]) =>
        separator === null ? null : notNull(inputs).join(separator),
      { seesNull: true },
    ),
    overload(
      [parameter("separator", BYTES), parameter("input", BYTES), variadic("inputs", BYTES)],
      BYTES,
      (separator: Uint8Array | null, ...inputs: (Uint8Array | null)[]) =>
        separator === null
          ? null
          : joinBytes(notNull(inputs).flatMap((part, i) => (i === 0 ? [part] : [separator, part]))),
      { seesNull: true },
    ),
  ],
};

const elt: ScalarFunction = {
  kind: "scalar",
  name: "ELT",
  category: "STRING",
  description: "The nth of the texts, counted from 1; NULL when there are not so many.",
  examples: [{ sql: "ELT(2, 'a', 'b')", result: "b" }],
  overloads: [
    overload(
      [parameter("n", INTEGER), variadic("texts", STRING)],
      STRING,
      (n: number | null, ...texts: (string | null)[]) => (n === null ? null : (texts[n - 1] ?? null)),
      { seesNull: true },
    ),
  ],
};

const field: ScalarFunction = {
  kind: "scalar",
  name: "FIELD",
  category: "STRING",
  description: "The place of a text among others, counted from 1; 0 when it is not there or NULL.",
  examples: [{ sql: "FIELD('b', 'a', 'b')", result: "2" }],
  overloads: [
    overload(
      [parameter("text", STRING), variadic("texts", STRING)],
      INTEGER,
      (text: string | null, ...texts: (string | null)[]) => (text === null ? 0 : texts.indexOf(text) + 1),
      { seesNull: true },
    ),
  ],
};

export const concatFunctions = [concat, concatWs, elt, field];
