/** A message type as records need it: fields by number, with what their types mean to Connect. */

export type ProtoScalar =
  | "int32"
  | "sint32"
  | "sfixed32"
  | "uint32"
  | "fixed32"
  | "int64"
  | "sint64"
  | "sfixed64"
  | "uint64"
  | "fixed64"
  | "float"
  | "double"
  | "bool"
  | "string"
  | "bytes";

export type ProtoType =
  | { readonly kind: "scalar"; readonly scalar: ProtoScalar }
  | { readonly kind: "enum"; readonly name: string; readonly symbols: ReadonlyMap<string, number> }
  | { readonly kind: "message"; readonly message: ProtoMessage };

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly type: ProtoType;
  /** Of entries with the fields `key` and `value`; `type` is the entry's message. */
  readonly map: boolean;
  /** As a map, but Connect takes it for an array since the entries' values are repeated. */
  readonly nestedMap: boolean;
  readonly repeated: boolean;
  /** How a repeated scalar is written. */
  readonly packed: boolean;
  /** Whether an absent value differs from the default one: messages, `optional`, members of a oneof. */
  readonly presence: boolean;
  /** The oneof it is a member of; not the one that `optional` stands for. */
  readonly oneof: ProtoOneof | undefined;
  /** `confluent.field_meta` parameters: precision and scale of decimals. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface ProtoOneof {
  /** As Connect names the field of its struct: `<name>_<index>`. */
  readonly column: string;
}

export interface ProtoMessage {
  /** With its package: `google.protobuf.Timestamp`. */
  readonly fullName: string;
  /** In the order of the declaration. */
  readonly fields: readonly ProtoField[];
}

/** The messages that stand for one value. */
export type LogicalMessage = "decimal" | "date" | "time" | "timestamp" | "wrapper";

const LOGICAL: Readonly<Record<string, LogicalMessage>> = {
  "confluent.type.Decimal": "decimal",
  "google.type.Date": "date",
  "google.type.TimeOfDay": "time",
  "google.protobuf.Timestamp": "timestamp",
  "google.protobuf.DoubleValue": "wrapper",
  "google.protobuf.FloatValue": "wrapper",
  "google.protobuf.Int64Value": "wrapper",
  "google.protobuf.UInt64Value": "wrapper",
  "google.protobuf.Int32Value": "wrapper",
  "google.protobuf.UInt32Value": "wrapper",
  "google.protobuf.BoolValue": "wrapper",
  "google.protobuf.StringValue": "wrapper",
  "google.protobuf.BytesValue": "wrapper",
};

export function logicalMessage(message: ProtoMessage): LogicalMessage | undefined {
  return LOGICAL[message.fullName];
}

/** For messages to users. */
export function describeProtoType(type: ProtoType): string {
  if (type.kind === "scalar") return type.scalar;
  return type.kind === "enum" ? `enum ${type.name}` : `message ${type.message.fullName}`;
}
