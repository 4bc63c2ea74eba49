/** The SQL type of an Avro type, as ksqlDB infers it by way of Connect. */
import * as types from "../../data/types.ts";
import type { SqlType, StructField } from "../../data/types.ts";
import { formatErrors } from "../errors.ts";
import { describeAvroType } from "../registry/avro/avro-schema.ts";
import type { AvroField, AvroType } from "../registry/avro/avro-schema.ts";
import { branchName, decimalShape, isNull, logicalType, mapEntryShape, onlyBranch } from "./avro-connect.ts";

/** Spells the name of a struct's field. */
export type Spelling = (name: string) => string;

/** @throws FORMAT_SCHEMA_MISFIT for a schema that contains itself, or null alone */
export function avroSqlType(type: AvroType, spell: Spelling, open: readonly AvroType[] = []): SqlType {
  if (open.includes(type)) throw misfit(type, "it contains itself, and SQL types can't");
  switch (type.kind) {
    case "primitive":
      return primitiveSqlType(type);
    case "enum":
      return types.STRING;
    case "fixed":
      return bytesSqlType(type);
    case "array": {
      const entry = mapEntryShape(type);
      if (entry === undefined) return types.arrayType(avroSqlType(type.items, spell, open));
      return mapSqlType(entry.key.type, avroSqlType(entry.value.type, spell, open), spell);
    }
    case "map":
      return types.mapType(types.STRING, avroSqlType(type.values, spell, open));
    case "union": {
      const only = onlyBranch(type);
      if (only !== undefined) return avroSqlType(only, spell, open);
      const branches = type.branches.filter((branch) => !isNull(branch));
      return types.structType(
        branches.map((branch) => ({
          name: spell(branchName(branch)),
          type: avroSqlType(branch, spell, open),
        })),
      );
    }
    case "record":
      return types.structType(avroSqlFields(type.fields, spell, [...open, type]));
  }
}

export function avroSqlFields(
  fields: readonly AvroField[],
  spell: Spelling,
  open: readonly AvroType[],
): StructField[] {
  return fields.map(({ name, type }) => ({ name: spell(name), type: avroSqlType(type, spell, open) }));
}

const MAP_KEYS: ReadonlySet<SqlType["kind"]> = new Set(["STRING", "INTEGER", "BIGINT", "BOOLEAN"]);

/** Keys become STRING. */
function mapSqlType(key: AvroType, value: SqlType, spell: Spelling): SqlType {
  if (MAP_KEYS.has(avroSqlType(key, spell).kind)) return types.mapType(types.STRING, value);
  throw misfit(key, "it is the key of a map");
}

function primitiveSqlType(type: AvroType & { kind: "primitive" }): SqlType {
  switch (type.name) {
    case "null":
      throw misfit(type, "it stands alone");
    case "boolean":
      return types.BOOLEAN;
    case "int": {
      const logical = logicalType(type);
      return logical === "date" ? types.DATE : logical === "time-millis" ? types.TIME : types.INTEGER;
    }
    case "long":
      return logicalType(type) === "timestamp-millis" ? types.TIMESTAMP : types.BIGINT;
    case "float":
    case "double":
      return types.DOUBLE;
    case "string":
      return types.STRING;
    case "bytes":
      return bytesSqlType(type);
  }
}

function bytesSqlType(type: AvroType): SqlType {
  const decimal = decimalShape(type);
  return decimal === undefined ? types.BYTES : types.decimalType(decimal.precision, decimal.scale);
}

function misfit(type: AvroType, detail: string): Error {
  return formatErrors.SCHEMA_MISFIT({ message: `${describeAvroType(type)} has no SQL type`, detail });
}
