/** The SQL types of a message's fields, as ksqlDB infers them by way of Connect. */
import * as types from "../../data/types.ts";
import type { SqlType, StructField } from "../../data/types.ts";
import { formatErrors } from "../errors.ts";
import type { ProtobufNulls } from "../format.ts";
import { logicalMessage } from "./proto-message.ts";
import type { ProtoField, ProtoMessage, ProtoOneof, ProtoScalar, ProtoType } from "./proto-message.ts";

const SCALARS: Readonly<Record<ProtoScalar, SqlType>> = {
  int32: types.INTEGER,
  sint32: types.INTEGER,
  sfixed32: types.INTEGER,
  uint32: types.BIGINT,
  fixed32: types.BIGINT,
  int64: types.BIGINT,
  sint64: types.BIGINT,
  sfixed64: types.BIGINT,
  uint64: types.BIGINT,
  fixed64: types.BIGINT,
  float: types.DOUBLE,
  double: types.DOUBLE,
  bool: types.BOOLEAN,
  string: types.STRING,
  bytes: types.BYTES,
};

const DEFAULT_PRECISION = 64;

/** Oneofs come first, each as a struct of its members. @throws FORMAT_SCHEMA_MISFIT */
export function protoSqlFields(
  message: ProtoMessage,
  nulls: ProtobufNulls,
  open: readonly ProtoMessage[] = [],
): StructField[] {
  if (open.includes(message)) {
    throw formatErrors.SCHEMA_MISFIT({
      message: `message ${message.fullName} contains itself, and SQL types can't`,
    });
  }
  const inner = [...open, message];
  const column = (field: ProtoField): StructField => ({
    name: field.name,
    type: fieldType(field, nulls, inner),
  });
  const oneofs = new Map<ProtoOneof, ProtoField[]>();
  for (const field of message.fields) {
    if (field.oneof !== undefined) oneofs.set(field.oneof, [...(oneofs.get(field.oneof) ?? []), field]);
  }
  const unions = [...oneofs].map(([oneof, members]) => ({
    name: oneof.column,
    type: types.structType(members.map(column)),
  }));
  return [...unions, ...message.fields.filter((field) => field.oneof === undefined).map(column)];
}

function fieldType(field: ProtoField, nulls: ProtobufNulls, open: readonly ProtoMessage[]): SqlType {
  if (field.map && field.type.kind === "message") {
    const value = field.type.message.fields[1]!;
    return types.mapType(types.STRING, valueType(value.type, field, nulls, open));
  }
  const type = valueType(field.type, field, nulls, open);
  return field.repeated ? types.arrayType(type) : type;
}

function valueType(
  type: ProtoType,
  { parameters }: ProtoField,
  nulls: ProtobufNulls,
  open: readonly ProtoMessage[],
): SqlType {
  if (type.kind === "scalar") return SCALARS[type.scalar];
  if (type.kind === "enum") return types.STRING;
  switch (logicalMessage(type.message)) {
    case "decimal":
      return types.decimalType(
        Number(parameters.get("precision") ?? DEFAULT_PRECISION),
        Number(parameters.get("scale") ?? 0),
      );
    case "date":
      return types.DATE;
    case "time":
      return types.TIME;
    case "timestamp":
      return types.TIMESTAMP;
    case "wrapper":
      if (nulls === "wrapper")
        return valueType(type.message.fields[0]!.type, type.message.fields[0]!, nulls, open);
      break;
    case undefined:
  }
  return types.structType(protoSqlFields(type.message, nulls, open));
}
