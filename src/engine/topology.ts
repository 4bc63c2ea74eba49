/**
 * Builds the operators of a plan, root first, and answers the inputs that records are to be fed into: one for each
 * source step, in the order in which rows with one arrival number must be processed (tables before streams, so that a
 * stream row meets what its own event put into a table; then left before right).
 */
import { encoder, formatOptions } from "../formats/formats.ts";
import { ByteWriter } from "../formats/byte-writer.ts";
import type { RecordBlock } from "../log/record-block.ts";
import type { Value } from "../data/values.ts";
import type { Expression } from "../plan/expression.ts";
import type { FilterStep, PhysicalStep, SourceStep, StreamTableJoinStep } from "../plan/physical.ts";
import { buildStatefulStep } from "./operators/stateful-steps.ts";
import { compileAll, compileExpression, compilePredicate } from "./expression/compiler.ts";
import type { EvaluationContext } from "./expression/evaluation-context.ts";
import type { OperatorContext, RowReceiver } from "./operator.ts";
import { FilterOperator } from "./operators/filter.ts";
import { MaterializedTable } from "./operators/materialized-table.ts";
import { ProjectOperator } from "./operators/project.ts";
import type { Projection } from "./operators/project.ts";
import { RekeyOperator } from "./operators/rekey.ts";
import { StreamTableJoinOperator } from "./operators/stream-table-join.ts";
import type { StreamTableJoinOptions } from "./operators/stream-table-join.ts";
import { TableSource } from "./operators/table-source.ts";
import { expressionReads, requiredColumns } from "./required-columns.ts";
import type { RequiredColumns } from "./required-columns.ts";
import type { Row } from "./row.ts";
import { SourceDecoder } from "./source-decoder.ts";

export interface TopologyInput {
  readonly step: SourceStep;
  /** Processes one record of the block to the end. */
  receive(block: RecordBlock, index: number): void;
}

type TableLookup = Pick<StreamTableJoinOptions, "tableKey" | "lookup">;

export interface Topology {
  readonly inputs: readonly TopologyInput[];
}

export function buildTopology(root: PhysicalStep, sink: RowReceiver, context: OperatorContext): Topology {
  const builder = new TopologyBuilder(root, context);
  builder.build(root, sink);
  return { inputs: builder.inputs() };
}

/** What the builders of single steps need: it builds the step's inputs and compiles its expressions. */
export class TopologyBuilder {
  readonly context: OperatorContext;
  readonly #evaluation: EvaluationContext;
  readonly #required: RequiredColumns;
  readonly #streams: TopologyInput[] = [];
  readonly #tables: TopologyInput[] = [];
  #storeCount = 0;

