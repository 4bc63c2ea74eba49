/** Short forms to write aggregates with. */
import type { DecimalType, SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateOverload, Aggregator, CallContext, Parameter, ReturnType } from "../definition.ts";

export const AGGREGATE = "AGGREGATE";

export function aggregateOverload(
  parameters: readonly Parameter[],
  returns: ReturnType,
  supportsUndo: boolean,
  create: (context: CallContext) => Aggregator,
): AggregateOverload {
  return { parameters, returns, supportsUndo, create };
}

/** An aggregate of one column that leaves NULLs out and whose result is its state. */
export function foldingAggregator<S extends Value, V extends Value>(
  stateType: SqlType,
  first: S,
  fold: {
    readonly aggregate: (value: V, state: S) => S;
    readonly undo?: (value: V, state: S) => S;
    readonly merge: (left: S, right: S) => S;
  },
): Aggregator {
  const { undo } = fold;
  return {
    stateType,
    initial: () => first,
    aggregate: ([value = null], state) => (value === null ? state : fold.aggregate(value as V, state as S)),
    ...(undo === undefined
      ? {}
      : {
          undo: ([value = null]: readonly Value[], state: Value) =>
            value === null ? state : undo(value as V, state as S),
        }),
    merge: (left, right) => fold.merge(left as S, right as S),
    result: (state) => state,
  };
}

/** The value of the last argument that is a literal, which an aggregate is made with. */
export function lastLiteral(context: CallContext): Value {
  return context.literals.findLast((literal) => literal !== undefined) ?? null;
}

export function decimalOf(context: CallContext): DecimalType {
  return context.argumentTypes[0] as DecimalType;
}
