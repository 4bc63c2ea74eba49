/** What each format can hold, and the checks of a source's or sink's columns against it. */
import { didYouMean } from "../base/nearest.ts";
import { identifierText, typeText } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import { planError } from "./errors.ts";
import type { FormatInfo, FormatName } from "./metastore.ts";
import type { Column } from "./schema.ts";

interface FormatRule {
  /** Its schemas are in a schema registry, so that columns can be found there. */
  readonly inference: boolean;
  readonly wrap: boolean;
  readonly unwrap: boolean;
  readonly types: "all" | "primitive" | "kafka" | "none";
  /** Format properties it takes. */
  readonly properties: readonly string[];
  /** A sink takes over the source's value of these. */
  readonly inherited: readonly string[];
}

const REGISTRY = ["schemaId", "fullSchemaName"];
const PROTOBUF_PROPERTIES = ["nullableRepresentation", "unwrapPrimitives"];

const RULES: Readonly<Record<FormatName, FormatRule>> = {
  NONE: rule({ types: "none" }),
  KAFKA: rule({ types: "kafka", unwrap: true }),
  DELIMITED: rule({ types: "primitive", unwrap: true, properties: ["delimiter"], inherited: ["delimiter"] }),
  JSON: rule({ wrap: true, unwrap: true }),
  JSON_SR: rule({ wrap: true, unwrap: true, inference: true, properties: REGISTRY }),
  AVRO: rule({ wrap: true, unwrap: true, inference: true, properties: REGISTRY }),
  PROTOBUF: rule({
    wrap: true,
    inference: true,
    properties: [...REGISTRY, ...PROTOBUF_PROPERTIES],
    inherited: ["fullSchemaName"],
  }),
  PROTOBUF_NOSR: rule({ wrap: true, properties: PROTOBUF_PROPERTIES, inherited: PROTOBUF_PROPERTIES }),
};
const KAFKA_TYPES: readonly SqlType["kind"][] = ["INTEGER", "BIGINT", "DOUBLE", "STRING", "BYTES"];
const CONTAINERS: readonly SqlType["kind"][] = ["ARRAY", "MAP", "STRUCT"];

function rule(parts: Partial<FormatRule>): FormatRule {
  return {
    inference: false,
    wrap: false,
    unwrap: false,
    types: "all",
    properties: [],
    inherited: [],
    ...parts,
  };
}

export function formatRule(format: FormatName): FormatRule {
  return RULES[format];
}

/** @throws PLAN_INVALID_FORMAT for a name that is no format's. */
export function formatName(text: string): FormatName {
  const name = text.trim().toUpperCase();
  if (Object.hasOwn(RULES, name)) return name as FormatName;
  throw planError.INVALID_FORMAT({
    message: `unknown format '${text}'`,
    detail: `formats are ${Object.keys(RULES).join(", ")}`,
    hint: didYouMean(name, Object.keys(RULES)),
  });
}

/** @throws PLAN_INVALID_FORMAT where the format has no such property. */
export function checkFormatProperties(info: FormatInfo): void {
  const unknown = Object.keys(info.properties).find((name) => !RULES[info.format].properties.includes(name));
  if (unknown === undefined) return;
  throw planError.INVALID_FORMAT({
    message: `format ${info.format} has no ${PROPERTY_TEXT[unknown] ?? unknown}`,
  });
}

const PROPERTY_TEXT: Readonly<Record<string, string>> = {
  delimiter: "delimiter",
  schemaId: "schema id",
  fullSchemaName: "full schema name",
  nullableRepresentation: "nullable representation",
};

/**
 * Checks that the format can hold the columns of its side.
 * @throws PLAN_INVALID_FORMAT
 */
export function checkFormat(info: FormatInfo, side: "key" | "value", columns: readonly Column[]): void {
  for (const column of columns) {
    if (side === "key" && containsMap(column.type)) throw mapKey(column);
    checkColumn(info.format, side, column);
  }
  if (info.format === "KAFKA" && columns.length > 1) {
    const names = columns.map((column) => identifierText(column.name)).join(", ");
    throw unfit(info.format, side, `it holds a single column and there are ${columns.length}: ${names}`);
  }
}

