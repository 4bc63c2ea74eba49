/** Table test functions. */
import { doubleText } from "../../../src/data/java-double.ts";
import { table } from "../../../src/functions/user/public-interface.ts";
import type { Decimal, FunctionDeclaration } from "../../../src/functions/user/public-interface.ts";

const A = "STRUCT<A STRING>";

interface StructA {
  readonly A?: string | null;
}

/** Java's `String.valueOf` of each. */
function texts(
  i: number | null,
  l: bigint | null,
  d: number | null,
  b: boolean | null,
  s: string | null,
  decimal: Decimal | null,
  struct: StructA | null,
): string[] {
  return [
    String(i),
    String(l),
    d === null ? "null" : doubleText(d),
    String(b),
    String(s),
    String(decimal),
    struct === null ? "null" : `Struct{A=${struct.A ?? ""}}`,
  ];
}

function first<T>(items: readonly (T | null)[]): T | null {
  return items[0] ?? null;
}

function firstValue<T>(map: ReadonlyMap<string, T | null>): T | null {
  const [value] = map.values();
  return value ?? null;
}

const oneRow = [
  table.overload({ parameters: [{ name: "x", type: "INT" }], returns: "INT", rows: (x) => [x] }),
  table.overload({ parameters: [{ name: "x", type: "BIGINT" }], returns: "BIGINT", rows: (x) => [x] }),
  table.overload({ parameters: [{ name: "x", type: "DOUBLE" }], returns: "DOUBLE", rows: (x) => [x] }),
  table.overload({ parameters: [{ name: "x", type: "BOOLEAN" }], returns: "BOOLEAN", rows: (x) => [x] }),
  table.overload({ parameters: [{ name: "x", type: "STRING" }], returns: "STRING", rows: (x) => [x] }),
  table.overload({ parameters: [{ name: "x", type: A }], returns: A, rows: (x) => [x] }),
  table.overload({
    parameters: [{ name: "x", type: "DECIMAL" }],
    returns: "DECIMAL(30, 10)",
    rows: (x) => [x],
  }),
] as const;

const testUdtf = table({
  name: "TEST_UDTF",
  description: "A row for each argument.",
  overloads: [
    table.overload({
      parameters: [
        { name: "i", type: "INT" },
        { name: "l", type: "BIGINT" },
        { name: "d", type: "DOUBLE" },
        { name: "b", type: "BOOLEAN" },
        { name: "s", type: "STRING" },
        { name: "decimal", type: "DECIMAL" },
        { name: "struct", type: A },
      ],
      returns: "STRING",
      rows: texts,
    }),
    table.overload({
      parameters: [
        { name: "i", type: "ARRAY<INT>" },
        { name: "l", type: "ARRAY<BIGINT>" },
        { name: "d", type: "ARRAY<DOUBLE>" },
        { name: "b", type: "ARRAY<BOOLEAN>" },
        { name: "s", type: "ARRAY<STRING>" },
        { name: "decimal", type: "ARRAY<DECIMAL>" },
        { name: "struct", type: `ARRAY<${A}>` },
      ],
      returns: "STRING",
      rows: (i, l, d, b, s, decimal, struct) =>
        texts(first(i), first(l), first(d), first(b), first(s), first(decimal), first(struct)),
    }),
    table.overload({
      parameters: [
        { name: "i", type: "MAP<STRING, INT>" },
        { name: "l", type: "MAP<STRING, BIGINT>" },
        { name: "d", type: "MAP<STRING, DOUBLE>" },
        { name: "b", type: "MAP<STRING, BOOLEAN>" },
        { name: "s", type: "MAP<STRING, STRING>" },
        { name: "decimal", type: "MAP<STRING, DECIMAL>" },
        { name: "struct", type: `MAP<STRING, ${A}>` },
      ],
      returns: "STRING",
      rows: (i, l, d, b, s, decimal, struct) =>
        texts(
          firstValue(i),
          firstValue(l),
          firstValue(d),
          firstValue(b),
          firstValue(s),
          firstValue(decimal),
          firstValue(struct),
        ),
    }),
    ...oneRow,
  ],
});

export const TEST_TABLE_FUNCTIONS: readonly FunctionDeclaration[] = [
  testUdtf,
  table({
    name: "THROWING_UDTF",
    description: "Fails when told to.",
    parameters: [{ name: "fail", type: "BOOLEAN" }],
    returns: "BOOLEAN",
    rows: (fail) => {
      if (fail) throw new Error("You asked me to throw...");
      return [fail];
    },
  }),
];
