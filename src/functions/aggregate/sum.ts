/** SUM, SUM_LIST, AVG. Sums of integers wrap around, a DECIMAL that grows beyond its type is an error. */
import { Decimal } from "../../data/decimal.ts";
import { BIGINT, DOUBLE, INTEGER, structType, typeText, type SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import {
  FunctionError,
  type AggregateFunction,
  type AggregateOverload,
  type Aggregator,
} from "../definition.ts";
import { ANY_DECIMAL, arrayOf, firstArgumentType, parameter } from "../define.ts";
import { AGGREGATE, aggregateOverload, decimalOf, foldingAggregator } from "./define-aggregate.ts";

interface Arithmetic<V extends Value> {
  readonly type: SqlType;
  readonly zero: V;
  readonly add: (a: V, b: V) => V;
  readonly subtract: (a: V, b: V) => V;
}

const INTEGERS: Arithmetic<number> = {
  type: INTEGER,
  zero: 0,
  add: (a, b) => (a + b) | 0,
  subtract: (a, b) => (a - b) | 0,
};

const BIGINTS: Arithmetic<bigint> = {
  type: BIGINT,
  zero: 0n,
  add: (a, b) => BigInt.asIntN(64, a + b),
  subtract: (a, b) => BigInt.asIntN(64, a - b),
};

const DOUBLES: Arithmetic<number> = {
  type: DOUBLE,
  zero: 0,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
};

function adder<V extends Value>({ type, zero, add, subtract }: Arithmetic<V>): Aggregator {
  return foldingAggregator<V, V>(type, zero, {
    aggregate: (value, state) => add(state, value),
    undo: (value, state) => subtract(state, value),
    merge: add,
  });
}

function sumOf<V extends Value>(arithmetic: Arithmetic<V>): AggregateOverload {
  return aggregateOverload([parameter("value", arithmetic.type)], arithmetic.type, true, () =>
    adder(arithmetic),
  );
}

const sum: AggregateFunction = {
  kind: "aggregate",
  name: "SUM",
  category: AGGREGATE,
  description: "The sum of the values, NULLs left out; 0 when there are none.",
  examples: [
    { sql: "SUM(X) -- X: 1, NULL, 2", result: "3" },
    { sql: "SUM(X) -- X: 1.25, 1.50", result: "2.75" },
  ],
  overloads: [
    sumOf(INTEGERS),
    sumOf(BIGINTS),
    sumOf(DOUBLES),
    aggregateOverload([parameter("value", ANY_DECIMAL)], firstArgumentType, true, (context) => {
      const type = decimalOf(context);
      const checked = (total: Decimal): Decimal => {
        if (total.fits(type.precision, type.scale)) return total;
        throw new FunctionError(`numeric field overflow: ${typeText(type)} does not hold the sum ${total}`);
      };
      return adder<Decimal>({
        type,
        zero: new Decimal(0n, type.scale),
        add: (a, b) => checked(a.add(b)),
        subtract: (a, b) => a.subtract(b),
      });
    }),
  ],
};

function sumListOf<V extends Value>({ type, zero, add, subtract }: Arithmetic<V>): AggregateOverload {
  const total = (list: readonly Value[]): V =>
    list.reduce<V>((result, item) => (item === null ? result : add(result, item as V)), zero);
  return aggregateOverload([parameter("list", arrayOf(type))], type, true, () =>
    foldingAggregator<V, readonly Value[]>(type, zero, {
      aggregate: (list, state) => add(state, total(list)),
      undo: (list, state) => subtract(state, total(list)),
      merge: add,
    }),
  );
}

const sumList: AggregateFunction = {
  kind: "aggregate",
  name: "SUM_LIST",
  category: AGGREGATE,
  description: "The sum of all elements of all arrays, NULLs left out.",
  examples: [{ sql: "SUM_LIST(X) -- X: ARRAY[1, 2], ARRAY[3]", result: "6" }],
  overloads: [sumListOf(INTEGERS), sumListOf(BIGINTS), sumListOf(DOUBLES)],
};

/** [sum, count]; integers are summed as BIGINT. */
type SumAndCount<V> = readonly [sum: V, count: bigint];

function averageOf<V extends bigint | number>(
  argument: SqlType,
  { type, zero, add, subtract }: Arithmetic<V>,
  widen: (value: Value) => V,
): AggregateOverload {
  const stateType = structType([
    { name: "SUM", type },
    { name: "COUNT", type: BIGINT },
  ]);
  return aggregateOverload([parameter("value", argument)], DOUBLE, true, () => ({
    ...foldingAggregator<SumAndCount<V>, Value>(stateType, [zero, 0n], {
      aggregate: (value, [total, count]) => [add(total, widen(value)), count + 1n],
      undo: (value, [total, count]) => [subtract(total, widen(value)), count - 1n],
      merge: (left, right) => [add(left[0], right[0]), left[1] + right[1]],
    }),
    result: (state) => {
      const [total, count] = state as SumAndCount<V>;
      return count === 0n ? 0 : Number(total) / Number(count);
    },
  }));
}

const avg: AggregateFunction = {
  kind: "aggregate",
  name: "AVG",
  category: AGGREGATE,
  description: "The average of the values, NULLs left out; 0.0 when there are none.",
  examples: [{ sql: "AVG(X) -- X: 1, NULL, 2", result: "1.5" }],
  overloads: [
    averageOf(INTEGER, BIGINTS, (value) => BigInt(value as number)),
    averageOf(BIGINT, BIGINTS, (value) => value as bigint),
    averageOf(DOUBLE, DOUBLES, (value) => value as number),
  ],
};

export const sumFunctions = [sum, sumList, avg];
