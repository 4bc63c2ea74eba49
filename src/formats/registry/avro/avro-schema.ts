/** An Avro schema as a tree (Avro specification 1.11, "Schema Declaration"). Recursive types are circles in it. */
import type { JsonValue } from "../exact-json.ts";

export const AVRO_PRIMITIVES = [
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
] as const;

export type AvroPrimitiveName = (typeof AVRO_PRIMITIVES)[number];

/** What the specification does not name: logicalType, connect.name and the like, in the order of the text. */
export type AvroProperties = readonly (readonly [name: string, value: JsonValue])[];

export interface AvroPrimitive {
  readonly kind: "primitive";
  readonly name: AvroPrimitiveName;
  readonly properties: AvroProperties;
}

interface AvroNamed {
  /** With its namespace: `org.acme.User`. */
  readonly fullName: string;
  readonly doc: string | undefined;
  /** Full names. */
  readonly aliases: readonly string[];
  readonly properties: AvroProperties;
}

export interface AvroField {
  readonly name: string;
  readonly doc: string | undefined;
  readonly type: AvroType;
  /** Undefined: none. A default of null is `null`. */
  readonly defaultValue: JsonValue | undefined;
  readonly order: string | undefined;
  readonly aliases: readonly string[];
  readonly properties: AvroProperties;
}

export interface AvroRecord extends AvroNamed {
  readonly kind: "record";
  /** `record` or `error`. */
  readonly keyword: string;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends AvroNamed {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  readonly defaultSymbol: string | undefined;
}

export interface AvroFixed extends AvroNamed {
  readonly kind: "fixed";
  readonly size: number;
}

export interface AvroArray {
  readonly kind: "array";
  readonly items: AvroType;
  readonly properties: AvroProperties;
}

export interface AvroMap {
  readonly kind: "map";
  readonly values: AvroType;
  readonly properties: AvroProperties;
}

export interface AvroUnion {
  readonly kind: "union";
  readonly branches: readonly AvroType[];
}

export type AvroNamedType = AvroRecord | AvroEnum | AvroFixed;
export type AvroType = AvroPrimitive | AvroNamedType | AvroArray | AvroMap | AvroUnion;

export function isAvroPrimitive(name: string): name is AvroPrimitiveName {
  return (AVRO_PRIMITIVES as readonly string[]).includes(name);
}

export function isNamedType(type: AvroType): type is AvroNamedType {
  return type.kind === "record" || type.kind === "enum" || type.kind === "fixed";
}

/** The part behind the last dot. */
export function simpleName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}

/** The part before the last dot; empty without one. */
export function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf(".")));
}

/** `record org.acme.User`, `array`, `long`: for messages. */
export function describeAvroType(type: AvroType): string {
  if (isNamedType(type)) return `${type.kind} '${type.fullName}'`;
  if (type.kind === "primitive") return `'${type.name}'`;
  if (type.kind === "union") return `union [${type.branches.map(describeAvroType).join(", ")}]`;
  return type.kind;
}
