/**
 * Builds the operators of a plan, root first, and answers the inputs that records are to be fed into: one for each
 * source step, in the order in which rows with one arrival number must be processed (tables before streams, so that a
 * stream row meets what its own event put into a table; then left before right).
 */
import { encoder, formatOptions, hasSchemas } from "../formats/formats.ts";
import { ByteWriter } from "../formats/byte-writer.ts";
import type { RecordBlock } from "../log/record-block.ts";
import type {
  FilterStep,
  PhysicalStep,
  ProjectStep,
  RekeyStep,
  SourceStep,
  StreamTableJoinStep,
} from "../plan/physical.ts";
import { buildStatefulStep } from "./operators/stateful-steps.ts";
import { dropRecord, stepContext } from "./operator.ts";
import type { OperatorContext, RowReceiver } from "./operator.ts";
import { ExchangeReader } from "./exchange.ts";
import { CauseTimes } from "./operators/cause-times.ts";
import { FilterOperator } from "./operators/filter.ts";
import { MaterializedTable } from "./operators/materialized-table.ts";
import { ProjectOperator } from "./operators/project.ts";
import { RekeyOperator } from "./operators/rekey.ts";
import { StreamTableJoinOperator } from "./operators/stream-table-join.ts";
import type { StreamTableJoinOptions } from "./operators/stream-table-join.ts";
import { TableSource } from "./operators/table-source.ts";
import { collectColumns, expressionReads, requiredColumns } from "./required-columns.ts";
import type { RequiredColumns } from "./required-columns.ts";
import type { Row } from "./row.ts";
import { SourceDecoder } from "./source-decoder.ts";
import { StepExpressions } from "./step-expressions.ts";
import { stepNames } from "./step-names.ts";

export interface TopologyInput {
  readonly step: SourceStep;
  /** Processes one record of the block to the end. */
  receive(block: RecordBlock, index: number): void;
}

type TableLookup = Pick<StreamTableJoinOptions, "tableKey" | "lookup">;

export interface Topology {
  readonly inputs: readonly TopologyInput[];
  /** Brings all stores up to date: what operators keep decoded is written. To be called before each commit. */
  flush(): void;
}

/** @param names of the steps, where the plan is a part of a larger one */
export function buildTopology(
  root: PhysicalStep,
  sink: RowReceiver,
  context: OperatorContext,
  names: ReadonlyMap<PhysicalStep, string> = stepNames(root),
): Topology {
  const builder = new TopologyBuilder(root, context, names);
  builder.build(root, sink);
  return { inputs: builder.inputs(), flush: () => builder.flush() };
}

/** What the builders of single steps need: it builds the step's inputs and knows each step's context. */
export class TopologyBuilder {
  readonly #context: OperatorContext;
  readonly #names: ReadonlyMap<PhysicalStep, string>;
  readonly #steps = new Map<PhysicalStep, StepExpressions>();
  readonly #required: RequiredColumns;
  readonly #causes = new CauseTimes();
  readonly #ksql5: boolean;
  readonly #streams: TopologyInput[] = [];
  readonly #tables: TopologyInput[] = [];
  readonly #flushes: (() => void)[] = [];
  #storeCount = 0;

  constructor(root: PhysicalStep, context: OperatorContext, names: ReadonlyMap<PhysicalStep, string>) {
    this.#context = context;
    this.#names = names;
    this.#ksql5 = [...this.#names.keys()].some((step) => step.ksql5 === true);
    this.#required = requiredColumns(root);
  }

