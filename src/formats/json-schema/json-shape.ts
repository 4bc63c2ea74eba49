/** What Connect's JSON Schema converter sees in a schema: a type for each place of a value. */
import type { JsonValue } from "../registry/exact-json.ts";

export type JsonShape =
  | {
      readonly kind: JsonScalarKind;
      readonly optional: boolean;
      readonly defaultValue?: JsonValue | undefined;
    }
  | {
      readonly kind: "DECIMAL";
      readonly precision: number;
      readonly scale: number;
      readonly optional: boolean;
    }
  | { readonly kind: "ARRAY"; readonly items: JsonShape; readonly optional: boolean }
  | JsonMapShape
  | JsonStructShape
  | { readonly kind: "UNION"; readonly branches: readonly JsonShape[]; readonly optional: boolean };

/** INT32 stands for the smaller integers as well. */
export type JsonScalarKind =
  | "BOOLEAN"
  | "INT32"
  | "INT64"
  | "FLOAT32"
  | "FLOAT64"
  | "STRING"
  | "BYTES"
  | "DATE"
  | "TIME"
  | "TIMESTAMP"
  /** Anything goes: no SQL type. */
  | "ANY";

export interface JsonMapShape {
  readonly kind: "MAP";
  readonly key: JsonShape;
  readonly value: JsonShape;
  /** An array of objects `key`, `value` instead of an object. */
  readonly entries: boolean;
  readonly optional: boolean;
}

export interface JsonStructShape {
  readonly kind: "STRUCT";
  readonly fields: readonly JsonShapeField[];
  readonly optional: boolean;
}

export interface JsonShapeField {
  readonly name: string;
  readonly shape: JsonShape;
}

/** The field of a union's struct in which branch `index` stands. */
export function unionField(index: number): string {
  return `io.confluent.connect.json.OneOf.field.${index}`;
}
