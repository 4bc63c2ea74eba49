/**
 * Objects: properties come and go by the content model. An open one (no `additionalProperties`) takes any other property, a
 * closed one (`false`) none, a partially open one (a schema, or `patternProperties`) those that fit.
 */
import { isJsonObject } from "../exact-json.ts";
import type { JsonObject, JsonValue } from "../exact-json.ts";
import { boundsOf, compareBounds } from "./json-schema-bounds.ts";
import { below, difference } from "./json-schema-difference.ts";
import type { Compare, Difference } from "./json-schema-difference.ts";
import type { SchemaPart } from "./json-schema-document.ts";

export function compareObjects(writer: SchemaPart, reader: SchemaPart, compare: Compare): Difference[] {
  return [
    ...compareProperties(writer, reader, compare),
    ...compareRest(writer, reader, "additionalProperties", "ADDITIONAL_PROPERTIES", compare),
    ...compareRest(writer, reader, "unevaluatedProperties", "UNEVALUATED_PROPERTIES", compare),
    ...compareDependencies(writer, reader, compare),
    ...compareBounds(writer.json, reader.json, boundsOf("Properties")),
  ];
}

function compareProperties(writer: SchemaPart, reader: SchemaPart, compare: Compare): Difference[] {
  const written = membersOf(writer.json["properties"]);
  const read = membersOf(reader.json["properties"]);
  const names = new Set([...Object.keys(written), ...Object.keys(read)]);
  return [...names].flatMap((name) => {
    const one = Object.hasOwn(written, name) ? writer.document.part(written[name]!) : undefined;
    const other = Object.hasOwn(read, name) ? reader.document.part(read[name]!) : undefined;
    const path = `properties/${name}`;
    if (one === undefined) return addedProperty(writer, reader, name, read[name]!, compare);
    if (other === undefined) return below(path, removedProperty(one, reader, name, compare));
    return [...requiredAdded(writer, reader, name, read[name]!), ...below(path, compare(one, other))];
  });
}

function requiredAdded(writer: SchemaPart, reader: SchemaPart, name: string, read: JsonValue): Difference[] {
  if (isRequired(writer, name) || !isRequired(reader, name) || hasDefault(read)) return [];
  const what = `'${name}' is required by the reader only, and has no default`;
  return [difference("REQUIRED_ATTRIBUTE_ADDED", `required/${name}`, what)];
}

/** What was written may hold anything under the name where the writer's content model allowed that. */
function addedProperty(
  writer: SchemaPart,
  reader: SchemaPart,
  name: string,
  read: JsonValue,
  compare: Compare,
): Difference[] {
  const path = `properties/${name}`;
  const part = reader.document.part(read);
  const required = isRequired(reader, name);
  if (isOpen(writer)) {
    if (part.kind === "any") return [];
    const type = !required
      ? "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"
      : hasDefault(read)
        ? "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL"
        : "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL";
    const what = `property '${name}' is new to the reader, and the writer's content model is open`;
    return [difference(type, path, what)];
  }
  const differences: Difference[] = [];
  const covering = coveringSchema(writer, name);
  const covered = covering === undefined ? [] : compare(covering, part);
  if (covered.length > 0) {
    const what = `property '${name}' is new to the reader and narrower than what the writer allowed under the name`;
    differences.push(
      ...below(path, covered),
      difference("PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", path, what),
    );
  }
  if (required && !hasDefault(read)) {
    const what = `property '${name}' is new to the reader, required, and has no default`;
    differences.push(difference("REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", path, what));
  }
  return differences;
}