function checkColumn(format: FormatName, side: "key" | "value", column: Column): void {
  const { types } = RULES[format];
  const { kind } = column.type;
  const held =
    types === "all" ||
    (types === "kafka" ? KAFKA_TYPES.includes(kind) : types === "primitive" && !CONTAINERS.includes(kind));
  if (!held)
    throw unfit(format, side, `it can't hold column '${column.name}' of type ${typeText(column.type)}`);
  if (types !== "all") return;
  if (hasOtherMapKey(column.type)) {
    throw unfit(
      format,
      side,
      `a MAP needs STRING keys, unlike column '${column.name}' of type ${typeText(column.type)}`,
    );
  }
  if (format === "AVRO" && side === "value") checkAvroNames(column.name, column.type);
}

function checkAvroNames(name: string, type: SqlType): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw unfit(
      "AVRO",
      "value",
      `the name '${name}' is none that Avro allows: letters, digits and '_', no digit first`,
    );
  }
  if (type.kind === "ARRAY") checkAvroNames(name, type.element);
  if (type.kind === "MAP") checkAvroNames(name, type.value);
  if (type.kind === "STRUCT") for (const field of type.fields) checkAvroNames(field.name, field.type);
}

function unfit(format: FormatName, side: string, detail: string): Error {
  return planError.INVALID_FORMAT({
    message: `format ${format} does not fit the ${side} columns`,
    detail,
    hint: `choose another ${side === "key" ? "KEY_FORMAT" : "VALUE_FORMAT"}`,
  });
}

function mapKey(column: Column): Error {
  return planError.INVALID_FORMAT({
    message: `key column '${column.name}' contains a MAP`,
    detail: `its type is ${typeText(column.type)}; equal maps may have different bytes, so they can't be keys`,
  });
}

export function containsMap(type: SqlType): boolean {
  if (type.kind === "ARRAY") return containsMap(type.element);
  if (type.kind === "STRUCT") return type.fields.some((field) => containsMap(field.type));
  return type.kind === "MAP";
}

function hasOtherMapKey(type: SqlType): boolean {
  if (type.kind === "ARRAY") return hasOtherMapKey(type.element);
  if (type.kind === "STRUCT") return type.fields.some((field) => hasOtherMapKey(field.type));
  return type.kind === "MAP" && (type.key.kind !== "STRING" || hasOtherMapKey(type.value));
}

/**
 * How a single column stands: keys bare where the format can do both; values as asked, else by
 * `ksql.persistence.wrap.single.values`, else as the format does by default (undefined).
 * @throws PLAN_INVALID_PROPERTY where what is asked can't be done.
 */
export function wrappingOf(
  format: FormatName,
  columns: number,
  asked: boolean | undefined,
  byDefault: boolean | undefined,
): FormatInfo["wrapping"] {
  const { wrap, unwrap } = RULES[format];
  const wanted = asked ?? byDefault;
  if (wanted === undefined) return undefined;
  const possible = wanted ? wrap : unwrap;
  if (asked !== undefined && !possible) {
    throw planError.INVALID_PROPERTY({
      message: `format ${format} does not support WRAP_SINGLE_VALUE=${String(asked)}`,
    });
  }
  if (asked !== undefined && columns !== 1) {
    throw planError.INVALID_PROPERTY({
      message: "WRAP_SINGLE_VALUE is only for a single value column",
      detail: `there are ${columns}`,
    });
  }
  if (!possible || columns !== 1) return undefined;
  return wanted ? "wrap" : "unwrap";
}

export function keyWrapping(format: FormatName, columns: number): FormatInfo["wrapping"] {
  const { wrap, unwrap } = RULES[format];
  return columns === 1 && wrap && unwrap ? "unwrap" : undefined;
}

/** The format with its wrapping, where it has one. */
export function withWrapping(info: FormatInfo, wrapping: FormatInfo["wrapping"]): FormatInfo {
  const { format, properties } = info;
  return wrapping === undefined ? { format, properties } : { format, properties, wrapping };
}
