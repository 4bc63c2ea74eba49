/** STDDEV_SAMP, STDDEV_SAMPLE, CORRELATION. */
import { BIGINT, DOUBLE, INTEGER, structType, type SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateFunction, AggregateOverload, Aggregator } from "../definition.ts";
import { parameter } from "../define.ts";
import { AGGREGATE, aggregateOverload, foldingAggregator } from "./define-aggregate.ts";

const NUMBERS: readonly SqlType[] = [INTEGER, BIGINT, DOUBLE];

/** [sum, count, sum of squared deviations from the mean] (Youngs and Cramer). */
type Deviation = readonly [sum: number, count: bigint, m2: number];

const DEVIATION = structType([
  { name: "SUM", type: DOUBLE },
  { name: "COUNT", type: BIGINT },
  { name: "M2", type: DOUBLE },
]);

/** What the nth value adds to the squared deviations, when it is added to a sum of n − 1 others. */
function added(value: number, sumBefore: number, n: number): number {
  const delta = value * n - (sumBefore + value);
  return n > 1 ? (delta * delta) / (n * (n - 1)) : 0;
}

function mergeDeviations(left: Deviation, right: Deviation): Deviation {
  const [leftCount, rightCount] = [Number(left[1]), Number(right[1])];
  let m2 = left[2] + right[2];
  if (leftCount > 0 && rightCount > 0) {
    const difference = left[0] / leftCount - right[0] / rightCount;
    m2 += (leftCount * rightCount * difference * difference) / (leftCount + rightCount);
  }
  return [left[0] + right[0], left[1] + right[1], m2];
}

function deviation(finish: (variance: number) => number): Aggregator {
  return {
    ...foldingAggregator<Deviation, number | bigint>(DEVIATION, [0, 0n, 0], {
      aggregate: (value, [sum, count, m2]) => {
        const x = Number(value);
        return [sum + x, count + 1n, m2 + added(x, sum, Number(count) + 1)];
      },
      undo: (value, [sum, count, m2]) => {
        const x = Number(value);
        return [sum - x, count - 1n, m2 - added(x, sum - x, Number(count))];
      },
      merge: mergeDeviations,
    }),
    result: (state) => {
      const [, count, m2] = state as unknown as Deviation;
      return count < 2n ? 0 : finish(m2 / (Number(count) - 1));
    },
  };
}

function deviationOverloads(finish: (variance: number) => number): readonly AggregateOverload[] {
  return NUMBERS.map((type) =>
    aggregateOverload([parameter("value", type)], DOUBLE, true, () => deviation(finish)),
  );
}

const stddevSample: AggregateFunction = {
  kind: "aggregate",
  name: "STDDEV_SAMPLE",
  category: AGGREGATE,
  description: "The sample standard deviation of the values, NULLs left out; 0.0 for fewer than two.",
  examples: [{ sql: "STDDEV_SAMPLE(X) -- X: 1, 3, 5", result: "2.0" }],
  overloads: deviationOverloads(Math.sqrt),
};

const stddevSamp: AggregateFunction = {
  kind: "aggregate",
  name: "STDDEV_SAMP",
  category: AGGREGATE,
  description:
    "The sample variance of the values, as ksqlDB computes it in spite of the name: the square of STDDEV_SAMPLE.",
  examples: [{ sql: "STDDEV_SAMP(X) -- X: 1, 3, 5", result: "4.0" }],
  overloads: deviationOverloads((variance) => variance),
};

/** Sums of x, y, x², y², xy, and the count. */
type Moments = readonly [x: number, y: number, xx: number, yy: number, xy: number, count: bigint];

const MOMENTS = structType([
  ...["X_SUM", "Y_SUM", "X_SQUARED_SUM", "Y_SQUARED_SUM", "XY_SUM"].map((name) => ({ name, type: DOUBLE })),
  { name: "COUNT", type: BIGINT },
]);

function addMoments(a: Moments, b: Moments, sign: 1 | -1): Moments {
  return [
    a[0] + sign * b[0],
    a[1] + sign * b[1],
    a[2] + sign * b[2],
    a[3] + sign * b[3],
    a[4] + sign * b[4],
    a[5] + BigInt(sign) * b[5],
  ];
}

function momentsOf([first = null, second = null]: readonly Value[]): Moments | undefined {
  if (first === null || second === null) return undefined;
  const [x, y] = [Number(first as number | bigint), Number(second as number | bigint)];
  return [x, y, x * x, y * y, x * y, 1n];
}

function pearson([x, y, xx, yy, xy, count]: Moments): number {
  const n = Number(count);
  return (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
}

function changeMoments(args: readonly Value[], state: Value, sign: 1 | -1): Value {
  const moments = momentsOf(args);
  return moments === undefined ? state : addMoments(state as unknown as Moments, moments, sign);
}

function correlator(): Aggregator {
  return {
    stateType: MOMENTS,
    initial: () => [0, 0, 0, 0, 0, 0n],
    aggregate: (args, state) => changeMoments(args, state, 1),
    undo: (args, state) => changeMoments(args, state, -1),
    merge: (left, right) => addMoments(left as unknown as Moments, right as unknown as Moments, 1),
    result: (state) => pearson(state as unknown as Moments),
  };
}

const correlation: AggregateFunction = {
  kind: "aggregate",
  name: "CORRELATION",
  category: AGGREGATE,
  description:
    "Pearson's correlation of two columns, records with a NULL left out; NaN when one of them does not vary.",
  examples: [{ sql: "CORRELATION(X, Y) -- X: 1, 2, 3; Y: 2, 4, 6", result: "1.0" }],
  overloads: NUMBERS.map((type) =>
    aggregateOverload([parameter("x", type), parameter("y", type)], DOUBLE, true, correlator),
  ),
};

export const statisticsFunctions = [stddevSample, stddevSamp, correlation];
