/**
 * The properties SET knows: types, defaults, allowed values. A name may be written in full, without `ksql.`
 * or (Kafka Streams settings) without `ksql.streams.`; {@link canonicalPropertyName} gives the full one.
 */
import { didYouMean } from "../base/nearest.ts";
import { planError } from "./errors.ts";
import { SESSION_PROPERTIES } from "./session-property-table.ts";
import type { PropertyDefinition } from "./session-property-table.ts";

const BY_NAME = new Map(SESSION_PROPERTIES.map((definition) => [definition.name, definition]));
/** Families whose members the table can't list. */
const OPEN_PREFIXES = [
  "ksql.functions.",
  "ksql.streams.producer.",
  "ksql.streams.consumer.",
  "ksql.streams.topic.",
];

/** The full name, or undefined where no property has it. */
export function canonicalPropertyName(name: string): string | undefined {
  for (const candidate of [name, `ksql.streams.${name}`, `ksql.${name}`]) {
    if (BY_NAME.has(candidate)) return candidate;
  }
  return OPEN_PREFIXES.some((prefix) => name.startsWith(prefix) && name.length > prefix.length)
    ? name
    : undefined;
}

export function propertyDefinition(name: string): PropertyDefinition | undefined {
  const canonical = canonicalPropertyName(name);
  return canonical === undefined ? undefined : BY_NAME.get(canonical);
}

/**
 * Checks a SET and gives the canonical name and value.
 * @throws PLAN_INVALID_SETTING
 */
export function validateProperty(name: string, value: string): { name: string; value: string } {
  const canonical = canonicalPropertyName(name);
  if (canonical === undefined) throw unknownProperty(name);
  const definition = BY_NAME.get(canonical);
  if (definition?.serverOnly === true) {
    throw planError.INVALID_SETTING({
      message: `property '${canonical}' can't be set by a statement`,
      hint: "set it in the server's configuration",
    });
  }
  return validateServerProperty(name, value);
}

/**
 * Checks a property of the server's configuration, which may be one that statements can't set.
 * @throws PLAN_INVALID_SETTING
 */
export function validateServerProperty(name: string, value: string): { name: string; value: string } {
  const canonical = canonicalPropertyName(name);
  if (canonical === undefined) throw unknownProperty(name);
  const definition = BY_NAME.get(canonical);
  return { name: canonical, value: definition === undefined ? value : validValue(definition, value) };
}

function unknownProperty(name: string): Error {
  const shortNames = SESSION_PROPERTIES.map((definition) => definition.name.replace(/^ksql\.streams\./, ""));
  return planError.INVALID_SETTING({
    message: `unknown property '${name}'`,
    hint: didYouMean(name, BY_NAME.keys()) ?? didYouMean(name, shortNames) ?? "SHOW PROPERTIES lists them",
  });
}

function validValue(definition: PropertyDefinition, value: string): string {
  const text = value.trim();
  if (definition.values !== undefined) {
    const found = definition.values.find((allowed) => allowed.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    throw badValue(definition, value, `one of ${definition.values.join(", ")}`);
  }
  switch (definition.type) {
    case "boolean":
      if (/^(true|false)$/i.test(text)) return text.toLowerCase();
      throw badValue(definition, value, "true or false");
    case "int":
    case "long":
      if (/^[+-]?\d{1,19}$/.test(text) && fits(BigInt(text), definition.type === "int" ? 31n : 63n))
        return text;
      throw badValue(definition, value, "a whole number");
    default:
      return value;
  }
}

function fits(value: bigint, bits: bigint): boolean {
  return value >= -(1n << bits) && value < 1n << bits;
}

function badValue(definition: PropertyDefinition, value: string, wanted: string): Error {
  return planError.INVALID_SETTING({
    message: `property '${definition.name}' can't be '${value}'`,
    detail: `it takes ${wanted}`,
  });
}

/** The value in force: as set (under any form of the name), else the default. */
export function settingText(properties: ReadonlyMap<string, string>, name: string): string | undefined {
  const definition = BY_NAME.get(name);
  const short = name.replace(/^ksql\.(streams\.)?/, "");
  return properties.get(name) ?? properties.get(short) ?? definition?.defaultValue;
}

export function settingFlag(properties: ReadonlyMap<string, string>, name: string): boolean {
  return settingText(properties, name)?.toLowerCase() === "true";
}

/** What SHOW PROPERTIES does not tell. */
const SECRET = /password|user\.info$/;

/** Rows of SHOW PROPERTIES: set values first are marked by `level` SESSION. */
export function listProperties(
  properties: ReadonlyMap<string, string>,
): readonly { name: string; level: "SERVER" | "SESSION"; defaultValue: string; value: string }[] {
  const listed = SESSION_PROPERTIES.map((definition) => definition.name);
  const others = [...properties.keys()].filter(
    (name) => canonicalPropertyName(name) === name && !BY_NAME.has(name),
  );
  return [...listed, ...others].map((name) => {
    const defaultValue = BY_NAME.get(name)?.defaultValue ?? "";
    const text = settingText(properties, name) ?? "";
    const value = text !== "" && SECRET.test(name) ? "[hidden]" : text;
    const level = BY_NAME.get(name)?.serverOnly === true ? "SERVER" : "SESSION";
    return { name, level, defaultValue, value };
  });
}
