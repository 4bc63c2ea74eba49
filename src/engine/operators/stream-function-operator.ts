/**
 * A stream function within a plan: hands it the rows of its inputs, and passes its rows on with the arrival of the record
 * that caused them. What it must keep to stands in `stream-function.ts`.
 */
import { assert } from "../../base/assert.ts";
import type { Value } from "../../data/values.ts";
import type { StreamFunctionStep } from "../../plan/physical.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { makeRow } from "../row.ts";
import { ORDINARY_REASONS } from "../statistics.ts";
import type { StateStore } from "../state/state-store.ts";
import { isRunnable } from "../stream-function.ts";
import type { StreamFunctionContext, StreamFunctionProcessor } from "../stream-function.ts";

export class StreamFunctionOperator {
  readonly #processor: StreamFunctionProcessor;
  readonly #next: RowReceiver;
  readonly #keyless: boolean;
  /** Of the record being processed; undefined between two records. */
  #arrival: number | undefined;

  constructor(step: StreamFunctionStep, store: StateStore, next: RowReceiver, context: OperatorContext) {
    const definition = step.function;
    assert(isRunnable(definition), `stream function ${definition.name} can be run`);
    this.#next = next;
    this.#keyless = !step.schema.columns.some(({ role }) => role === "key");
    this.#processor = definition.open(this.#context(step, store, context));
  }

  #context(step: StreamFunctionStep, store: StateStore, context: OperatorContext): StreamFunctionContext {
    return {
      store,
      properties: context.properties,
      place: context.place,
      reads: step.reads,
      column: (input, name) => {
        const columns = step.inputs[input]?.schema.columns ?? [];
        return columns.findIndex((column) => column.name.toUpperCase() === name.toUpperCase());
      },
      emit: (values, timestampMs) => this.#emit(values, timestampMs),
      drop: (reason, detail) => {
        if (ORDINARY_REASONS.has(reason)) context.counters.drop(reason);
        else dropRecord(context, reason, detail);
      },
      note: (name, count) => context.counters.note(name, count),
    };
  }

  #emit(values: readonly Value[], timestampMs: number): void {
    assert(this.#arrival !== undefined, "a stream function emits while it processes a record");
    const withTime = [...values, BigInt(Math.trunc(timestampMs))];
    this.#next.receive(
      makeRow(withTime, timestampMs, this.#arrival, undefined, false, this.#keyless),
      undefined,
    );
  }

  receiver(input: number): RowReceiver {
    return {
      receive: (row) => {
        this.#arrival = row.arrival;
        this.#processor.process(input, row);
        this.#arrival = undefined;
      },
    };
  }

  flush(): void {
    this.#processor.flush();
  }
}
