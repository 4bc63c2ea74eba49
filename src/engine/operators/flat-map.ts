/**
 * Table functions: a row becomes as many rows as the longest of its functions gives; each has the row's columns, then one
 * column for each function, NULL behind the end of a shorter one. A function that fails gives no rows and is counted as a
 * failed expression. A row for which all functions give nothing is counted as `filtered`, a record without
 * a value as `null-value`. Streams only; no state.
 */
import type { Value } from "../../data/values.ts";
import type { TableFunctionCall } from "../../plan/expression.ts";
import { expressionText } from "../../plan/expression-text.ts";
import { literalValue } from "../expression/call-binding.ts";
import type { EvaluationContext } from "../expression/evaluation-context.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import type { CallCompiler } from "./aggregate-calls.ts";

type RowFunction = (values: readonly Value[]) => readonly Value[];

export class FlatMapOperator implements RowReceiver {
  readonly #functions: readonly RowFunction[];
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(
    calls: readonly TableFunctionCall[],
    compiler: CallCompiler,
    next: RowReceiver,
    context: OperatorContext,
  ) {
    this.#functions = calls.map((call) => rowFunction(call, compiler));
    this.#next = next;
    this.#context = context;
  }

  receive(row: Row): void {
    if (row.deleted) {
      dropRecord(this.#context, "null-value", "the record has no value to take rows from");
      return;
    }
    const columns = this.#functions.map((rowsOf) => rowsOf(row.values));
    let count = 0;
    for (const column of columns) count = Math.max(count, column.length);
    if (count === 0) this.#context.counters.drop("filtered");
    for (let i = 0; i < count; i++) {
      const values = row.values.slice();
      for (const column of columns) values.push(column[i] ?? null);
      this.#next.receive(
        makeRow(values, row.timestampMs, row.arrival, row.window, false, row.keyless),
        undefined,
      );
    }
  }
}

const NO_ROWS: readonly Value[] = [];

function rowFunction(call: TableFunctionCall, compiler: CallCompiler): RowFunction {
  const { properties, nowMs, random, onFailure }: EvaluationContext = compiler.evaluation;
  const implementation = call.overload.bind({
    argumentTypes: call.args.map((arg) => arg.type),
    returnType: call.type,
    literals: call.args.map(literalValue),
    properties,
    nowMs,
    random,
  });
  const args = call.args.map((arg) => compiler.expression(arg));
  const text = `${call.name}(${call.args.map((arg) => expressionText(arg)).join(", ")})`;
  return (values) => {
    try {
      return implementation(...args.map((evaluate) => evaluate(values)));
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)), text);
      return NO_ROWS;
    }
  };
}
