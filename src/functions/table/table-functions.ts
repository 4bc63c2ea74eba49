/** Functions that give several rows: EXPLODE, CUBE_EXPLODE. */
import type { Value } from "../../data/values.ts";
import { FunctionError, type TableFunction } from "../definition.ts";
import { ANY_DECIMAL, arrayOf, parameter, T } from "../define.ts";

type List = readonly Value[];

const explode: TableFunction = {
  kind: "table",
  name: "EXPLODE",
  category: "TABLE",
  description: "One row for each element of an array; none for an empty or NULL one.",
  examples: [{ sql: "EXPLODE(ARRAY[1, 2])", result: "1; 2" }],
  overloads: [
    {
      parameters: [parameter("list", arrayOf(T))],
      returns: { kind: "generic", name: "T" },
      bind: () => (list) => (list as List | null) ?? [],
    },
    {
      parameters: [parameter("input", arrayOf(ANY_DECIMAL))],
      returns: ([type]) => (type!.kind === "ARRAY" ? type!.element : type!),
      bind: () => (list) => (list as List | null) ?? [],
    },
  ],
};

/** 2^20 rows is the most that one record may become. */
const MAX_CUBE_COLUMNS = 20;

/** All combinations of keeping a value or making it NULL, each once; the last column changes fastest. */
function cube(columns: List): readonly Value[] {
  if (columns.length > MAX_CUBE_COLUMNS) {
    throw new FunctionError(`CUBE_EXPLODE takes at most ${MAX_CUBE_COLUMNS} columns, not ${columns.length}`);
  }
  let rows: List[] = [[]];
  for (const column of columns) {
    const choices = column === null ? [null] : [null, column];
    rows = rows.flatMap((row) => choices.map((choice) => [...row, choice]));
  }
  return rows;
}

const cubeExplode: TableFunction = {
  kind: "table",
  name: "CUBE_EXPLODE",
  category: "TABLE",
  description: "One row for each way to keep the elements of an array or to make them NULL.",
  examples: [{ sql: "CUBE_EXPLODE(ARRAY[1, 2])", result: "[null, null]; [null, 2]; [1, null]; [1, 2]" }],
  overloads: [
    {
      parameters: [parameter("columns", arrayOf(T))],
      returns: { kind: "array-of", element: T },
      bind: () => (columns) => (columns === null ? [] : cube(columns as List)),
    },
  ],
};

export const tableFunctions = [explode, cubeExplode];
