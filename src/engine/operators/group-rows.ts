/**
 * What all kinds of GROUP BY share: the group of a row, and the output rows of an aggregate step.
 *
 * Output row: KSQL 5's hidden text key (group values joined with `|+|`) where the step has one, the group values, the
 * results, then WINDOWSTART and WINDOWEND where windowed, then ROWTIME. A tombstone has keys and pseudo columns only.
 * A NULL group value keeps the row out of the aggregation, counted as `null-key`; so does a stream's record without a
 * value (`null-value`).
 */
import { STRING } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { valueText } from "../../data/value-text.ts";
import type { AggregateStep } from "../../plan/physical.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext } from "../operator.ts";
import { makeRow } from "../row.ts";
import type { Row, WindowBounds } from "../row.ts";
import { KeyCodec } from "../state/key-codec.ts";
import type { AggregateCalls } from "./aggregate-calls.ts";
import type { Projection } from "./project.ts";

const LEGACY_SEPARATOR = "|+|";

export interface Group {
  readonly values: readonly Value[];
  /** A view that is valid until the next group is made. */
  readonly key: Buffer;
}

export class GroupRows {
  readonly #step: AggregateStep;
  readonly #project: Projection;
  readonly #keys: KeyCodec;
  readonly #calls: AggregateCalls;
  readonly #context: OperatorContext;
  readonly #width: number;
  readonly #legacy: number;
  /** NULLs, to be copied. */
  readonly #noGroup: readonly Value[];
  readonly #noRow: readonly Value[];

  constructor(step: AggregateStep, project: Projection, calls: AggregateCalls, context: OperatorContext) {
    this.#step = step;
    this.#project = project;
    this.#keys = new KeyCodec(step.groupBy.map((expression) => expression.type));
    this.#calls = calls;
    this.#context = context;
    this.#width = step.schema.columns.length;
    this.#legacy = step.legacyKey ? 1 : 0;
    this.#noGroup = step.groupBy.map(() => null);
    this.#noRow = step.schema.columns.map(() => null);
  }

  /** The group of a stream's row; undefined, and counted, where it has none. */
  groupOfStream(row: Row): Group | undefined {
    if (!row.deleted) return this.group(row);
    dropRecord(this.#context, "null-value", "the record has no value to aggregate");
    return undefined;
  }

  /** Undefined, and counted unless the row is one that is taken back, where a group value is NULL. */
  group(row: Row, counted = true): Group | undefined {
    const values = this.#noGroup.slice();
    this.#project(row.values, values);
    for (let i = 0; i < values.length; i++) {
      if (values[i] === null) {
        if (counted) dropRecord(this.#context, "null-key", "a GROUP BY expression is NULL");
        return undefined;
      }
    }
    return { values, key: this.#keys.view(values) };
  }

  output(
    group: readonly Value[],
    states: readonly Value[],
    timestampMs: number,
    arrival: number,
    window: WindowBounds | undefined,
  ): Row {
    const out = this.#frame(group, timestampMs, window);
    this.#calls.results(states, out, this.#legacy + group.length);
    return makeRow(out, timestampMs, arrival, window);
  }

  tombstone(group: readonly Value[], timestampMs: number, arrival: number, window: WindowBounds): Row {
    return makeRow(this.#frame(group, timestampMs, window), timestampMs, arrival, window, true);
  }

  /** A row without results. */
  #frame(group: readonly Value[], timestampMs: number, window: WindowBounds | undefined): Value[] {
    const out = this.#noRow.slice();
    for (let i = 0; i < group.length; i++) out[this.#legacy + i] = group[i]!;
    if (this.#legacy === 1) out[0] = this.#legacyKey(group);
    out[this.#width - 1] = BigInt(timestampMs);
    if (window !== undefined) {
      out[this.#width - 3] = BigInt(window.startMs);
      out[this.#width - 2] = BigInt(window.endMs);
    }
    return out;
  }

  #legacyKey(group: readonly Value[]): string {
    return group
      .map((value, i) => valueText(this.#step.groupBy[i]?.type ?? STRING, value))
      .join(LEGACY_SEPARATOR);
  }
}
