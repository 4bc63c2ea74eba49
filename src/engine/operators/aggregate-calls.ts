/**
 * The aggregates of one GROUP BY, bound to their call sites. States are one value for each call; nothing is changed in
 * place. A call that throws for a row is reported as a failed expression and keeps its state: the other aggregates
 * of the row go on, as the items of a select list do.
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
  readonly #onFailure: EvaluationContext["onFailure"];

  constructor(calls: readonly AggregateCall[], compiler: CallCompiler) {
    this.#calls = calls.map((call) => boundCall(call, compiler));
    this.stateTypes = this.#calls.map(({ aggregator }) => aggregator.stateType);
    this.#onFailure = compiler.evaluation.onFailure;
  }

  initial(): Value[] {
    return this.#calls.map(({ aggregator }) => aggregator.initial());
  }

  add(row: readonly Value[], states: readonly Value[]): Value[] {
    const next: Value[] = [];
    for (let i = 0; i < states.length; i++) {
      const { aggregator, args, text } = this.#calls[i]!;
      try {
        next.push(aggregator.aggregate(evaluated(args, row), states[i]!));
      } catch (error) {
        next.push(this.#failed(error, text, states[i]!));
      }
    }
    return next;
  }

  /** Takes a row back; the planner has checked that every call can. */
  remove(row: readonly Value[], states: readonly Value[]): Value[] {
    return this.#calls.map(({ aggregator, args, text }, i) => {
      if (aggregator.undo === undefined) throw noUndo(text);
      try {
        return aggregator.undo(evaluated(args, row), states[i]!);
      } catch (error) {
        return this.#failed(error, text, states[i]!);
      }
    });
  }

  merge(left: readonly Value[], right: readonly Value[]): Value[] {
    return this.#calls.map(({ aggregator, text }, i) => {
      try {
        return aggregator.merge(left[i]!, right[i]!);
      } catch (error) {
        return this.#failed(error, text, left[i]!);
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
        out[at + i] = this.#failed(error, text, null);
      }
    }
  }

  #failed(error: unknown, text: string, instead: Value): Value {
    if (error instanceof SpoorError) throw error;
    this.#onFailure(error instanceof Error ? error : new Error(String(error)), text);
    return instead;
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
    argumentTypes: call.args.map((arg) => arg.type),
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

function noUndo(text: string): Error {
  return engineErrors.PLAN_UNSUPPORTED({
    message: `${text} can't take a row back`,
    detail: "an aggregation over a table needs aggregates that can",
    hint: "aggregate over a stream, or use another function",
  });
}
