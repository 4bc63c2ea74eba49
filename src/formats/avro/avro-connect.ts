/** What Connect sees in an Avro schema beyond Avro's own types: decimals, maps with other keys, unions. */
import { numberOf } from "../registry/exact-json.ts";
import type { JsonValue } from "../registry/exact-json.ts";
import { isNamedType, simpleName } from "../registry/avro/avro-schema.ts";
import type { AvroArray, AvroField, AvroRecord, AvroType, AvroUnion } from "../registry/avro/avro-schema.ts";

export function avroProperty(type: AvroType, name: string): JsonValue | undefined {
  return "properties" in type ? type.properties.find(([key]) => key === name)?.[1] : undefined;
}

/** Lower case; undefined where there is none. */
export function logicalType(type: AvroType): string | undefined {
  const name = avroProperty(type, "logicalType");
  return typeof name === "string" ? name.toLowerCase() : undefined;
}

export interface DecimalShape {
  readonly precision: number;
  readonly scale: number;
}

const DEFAULT_PRECISION = 64;

/** Of bytes and fixed with the logical type decimal. */
export function decimalShape(type: AvroType): DecimalShape | undefined {
  if (logicalType(type) !== "decimal") return undefined;
  const precision = numberOf(avroProperty(type, "precision")) ?? DEFAULT_PRECISION;
  return { precision, scale: numberOf(avroProperty(type, "scale")) ?? 0 };
}

export interface MapEntryShape {
  readonly record: AvroRecord;
  readonly key: AvroField;
  readonly value: AvroField;
}

/** A map whose keys may be NULL or are no texts: an array of records `key`, `value`, marked by name or by a property. */
export function mapEntryShape(array: AvroArray): MapEntryShape | undefined {
  const record = array.items;
  if (record.kind !== "record" || record.fields.length !== 2) return undefined;
  const marked =
    record.fullName === "io.confluent.connect.avro.MapEntry" ||
    avroProperty(record, "connect.internal.type") === "MapEntry";
  const key = record.fields.find((field) => field.name === "key");
  const value = record.fields.find((field) => field.name === "value");
  return marked && key !== undefined && value !== undefined ? { record, key, value } : undefined;
}

export function isNull(type: AvroType): boolean {
  return type.kind === "primitive" && type.name === "null";
}

/** The one type that the union lets be NULL, or holds alone; undefined where it has several. */
export function onlyBranch(union: AvroUnion): AvroType | undefined {
  const others = union.branches.filter((branch) => !isNull(branch));
  return others.length === 1 && union.branches.length <= 2 ? others[0] : undefined;
}

/** The field in which a union's branch stands, where Connect makes a struct of the union. */
export function branchName(branch: AvroType): string {
  if (isNamedType(branch)) return simpleName(branch.fullName);
  return branch.kind === "primitive" ? branch.name : branch.kind;
}
