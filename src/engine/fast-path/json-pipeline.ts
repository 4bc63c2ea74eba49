/**
 * The byte pipeline: a whole query of filters, projections and at most a re-keying from JSON to JSON as one loop over
 * the bytes of its records (design law 7). Values that pass through unchanged are never decoded; what is computed goes
 * through compiled expressions.
 *
 * It gives exactly what the operators give for the same plan (tests compare them), byte for byte but for the
 * escapes of strings that are passed on as they were written. Plans it can't run answer undefined and take the operators.
 */
import { isNullText } from "../../formats/json/json-format.ts";
import { DeserializationError } from "../../formats/deserialization-error.ts";
import { hasSchemas } from "../../formats/formats.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { Expression } from "../../plan/expression.ts";
import type { PersistentQueryPlan, Sink, SourceStep } from "../../plan/physical.ts";
import type { EvaluationContext } from "../expression/evaluation-context.ts";
import { compilePredicate } from "../expression/compiler.ts";
import { isJsonObject } from "../json-object.ts";
import { dropRecord, stepContext } from "../operator.ts";
import type { OperatorContext } from "../operator.ts";
import type { BlockProcessor } from "../query-task.ts";
import type { SinkWriter } from "../sink-writer.ts";
import type { SlotLayout } from "../slot-hints.ts";
import { throwsOnInvalidTime } from "../timestamp-column.ts";
import { inlineSteps } from "./inline-steps.ts";
import type { Check, InlinedSteps } from "./inline-steps.ts";
import { JsonRowWriter } from "./json-row-writer.ts";
import { MessagePaths } from "./message-paths.ts";
import type { MessageReader } from "./message-paths.ts";
import { outputColumn } from "./output-columns.ts";
import type { OutputColumn } from "./output-columns.ts";
import { compileKey } from "./record-key.ts";
import type { RecordKey } from "./record-key.ts";
import { RecordValues } from "./record-values.ts";
import { plainInteger, slicePredicate, watchablePredicates } from "./slice-predicates.ts";
import type { SlicePredicate } from "./slice-predicates.ts";

export interface JsonPipeline {
  readonly step: SourceStep;
  /** The columns that the pipeline writes, for readers of its output. */
  readonly layout: SlotLayout;
  start(writer: SinkWriter): BlockProcessor;
}

/** A check that failed: why the record is kept out. */
type CompiledCheck =
  | { readonly reason: "filtered"; readonly passes: SlicePredicate }
  | { readonly reason: "null-key"; readonly slots: readonly number[] };

interface Program {
  readonly checks: readonly CompiledCheck[];
  readonly columns: readonly OutputColumn[];
  readonly key: RecordKey;
  readonly values: RecordValues;
  readonly reader: MessageReader;
  readonly rowWriter: JsonRowWriter;
  /** Slot of the source's TIMESTAMP column; −1: the record's own time. */
  readonly sourceTimeSlot: number;
  /** Column whose value is the written record's time; −1: the row's. */
  readonly sinkTimeColumn: number;
}

export function compileJsonPipeline(
  plan: PersistentQueryPlan,
  context: OperatorContext,
): JsonPipeline | undefined {
  const inlined = inlineSteps(plan.root);
  if (inlined === undefined || !isPlainJson(inlined.source, plan.sink)) return undefined;
  if (inlined.source.timestamp !== undefined && throwsOnInvalidTime(context)) return undefined;
  const program = compileProgram(plan.sink, inlined, context);
  if (program === undefined) return undefined;
  const names = plan.sink.schema.columns
    .filter((column) => column.role === "value")
    .map((column) => column.name);
  return {
    step: inlined.source,
    layout: { columns: names },
    start: (writer) => new PipelineProcessor(program, inlined.source, writer, context),
  };
}

function isPlainJson(source: SourceStep, sink: Sink): boolean {
  const plainTime = source.timestamp?.format === undefined;
  return (
    isJsonObject(source.valueFormat, source.schema) &&
    isJsonObject(sink.valueFormat, sink.schema) &&
    !hasSchemas(source.keyFormat.format) &&
    !hasSchemas(sink.keyFormat.format) &&
    source.window === undefined &&
    sink.window === undefined &&
    plainTime &&
    sink.timestamp?.format === undefined
  );
}