  constructor(root: PhysicalStep, context: OperatorContext) {
    this.context = context;
    this.#required = requiredColumns(root);
    this.#evaluation = {
      properties: context.properties,
      nowMs: () => context.nowMs(),
      random: () => context.random(),
      onFailure: (error, text) => context.expressionFailed(error, text),
    };
  }

  inputs(): readonly TopologyInput[] {
    return [...this.#tables, ...this.#streams];
  }

  /** Builds the operators of `step` and what is below it; its rows go to `next`. */
  build(step: PhysicalStep, next: RowReceiver): void {
    switch (step.kind) {
      case "source":
        this.#source(step, next);
        return;
      case "filter":
        if (step.input.kind === "source" && step.input.output === "stream") {
          this.#filteredSource(step, step.input, next);
          return;
        }
        this.build(step.input, new FilterOperator(this.predicate(step.predicate), next, this.context));
        return;
      case "project": {
        const project = this.projection(step.expressions);
        this.build(step.input, new ProjectOperator(project, step.expressions.length, next));
        return;
      }
      case "rekey": {
        const { keys, carried, dropNullKeys } = step;
        const project = this.projection(keys);
        this.build(
          step.input,
          new RekeyOperator(project, keys.length, carried, dropNullKeys, next, this.context),
        );
        return;
      }
      case "stream-table-join":
        this.#streamTableJoin(step, next);
        return;
      default:
        buildStatefulStep(step, next, this);
    }
  }

  #source(step: SourceStep, next: RowReceiver): void {
    const decoder = this.#decoder(step);
    if (step.output === "table") {
      const table = new TableSource(
        step,
        decoder,
        this.context.store(this.storeName("table")),
        next,
        this.context,
      );
      this.#tables.push({ step, receive: (block, index) => table.receive(block, index) });
      return;
    }
    this.#streams.push({
      step,
      receive: (block, index) => {
        const row = decoder.decode(block, index);
        if (row !== undefined) next.receive(row, undefined);
      },
    });
  }

  #decoder(step: SourceStep): SourceDecoder {
    return new SourceDecoder(step, this.#required.get(step) ?? new Map(), this.context);
  }

  /**
   * A stream read through a filter: what the predicate reads is decoded first, the rest only where it passes. So a
   * record that the statement does not ask for is `filtered`, whatever its other fields hold, as in the byte pipeline.
   */
  #filteredSource(filter: FilterStep, source: SourceStep, next: RowReceiver): void {
    const passes = this.predicate(filter.predicate);
    const first = new SourceDecoder(source, expressionReads(filter.predicate), this.context);
    const whole = this.#decoder(source);
    this.#streams.push({
      step: source,
      receive: (block, index) => {
        const tested = first.decode(block, index);
        if (tested === undefined) return;
        if (!passes(tested.values)) {
          this.context.counters.drop("filtered");
          return;
        }
        const row = whole.decode(block, index);
        if (row !== undefined) next.receive(row, undefined);
      },
    });
  }

  #streamTableJoin(step: StreamTableJoinStep, next: RowReceiver): void {
    const { join, order, right } = step;
    const table = right.kind === "source" ? this.#sourceTable(step, right) : this.#derivedTable(step);
    const rightWidth = right.schema.columns.length;
    this.build(
      step.left,
      new StreamTableJoinOperator({ join, order, rightWidth, ...table }, next, this.context),
    );
  }

  #sourceTable(step: StreamTableJoinStep, right: SourceStep): TableLookup {
    const table = this.lookupTable(right);
    return { tableKey: this.keyEncoder(step.leftKey, right), lookup: (key) => table.lookup(key) };
  }

  /** A table that other steps make: its rows are kept for the join. */
  #derivedTable(step: StreamTableJoinStep): TableLookup {
    const store = this.context.store(this.storeName("join-table"));
    const table = new MaterializedTable(step.right.schema, store, this.context);
    this.build(step.right, table);
    const key = this.expression(step.leftKey);
    return {
      tableKey: (row) => table.keyFor([key(row.values)], row.window),
      lookup: (bytes) => table.lookup(bytes),
    };
  }

  /** A table that is only looked up. */
  lookupTable(step: SourceStep): TableSource {
    const store = this.context.store(this.storeName("table"));
    const table = new TableSource(step, this.#decoder(step), store, undefined, this.context);
    this.#tables.push({ step, receive: (block, index) => table.receive(block, index) });
    return table;
  }

  /** The bytes that `expression` gives as the key of the table read by `step`; undefined for NULL. */
  keyEncoder(expression: Expression, step: SourceStep): (row: Row) => Buffer | undefined {
    const key = compileExpression(expression, this.#evaluation);
    const columns = step.schema.columns.filter((column) => column.role === "key");
    const { format, properties, wrapping } = step.keyFormat;
    const side = encoder(format, columns, formatOptions(format, properties, wrapping, columns.length, "key"));
    const writer = new ByteWriter(64);
    return (row) => {
      const value = key.evaluate(row.values);
      if (value === null) return undefined;
      writer.reset();
      return side.encode([value], writer) ? Buffer.from(writer.view()) : undefined;
    };
  }

  /** A name for the next store; the same plan gives the same names in the same order. */
  storeName(kind: string): string {
    this.#storeCount += 1;
    return `${kind}-${this.#storeCount}`;
  }

  predicate(expression: Expression): (values: readonly Value[]) => boolean {
    return compilePredicate(expression, this.#evaluation);
  }

  projection(expressions: readonly Expression[]): Projection {
    return compileAll(expressions, this.#evaluation);
  }

  expression(expression: Expression): (values: readonly Value[]) => Value {
    return compileExpression(expression, this.#evaluation).evaluate;
  }

  get evaluation(): EvaluationContext {
    return this.#evaluation;
  }
}