  /** The context of the step, and what compiles its expressions. */
  at(step: PhysicalStep): StepExpressions {
    const known = this.#steps.get(step);
    if (known !== undefined) return known;
    const made = new StepExpressions(stepContext(this.#context, this.#names.get(step) ?? step.kind));
    this.#steps.set(step, made);
    return made;
  }

  inputs(): readonly TopologyInput[] {
    const inputs = [...this.#tables, ...this.#streams];
    const { headers } = this.#context;
    if (headers === undefined) return inputs;
    return inputs.map(({ step, receive }) => ({
      step,
      receive: (block, index) => {
        headers.enter(block, index);
        receive(block, index);
      },
    }));
  }

  /** An operator has something to write before a commit. */
  flushes(flush: () => void): void {
    this.#flushes.push(flush);
  }

  flush(): void {
    for (const flush of this.#flushes) flush();
  }

  /** Builds the operators of `step` and what is below it; its rows go to `next`. */
  build(step: PhysicalStep, next: RowReceiver): void {
    const causeTimes = step.ksql5 === true && step.kind !== "filter";
    this.#build(step, causeTimes ? this.#causes.setting(next) : next);
  }

  #build(step: PhysicalStep, next: RowReceiver): void {
    switch (step.kind) {
      case "source":
        this.#source(step, this.#ksql5 ? this.#causes.noting(next) : next);
        return;
      case "filter":
        if (isTopicStream(step.input)) {
          this.#filteredSource(step, step.input, this.#ksql5 ? this.#causes.noting(next) : next);
          return;
        }
        this.build(step.input, this.#filter(step, next));
        return;
      case "project":
        this.build(step.input, this.#project(step, next));
        return;
      case "rekey":
        this.build(step.input, this.#rekey(step, next));
        return;
      case "stream-table-join":
        this.#streamTableJoin(step, next);
        return;
      default:
        buildStatefulStep(step, next, this);
    }
  }

  #filter(step: FilterStep, next: RowReceiver): RowReceiver {
    const at = this.at(step);
    return new FilterOperator(at.predicate(step.predicate), step, next, at.context);
  }

  #project(step: ProjectStep, next: RowReceiver): RowReceiver {
    const { expressions, schema } = step;
    const at = this.at(step);
    const isKey = (index: number): boolean => schema.columns[index]!.role === "key";
    const keys = at.partialProjection(expressions, isKey);
    return new ProjectOperator(at.projection(expressions), keys, expressions.length, next);
  }

  #rekey(step: RekeyStep, next: RowReceiver): RowReceiver {
    const at = this.at(step);
    const { keys, carried, dropNullKeys, input } = step;
    const ofKeyOnly = (index: number): boolean => {
      const read = new Set<number>();
      collectColumns(keys[index]!, read);
      return [...read].every((column) => input.schema.columns[column]!.role === "key");
    };
    const projections = { keys: at.projection(keys), ofNull: at.partialProjection(keys, ofKeyOnly) };
    return new RekeyOperator(projections, keys.length, carried, dropNullKeys, next, at.context);
  }

  #source(step: SourceStep, next: RowReceiver): void {
    if (step.exchange === true) {
      const reader = new ExchangeReader(step, next, this.at(step).context);
      const inputs = step.output === "table" ? this.#tables : this.#streams;
      inputs.push({ step, receive: (block, index) => reader.receive(block, index) });
      return;
    }
    const decoder = this.#decoder(step);
    const { context } = this.at(step);
    if (step.output === "table") {
      const table = new TableSource(decoder, context.store(this.storeName("table")), next, context);
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
    return new SourceDecoder(step, this.#required.get(step) ?? new Map(), this.at(step).context);
  }

  /**
   * A stream read through a filter: what the predicate reads is decoded first, the rest only where it passes. So a
   * record that the statement does not ask for is `filtered`, whatever its other fields hold, as in the byte pipeline.
   */
  #filteredSource(filter: FilterStep, source: SourceStep, next: RowReceiver): void {
    const { context } = this.at(filter);
    const passes = this.at(filter).predicate(filter.predicate);
    const first = new SourceDecoder(source, expressionReads(filter.predicate), this.at(source).context);
    const whole = this.#decoder(source);
    this.#streams.push({
      step: source,
      receive: (block, index) => {
        const tested = first.decode(block, index);
        if (tested === undefined) return;
        if (tested.deleted || !passes(tested.values)) {
          if (!tested.deleted) context.counters.drop("filtered");
          else dropRecord(context, "null-value", "the record has no value to look at");
          return;
        }
        const row = whole.decode(block, index);
        if (row !== undefined) next.receive(row, undefined);
      },
    });
  }

  #streamTableJoin(step: StreamTableJoinStep, next: RowReceiver): void {
    const { join, order, right } = step;
    // With schemas, equal keys may have different bytes: then the rows are kept by the keys' values.
    const table =
      right.kind === "source" && right.exchange !== true && !hasSchemas(right.keyFormat.format)
        ? this.#sourceTable(step, right)
        : this.#derivedTable(step);
    const rightWidth = right.schema.columns.length;
    this.build(
      step.left,
      new StreamTableJoinOperator({ join, order, rightWidth, ...table }, next, this.at(step).context),
    );
  }