function compileProgram(sink: Sink, inlined: InlinedSteps, context: OperatorContext): Program | undefined {
  const { source } = inlined;
  const paths = new MessagePaths(source);
  const values = new RecordValues(source, paths, context.place);
  const evaluation = evaluationIn(stepContext(context, "Project"));
  const sourceTime = timeSlot(source, paths);
  const checks = compileChecks(
    inlined.checks,
    paths,
    values,
    evaluationIn(stepContext(context, "WhereFilter")),
  );
  const sinkColumns = sink.schema.columns;
  const columns: (OutputColumn | undefined)[] = [];
  const keyExpressions: Expression[] = [];
  let sinkTimeColumn = -1;
  for (const [index, column] of sinkColumns.entries()) {
    const expression = inlined.columns[index]!;
    if (column.role === "key") {
      keyExpressions.push(expression);
      continue;
    }
    if (column.name === sink.timestamp?.column) sinkTimeColumn = columns.length;
    columns.push(outputColumn(columns.length, expression, paths, values, evaluation));
  }
  const key = compileKey(keyExpressions, source, sink, paths);
  const timeMissing = sink.timestamp !== undefined && sinkTimeColumn < 0;
  if (key === undefined || checks === undefined || sourceTime === undefined || timeMissing) return undefined;
  if (columns.includes(undefined)) return undefined;
  const first = inlined.checks[0];
  // With a TIMESTAMP column a record without a time is counted as such, so it can't be given up before.
  const watched =
    first?.kind === "predicate" && sourceTime < 0 ? watchablePredicates(first.predicate, paths) : [];
  const reader = paths.finish();
  for (const { slot, holds } of watched) reader.watch(slot, holds);
  return {
    checks,
    columns: columns as readonly OutputColumn[],
    key,
    values,
    reader,
    rowWriter: new JsonRowWriter(sinkColumns.filter((c) => c.role === "value").map((c) => c.name)),
    sourceTimeSlot: sourceTime,
    sinkTimeColumn,
  };
}

function evaluationIn(context: OperatorContext): EvaluationContext {
  return {
    properties: context.properties,
    nowMs: () => context.nowMs(),
    random: () => context.random(),
    onFailure: (error, text) => context.expressionFailed(error, text),
  };
}

/** −1 without a TIMESTAMP column; undefined where it is no BIGINT or TIMESTAMP value column. */
function timeSlot(source: SourceStep, paths: MessagePaths): number | undefined {
  if (source.timestamp === undefined) return -1;
  const index = source.schema.columns.findIndex((column) => column.name === source.timestamp!.column);
  const column = source.schema.columns[index];
  if (column === undefined || (column.type.kind !== "BIGINT" && column.type.kind !== "TIMESTAMP"))
    return undefined;
  return paths.slotOf({ kind: "column", type: column.type, index, name: column.name });
}

function compileChecks(
  checks: readonly Check[],
  paths: MessagePaths,
  values: RecordValues,
  evaluation: EvaluationContext,
): readonly CompiledCheck[] | undefined {
  const compiled: CompiledCheck[] = [];
  let supported = true;
  for (const check of checks) {
    if (check.kind === "predicate") {
      const passes = slicePredicate(check.predicate, paths, (expression) => {
        const rewritten = values.rewrite(expression);
        if (rewritten === undefined) {
          supported = false;
          return () => false;
        }
        const holds = compilePredicate(rewritten.expression, evaluation);
        return (reader) => {
          rewritten.load(reader);
          return holds(values.values);
        };
      });
      compiled.push({ reason: "filtered", passes });
      continue;
    }
    const slots = check.keys.map((key) => paths.slotOf(key));
    if (slots.includes(undefined)) return undefined;
    compiled.push({ reason: "null-key", slots: slots as readonly number[] });
  }
  return supported ? compiled : undefined;
}

class PipelineProcessor implements BlockProcessor {
  readonly transient = true;
  readonly #program: Program;
  readonly #source: SourceStep;
  readonly #writer: SinkWriter;
  readonly #context: OperatorContext;
  /** The context of the source's step. */
  readonly #decoding: OperatorContext;

  constructor(program: Program, source: SourceStep, writer: SinkWriter, context: OperatorContext) {
    this.#program = program;
    this.#source = source;
    this.#writer = writer;
    this.#context = context;
    this.#decoding = stepContext(context, "KsqlTopic.Source.deserializer");
  }

  process(block: RecordBlock, from: number, to: number): void {
    this.#program.reader.enter(block);
    for (let index = from; index < to; index++) this.#record(block, index);
  }

