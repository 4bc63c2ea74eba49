/**
 * How one output column of a byte pipeline gets its value: a slice of the message that is already what the sink's JSON
 * needs, or a computation written to the row writer's scratch.
 */
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { jsonWriter } from "../../formats/json/json-writer.ts";
import type { JsonWriter } from "../../formats/json/json-writer.ts";
import { compileExpression } from "../expression/compiler.ts";
import type { EvaluationContext } from "../expression/evaluation-context.ts";
import type { Expression } from "../../plan/expression.ts";
import { compileTimestampBytesParser } from "../../functions/time/java-pattern.ts";
import { isPath } from "./inline-steps.ts";
import type { JsonRowWriter } from "./json-row-writer.ts";
import type { MessagePaths, MessageReader } from "./message-paths.ts";
import type { RecordValues } from "./record-values.ts";

/** Sets its column in the row writer, or leaves it NULL. @throws DeserializationError */
export type OutputColumn = (reader: MessageReader, writer: JsonRowWriter) => void;

const QUOTE = 0x22;

/** Undefined: the column can't be made here (it reads what only the operators know). */
export function outputColumn(
  column: number,
  expression: Expression,
  paths: MessagePaths,
  values: RecordValues,
  context: EvaluationContext,
): OutputColumn | undefined {
  if (isPath(expression)) {
    const slot = paths.slotOf(expression);
    if (slot !== undefined) return pathColumn(column, slot, expression.type);
  }
  return (
    timestampColumn(column, expression, paths, values, context) ??
    computedColumn(column, expression, values, context)
  );
}

function pathColumn(column: number, slot: number, type: SqlType): OutputColumn {
  const slow = decodedSlot(column, slot, jsonWriter(type));
  switch (type.kind) {
    case "STRING":
      return (reader, writer) => {
        const start = reader.slots[2 * slot]!;
        if (start < 0) return;
        if (reader.bytes[start] === QUOTE) writer.setSlice(column, start, reader.slots[2 * slot + 1]!);
        else slow(reader, writer);
      };
    case "INTEGER":
      return integerColumn(column, slot, 9, slow);
    case "BIGINT":
      return integerColumn(column, slot, 18, slow);
    default:
      return slow;
  }
}

function decodedSlot(column: number, slot: number, write: JsonWriter): OutputColumn {
  return (reader, writer) => {
    const value = reader.value(slot);
    if (value === null) return;
    const start = writer.scratch.position;
    write(value, writer.scratch);
    writer.setComputed(column, start);
  };
}

/** Digits are passed on, also out of quotes (events carry numbers as strings), if that is how Spoor writes the number. */
function integerColumn(column: number, slot: number, digitsMax: number, slow: OutputColumn): OutputColumn {
  return (reader, writer) => {
    let start = reader.slots[2 * slot]!;
    if (start < 0) return;
    let end = reader.slots[2 * slot + 1]!;
    const bytes = reader.bytes;
    if (bytes[start] === QUOTE) {
      start += 1;
      end -= 1;
    }
    if (isCanonicalInteger(bytes, start, end, digitsMax)) writer.setSlice(column, start, end);
    else slow(reader, writer);
  };
}

function isCanonicalInteger(bytes: Buffer, start: number, end: number, digitsMax: number): boolean {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const digits = end - at;
  if (digits < 1 || digits > digitsMax) return false;
  if (bytes[at] === 0x30) return digits === 1 && at === start;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}

/** STRINGTOTIMESTAMP(path, 'pattern') straight from the bytes, where the pattern has fixed places. */
function timestampColumn(
  column: number,
  expression: Expression,
  paths: MessagePaths,
  values: RecordValues,
  context: EvaluationContext,
): OutputColumn | undefined {
  if (expression.kind !== "call" || expression.name !== "STRINGTOTIMESTAMP" || expression.args.length !== 2) {
    return undefined;
  }
  const [text, pattern] = expression.args;
  if (
    text === undefined ||
    text.kind === "lambda" ||
    pattern?.kind !== "literal" ||
    typeof pattern.value !== "string"
  ) {
    return undefined;
  }
  const slot = isPath(text) ? paths.slotOf(text) : undefined;
  const parse = compileTimestampBytesParser(pattern.value);
  const slow = computedColumn(column, expression, values, context);
  if (slot === undefined || parse === undefined || slow === undefined) return undefined;
  return (reader, writer) => {
    const start = reader.slots[2 * slot]!;
    if (start < 0) return;
    const end = reader.slots[2 * slot + 1]!;
    const ms = reader.bytes[start] === QUOTE ? parse(reader.bytes, start + 1, end - 1) : Number.NaN;
    if (!(ms >= 0)) {
      slow(reader, writer);
      return;
    }
    const from = writer.scratch.position;
    writeDigits(ms, writer);
    writer.setComputed(column, from);
  };
}

const digits = new Uint8Array(20);

function writeDigits(value: number, writer: JsonRowWriter): void {
  let rest = value;
  let count = 0;
  do {
    const next = Math.floor(rest / 10);
    digits[count++] = 0x30 + (rest - next * 10);
    rest = next;
  } while (rest > 0);
  const { scratch } = writer;
  scratch.ensure(count);
  for (let i = count - 1; i >= 0; i--) scratch.bytes[scratch.position++] = digits[i]!;
}

function computedColumn(
  column: number,
  expression: Expression,
  values: RecordValues,
  context: EvaluationContext,
): OutputColumn | undefined {
  const rewritten = values.rewrite(expression);
  if (rewritten === undefined) return undefined;
  const compiled = compileExpression(rewritten.expression, context);
  const write = jsonWriter(expression.type);
  return (reader, writer) => {
    rewritten.load(reader);
    const value: Value = compiled.evaluate(values.values);
    if (value === null) return;
    const start = writer.scratch.position;
    write(value, writer.scratch);
    writer.setComputed(column, start);
  };
}