  #sourceTable(step: StreamTableJoinStep, right: SourceStep): TableLookup {
    // Elsewhere one key may have several forms in bytes (spaces, schema ids), so its values are what counts.
    if (right.keyFormat.format !== "KAFKA") return this.#decodedTable(step, right);
    const table = this.lookupTable(right);
    return { tableKey: this.#keyEncoder(step, right), lookup: (key) => table.lookup(key) };
  }

  /** A topic read as a table, its rows decoded when they come. */
  #decodedTable(step: StreamTableJoinStep, right: SourceStep): TableLookup {
    const { context } = this.at(right);
    const table = this.#keptTable(step);
    const decoder = this.#decoder(right);
    this.#tables.push({
      step: right,
      receive: (block, index) => {
        const row = decoder.decode(block, index);
        if (row?.keyless === true) dropRecord(context, "null-key", "a table's record needs a key");
        else if (row !== undefined) table.receive(row);
      },
    });
    return this.#lookupIn(table, step);
  }

  /** A table that other steps make: its rows are kept for the join. */
  #derivedTable(step: StreamTableJoinStep): TableLookup {
    const table = this.#keptTable(step);
    this.build(step.right, table);
    return this.#lookupIn(table, step);
  }

  #keptTable(step: StreamTableJoinStep): MaterializedTable {
    const { context } = this.at(step);
    return new MaterializedTable(step.right.schema, context.store(this.storeName("join-table")), context);
  }

  #lookupIn(table: MaterializedTable, step: StreamTableJoinStep): TableLookup {
    const key = this.at(step).expression(step.leftKey);
    return {
      tableKey: (row) => table.keyFor([key(row.values)], row.window),
      lookup: (bytes) => table.lookup(bytes),
    };
  }

  /** A table that is only looked up. */
  lookupTable(step: SourceStep): TableSource {
    const { context } = this.at(step);
    const store = context.store(this.storeName("table"));
    const table = new TableSource(this.#decoder(step), store, undefined, context);
    this.#tables.push({ step, receive: (block, index) => table.receive(block, index) });
    return table;
  }

  /** The bytes under which the table read by `source` keeps the row for a stream's row; undefined for NULL. */
  #keyEncoder(step: StreamTableJoinStep, source: SourceStep): (row: Row) => Buffer | undefined {
    const key = this.at(step).expression(step.leftKey);
    const columns = source.schema.columns.filter((column) => column.role === "key");
    const { format, properties, wrapping } = source.keyFormat;
    const place = { registry: this.#context.schemas, topic: source.topic };
    const side = encoder(
      format,
      columns,
      formatOptions(format, properties, wrapping, columns.length, "key", place),
    );
    const writer = new ByteWriter(64);
    return (row) => {
      const value = key(row.values);
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
}

function isTopicStream(step: PhysicalStep): step is SourceStep {
  return step.kind === "source" && step.output === "stream" && step.exchange !== true;
}