function removedProperty(
  written: SchemaPart,
  reader: SchemaPart,
  name: string,
  compare: Compare,
): Difference[] {
  if (isOpen(reader)) return [];
  const covering = coveringSchema(reader, name);
  if (covering === undefined) {
    if (written.kind === "none") return [];
    const what = `property '${name}' is unknown to the reader, whose content model is closed`;
    return [difference("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", "", what)];
  }
  const covered = compare(written, covering);
  if (covered.length === 0) return [];
  const what = `property '${name}' is unknown to the reader and wider than what it allows under the name`;
  return [...covered, difference("PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "", what)];
}

/** Of `additionalProperties`, `additionalItems` and their unevaluated kin: true where absent. */
export function compareRest(
  writer: SchemaPart,
  reader: SchemaPart,
  keyword: string,
  name: string,
  compare: Compare,
): Difference[] {
  const before = writer.json[keyword];
  const after = reader.json[keyword];
  if (after === undefined || after === true) return [];
  if (after === false) {
    if (before === false) return [];
    return [difference(`${name}_REMOVED`, keyword, `the reader's '${keyword}' is false`)];
  }
  if (before === false) return [];
  if (before === undefined || before === true) {
    return [difference(`${name}_NARROWED`, keyword, `the reader's '${keyword}' has a schema`)];
  }
  return below(keyword, compare(writer.document.part(before), reader.document.part(after)));
}

function compareDependencies(writer: SchemaPart, reader: SchemaPart, compare: Compare): Difference[] {
  const before = dependencies(writer.json);
  return Object.entries(dependencies(reader.json)).flatMap(([name, after]) => {
    const path = `dependencies/${name}`;
    const own = Object.hasOwn(before, name) ? before[name] : undefined;
    if (!Array.isArray(after)) {
      if (own !== undefined && !Array.isArray(own)) {
        return below(path, compare(writer.document.part(own), reader.document.part(after)));
      }
      return [difference("DEPENDENCY_SCHEMA_ADDED", path, `the reader asks more of objects with '${name}'`)];
    }
    if (!Array.isArray(own)) {
      return [difference("DEPENDENCY_ARRAY_ADDED", path, `the reader asks more of objects with '${name}'`)];
    }
    if (after.every((each) => own.includes(each))) return [];
    const type = own.every((each) => after.includes(each))
      ? "DEPENDENCY_ARRAY_EXTENDED"
      : "DEPENDENCY_ARRAY_CHANGED";
    return [difference(type, path, `the reader asks for other properties beside '${name}'`)];
  });
}

function dependencies(json: JsonObject): JsonObject {
  return {
    ...membersOf(json["dependentSchemas"]),
    ...membersOf(json["dependentRequired"]),
    ...membersOf(json["dependencies"]),
  };
}

function isOpen({ json }: SchemaPart): boolean {
  const unevaluated = json["unevaluatedProperties"];
  const unevaluatedOpen =
    allowsAny(unevaluated) || (isJsonObject(unevaluated) && Object.keys(unevaluated).length === 0);
  const patterns = Object.keys(membersOf(json["patternProperties"]));
  return allowsAny(json["additionalProperties"]) && patterns.length === 0 && unevaluatedOpen;
}

/** The schema of properties that are not listed, for one of this name; undefined where there may be none. */
function coveringSchema(part: SchemaPart, name: string): SchemaPart | undefined {
  const { json, document } = part;
  for (const [pattern, schema] of Object.entries(membersOf(json["patternProperties"]))) {
    if (matches(pattern, name)) return document.part(schema);
  }
  const additional = json["additionalProperties"];
  if (isJsonObject(additional)) return document.part(additional);
  const unevaluated = json["unevaluatedProperties"];
  return additional === undefined && isJsonObject(unevaluated) ? document.part(unevaluated) : undefined;
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
}

function isRequired({ json }: SchemaPart, name: string): boolean {
  return Array.isArray(json["required"]) && json["required"].includes(name);
}

function hasDefault(json: JsonValue): boolean {
  return isJsonObject(json) && json["default"] !== undefined;
}

/** Of a keyword for what is not listed. */
export function allowsAny(value: JsonValue | undefined): boolean {
  return value === undefined || value === true;
}

function membersOf(json: JsonValue | undefined): JsonObject {
  return isJsonObject(json) ? json : {};
}