  #record(block: RecordBlock, index: number): void {
    const { reader } = this.#program;
    const { counters, place } = this.#context;
    place.offset = block.offsets[index]!;
    const start = block.valueStarts[index]!;
    if (start < 0 || isNullText(block.bytes, start, block.valueEnds[index]!)) {
      this.#withoutValue(block, index);
      return;
    }
    if (!reader.position(block, index)) {
      if (reader.rejected) counters.drop("filtered");
      else this.#dropUndecodable("no JSON object");
      return;
    }
    try {
      const timestampMs = this.#rowTime(block, index);
      if (!(timestampMs >= 0)) {
        this.#dropTime(this.#source.timestamp?.column);
        return;
      }
      this.#program.values.enter(block, index, timestampMs);
      if (this.#passes()) this.#write(block, index, timestampMs);
    } catch (error) {
      if (!(error instanceof DeserializationError)) throw error;
      this.#dropUndecodable(error.message);
    }
  }

  /** Nothing to check, nothing to take a key from: the record goes on as it is, or is kept out where that is asked for. */
  #withoutValue(block: RecordBlock, index: number): void {
    const { checks, reader, key } = this.#program;
    if (checks.length > 0) {
      dropRecord(this.#context, "null-value", "the record has no value to look at");
      return;
    }
    reader.clear();
    key.position(block, index, reader);
    const { start, end, bytes } = key;
    const own = bytes === null ? undefined : bytes.subarray(start, end);
    const { headers } = this.#context;
    headers?.enter(block, index);
    const timestampMs = Math.trunc(block.timestamps[index]!);
    this.#writer.append(own, undefined, timestampMs, block.arrivals[index]!, 0, headers);
  }

  #rowTime(block: RecordBlock, index: number): number {
    const slot = this.#program.sourceTimeSlot;
    if (slot < 0) return block.timestamps[index]!;
    const { reader } = this.#program;
    const start = reader.slots[2 * slot]!;
    if (start < 0) return Number.NaN;
    const time = plainInteger(reader.bytes, start, reader.slots[2 * slot + 1]!);
    return Number.isNaN(time) ? Number(reader.value(slot)) : time;
  }

  #passes(): boolean {
    const { checks, reader } = this.#program;
    for (let i = 0; i < checks.length; i++) {
      const check = checks[i]!;
      const passed =
        check.reason === "filtered"
          ? check.passes(reader)
          : check.slots.every((slot) => reader.slots[2 * slot]! >= 0);
      if (!passed) {
        if (check.reason === "filtered") this.#context.counters.drop("filtered");
        else dropRecord(this.#context, "null-key", "a key expression is NULL");
        return false;
      }
    }
    return true;
  }

  #write(block: RecordBlock, index: number, rowTimeMs: number): void {
    const { columns, rowWriter, reader, key, sinkTimeColumn } = this.#program;
    rowWriter.reset();
    for (let i = 0; i < columns.length; i++) columns[i]!(reader, rowWriter);
    let timestampMs = rowTimeMs;
    if (sinkTimeColumn >= 0) {
      timestampMs = rowWriter.integerAt(sinkTimeColumn, reader.bytes);
      if (!(timestampMs >= 0)) {
        this.#dropTime("of the sink");
        return;
      }
    }
    key.position(block, index, reader);
    const arrival = block.arrivals[index]!;
    const writer = this.#writer;
    const builder = writer.builderFor(key.bytes ?? undefined, key.start, key.end, arrival);
    const at = builder.beginRecord(key.bytes === null ? -1 : key.end - key.start, rowWriter.sizeMax);
    const { slots, base } = writer.slotsFor(builder);
    const end = rowWriter.write(reader.bytes, builder, at, slots, base);
    const time = Math.trunc(timestampMs);
    const { headerStarts, headerEnds, bytes } = block;
    if (headerStarts === undefined || headerEnds === undefined) {
      builder.endRecord(end, time, arrival, key.bytes, key.start, key.end);
    } else {
      const [from, to] = [headerStarts[index]!, headerEnds[index]!];
      builder.endRecordWithHeaders(end, time, arrival, key.bytes, key.start, key.end, bytes, from, to);
    }
    writer.flushIfFull(builder);
  }

  #dropUndecodable(detail: string): void {
    dropRecord(this.#decoding, "undecodable", detail);
  }

  #dropTime(column: string | undefined): void {
    const detail = `column '${column ?? "ROWTIME"}' gives no time`;
    dropRecord(this.#decoding, "invalid-timestamp", detail);
  }
}
