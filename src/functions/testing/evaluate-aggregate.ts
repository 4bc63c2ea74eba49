/**
 * Evaluates calls of aggregates and table functions over the rows that a comment lists:
 * `SUM(X) -- X: 1, NULL, 2; Y: 'a', 'b', 'c'`.
 */
import { AssertionError } from "../../base/assert.ts";
import { castValue } from "../../data/cast.ts";
import { commonOperandType, type Operand } from "../../data/common-type.ts";
import { STRING, type SqlType } from "../../data/types.ts";
import { valueText } from "../../data/value-text.ts";
import type { Value } from "../../data/values.ts";
import type { Aggregator } from "../definition.ts";
import { resolveOverload } from "../overload-resolution.ts";
import { FunctionRegistry } from "../registry.ts";
import { callContext, compile, type Surroundings } from "./evaluate.ts";
import { parseExpression, parseExpressions } from "./parse-expression.ts";

export interface AggregateCall {
  readonly aggregator: Aggregator;
  readonly returnType: SqlType;
  /** The arguments of `aggregate`, by row. */
  readonly rows: readonly (readonly Value[])[];
}

/** `X: 1, 2; Y: 3, 4` */
function readColumns(
  text: string,
  surroundings: Surroundings,
): ReadonlyMap<string, { readonly type: SqlType; readonly values: readonly Value[] }> {
  const columns = new Map<string, { type: SqlType; values: readonly Value[] }>();
  for (const part of text.split(/;(?=\s*[A-Z]:)/)) {
    const [, name, list] = /^\s*([A-Z]):(.*)$/s.exec(part) ?? [];
    if (name === undefined) throw new AssertionError(`can't read the rows ${text}`);
    const cells = parseExpressions(list!).map((node) => compile(node, surroundings));
    const type = commonOperandType(cells.map((cell): Operand => ({ type: cell.type, text: "" }))) ?? STRING;
    const values = cells.map((cell) =>
      cell.type === null ? null : castValue(cell.type, type)(cell.run(new Map())),
    );
    columns.set(name, { type, values });
  }
  return columns;
}

export function aggregateCall(sql: string, surroundings: Surroundings = {}): AggregateCall {
  const [text, data] = sql.split(" -- ");
  if (text === undefined || data === undefined) throw new AssertionError(`${sql} lists no rows`);
  const columns = readColumns(data, surroundings);
  const types = new Map(Array.from(columns, ([name, { type }]) => [name, type]));
  const node = parseExpression(text);
  if (node.kind !== "call") throw new AssertionError(`${text} is no call`);
  const definition = (surroundings.functions ?? FunctionRegistry.builtin()).get(node.name);
  if (definition.kind !== "aggregate") throw new AssertionError(`${node.name} is no aggregate`);
  const args = node.args.map((arg) => compile(arg, { ...surroundings, columns: types }));
  const literals = args.map((arg) => arg.literal);
  const { overload, parameters, argumentTypes, returnType } = resolveOverload(
    definition,
    args.map((arg) => arg.type),
    literals,
  );
  const inputs = args.filter((_, i) => parameters[i]!.initial !== true);
  const count = Math.max(...Array.from(columns.values(), ({ values }) => values.length));
  const rows = Array.from({ length: count }, (_, row) => {
    const variables = new Map(Array.from(columns, ([name, { values }]) => [name, values[row] ?? null]));
    return inputs.map((input) => input.run(variables));
  });
  const aggregator = overload.create(callContext(argumentTypes, returnType, literals, surroundings));
  return { aggregator, returnType, rows };
}

export function aggregateText(sql: string, surroundings: Surroundings = {}): string {
  const { aggregator, returnType, rows } = aggregateCall(sql, surroundings);
  const state = rows.reduce<Value>((before, row) => aggregator.aggregate(row, before), aggregator.initial());
  return valueText(returnType, aggregator.result(state)) ?? "NULL";
}

/** The rows' texts, joined by `; `. */
export function tableText(sql: string, surroundings: Surroundings = {}): string {
  const node = parseExpression(sql);
  if (node.kind !== "call") throw new AssertionError(`${sql} is no call`);
  const definition = (surroundings.functions ?? FunctionRegistry.builtin()).get(node.name);
  if (definition.kind !== "table") throw new AssertionError(`${node.name} is no table function`);
  const args = node.args.map((arg) => compile(arg, surroundings));
  const { overload, argumentTypes, returnType } = resolveOverload(
    definition,
    args.map((arg) => arg.type),
  );
  const rows = overload.bind(callContext(argumentTypes, returnType, [], surroundings))(
    ...args.map((arg, i) => {
      const convert = arg.type === null ? () => null : castValue(arg.type, argumentTypes[i]!);
      return convert(arg.run(new Map()));
    }),
  );
  return rows.map((row) => valueText(returnType, row) ?? "NULL").join("; ");
}
