/**
 * The bytes by which a row finds its partition on the way to another part of its plan: those of the key format of the topic
 * that it is to meet there, so that both are where Kafka's partitioner puts that key; or, where it meets no topic, of its
 * values. A row without a key (a part of it is NULL) may go anywhere.
 */
import { ByteWriter } from "../../formats/byte-writer.ts";
import { encoder, formatOptions } from "../../formats/formats.ts";
import type { Value } from "../../data/values.ts";
import type { OperatorContext } from "../../engine/operator.ts";
import type { Row } from "../../engine/row.ts";
import { KeyCodec } from "../../engine/state/key-codec.ts";
import { StepExpressions } from "../../engine/step-expressions.ts";
import type { SourceStep } from "../../plan/physical.ts";
import type { Exchange } from "./sub-topologies.ts";

export function exchangeKey(
  { keys, layout }: Exchange,
  context: OperatorContext,
): (row: Row) => Buffer | undefined {
  const project = new StepExpressions(context).projection(keys);
  const bytesOf = layout === "values" ? ofValues(keys) : inFormatOf(layout, context);
  const nulls = keys.map(() => null);
  return (row) => {
    const values: Value[] = nulls.slice();
    project(row.values, values);
    return values.includes(null) ? undefined : bytesOf(values);
  };
}

function ofValues(keys: Exchange["keys"]): (values: readonly Value[]) => Buffer {
  const codec = new KeyCodec(keys.map((expression) => expression.type));
  return (values) => Buffer.from(codec.view(values));
}

function inFormatOf(
  source: SourceStep,
  context: OperatorContext,
): (values: readonly Value[]) => Buffer | undefined {
  const columns = source.schema.columns.filter((column) => column.role === "key");
  const { format, properties, wrapping } = source.keyFormat;
  const place = { registry: context.schemas, topic: source.topic };
  const options = formatOptions(format, properties, wrapping, columns.length, "key", place);
  const side = encoder(format, columns, options);
  const writer = new ByteWriter(64);
  return (values) => {
    writer.reset();
    return side.encode(values, writer) ? Buffer.from(writer.view()) : undefined;
  };
}
