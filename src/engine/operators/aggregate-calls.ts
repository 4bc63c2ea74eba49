/**
 * The aggregates of one GROUP BY, bound to their call sites. States are one value for each call; nothing is changed in
 * place. An argument that fails is NULL, as anywhere. An aggregate that fails itself (a sum beyond its type) stops the
 * query, as in ksqlDB: to leave the row out would make every later result wrong.
 */
import { SpoorError } from "../../base/errors.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { Aggregator } from "../../functions/definition.ts";
import type { AggregateCall, Expression } from "../../plan/expression.ts";
import { expressionText } from "../../plan/expression-text.ts";
import type { EvaluationContext } from "../expression/evaluation-context.ts";
import { literalValue } from "../expression/call-binding.ts";
import { engineErrors } from "../errors.ts";

type Evaluate = (values: readonly Value[]) => Value;

interface BoundCall {
  readonly aggregator: Aggregator;
  readonly args: readonly Evaluate[];
  readonly text: string;
}

export interface CallCompiler {
  readonly evaluation: EvaluationContext;
  expression(expression: Expression): Evaluate;
}

export class AggregateCalls {
  readonly stateTypes: readonly SqlType[];
  readonly #calls: readonly BoundCall[];

  constructor(calls: readonly AggregateCall[], compiler: CallCompiler) {
    this.#calls = calls.map((call) => boundCall(call, compiler));
    this.stateTypes = this.#calls.map(({ aggregator }) => aggregator.stateType);
  }

  initial(): Value[] {
    return this.#calls.map(({ aggregator }) => aggregator.initial());
  }

  add(row: readonly Value[], states: readonly Value[]): Value[] {
    const next: Value[] = [];
    for (let i = 0; i < states.length; i++) {
      const { aggregator, args, text } = this.#calls[i]!;
      const values = evaluated(args, row);
      try {
        next.push(aggregator.aggregate(values, states[i]!));
      } catch (error) {
        throw failed(error, text);
      }
    }
    return next;
  }

  /** Takes a row back; the planner has checked that every call can. */
  remove(row: readonly Value[], states: readonly Value[]): Value[] {
    return this.#calls.map(({ aggregator, args, text }, i) => {
      if (aggregator.undo === undefined) throw noUndo(text);
      const values = evaluated(args, row);
      try {
        return aggregator.undo(values, states[i]!);
      } catch (error) {
        throw failed(error, text);
      }
    });
  }

  merge(left: readonly Value[], right: readonly Value[]): Value[] {
    return this.#calls.map(({ aggregator, text }, i) => {
      try {
        return aggregator.merge(left[i]!, right[i]!);
      } catch (error) {
        throw failed(error, text);
      }
    });
  }

  /** Writes the result of call i to `out[at + i]`. */
  results(states: readonly Value[], out: Value[], at: number): void {
    for (let i = 0; i < states.length; i++) {
      const { aggregator, text } = this.#calls[i]!;
      try {
        out[at + i] = aggregator.result(states[i]!);
      } catch (error) {
        throw failed(error, text);
      }
    }
  }
}

const NO_ARGUMENTS: readonly Value[] = [];

function evaluated(args: readonly Evaluate[], row: readonly Value[]): readonly Value[] {
  if (args.length === 0) return NO_ARGUMENTS;
  const values: Value[] = [];
  for (let i = 0; i < args.length; i++) values.push(args[i]!(row));
  return values;
}

function boundCall(call: AggregateCall, compiler: CallCompiler): BoundCall {
  const { properties, nowMs, random } = compiler.evaluation;
  const aggregator = call.overload.create({
    argumentTypes: call.argumentTypes,
    returnType: call.type,
    literals: [...call.args.map(literalValue), ...call.initials],
    properties,
    nowMs,
    random,
  });
  return {
    aggregator,
    args: call.args.map((arg) => compiler.expression(arg)),
    text: `${call.name}(${call.args.map((arg) => expressionText(arg)).join(", ")})`,
  };
}

function failed(error: unknown, text: string): Error {
  if (error instanceof SpoorError) return error;
  return engineErrors.AGGREGATE_FAILED({
    message: `aggregate ${text} failed`,
    detail: error instanceof Error ? error.message : String(error),
    hint: "use a wider type (CAST the argument), or keep such rows out with WHERE; the query stands before the record",
    cause: error,
  });
}

function noUndo(text: string): Error {
  return engineErrors.PLAN_UNSUPPORTED({
    message: `${text} can't take a row back`,
    detail: "an aggregation over a table needs aggregates that can",
    hint: "aggregate over a stream, or use another function",
  });
}
