/** The SQL type of a shape, as ksqlDB infers it. */
import * as types from "../../data/types.ts";
import type { SqlType, StructField } from "../../data/types.ts";
import { formatErrors } from "../errors.ts";
import { unionField } from "./json-shape.ts";
import type { JsonShape, JsonShapeField } from "./json-shape.ts";

/** @throws FORMAT_SCHEMA_MISFIT for a place without a type */
export function jsonSqlType(shape: JsonShape): SqlType {
  switch (shape.kind) {
    case "BOOLEAN":
    case "STRING":
    case "BYTES":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return { kind: shape.kind };
    case "INT32":
      return types.INTEGER;
    case "INT64":
      return types.BIGINT;
    case "FLOAT32":
    case "FLOAT64":
      return types.DOUBLE;
    case "DECIMAL":
      return types.decimalType(shape.precision, shape.scale);
    case "ARRAY":
      return types.arrayType(jsonSqlType(shape.items));
    case "MAP":
      return types.mapType(types.STRING, jsonSqlType(shape.value));
    case "STRUCT":
      return types.structType(jsonSqlFields(shape.fields));
    case "UNION":
      return types.structType(
        shape.branches.map((branch, i) => ({ name: unionField(i), type: jsonSqlType(branch) })),
      );
    case "ANY":
      throw formatErrors.SCHEMA_MISFIT({ message: "a part of the JSON schema has no type" });
  }
}

/** Fields of any type are left out. */
export function jsonSqlFields(fields: readonly JsonShapeField[]): StructField[] {
  return fields
    .filter(({ shape }) => shape.kind !== "ANY")
    .map(({ name, shape }) => ({ name, type: jsonSqlType(shape) }));
}
