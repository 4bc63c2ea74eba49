/**
 * Whether data that is valid for one JSON Schema is valid for another, by the rules of Confluent's registry (its strict
 * policy). What is not looked at: `if`/`then`/`else`, `contains`, `propertyNames`, `format`, `patternProperties` but for their
 * part in the content model.
 */
import { assert } from "../../../base/assert.ts";
import { sameJson, sortedJson } from "../exact-json.ts";
import type { JsonValue } from "../exact-json.ts";
import { compareArrays } from "./json-schema-arrays.ts";
import { compareNumbers, compareStrings } from "./json-schema-bounds.ts";
import { below, difference } from "./json-schema-difference.ts";
import type { Difference } from "./json-schema-difference.ts";
import type { SchemaPart } from "./json-schema-document.ts";
import { compareObjects } from "./json-schema-objects.ts";
import { maximumMatching } from "./maximum-matching.ts";

const DIFFERENCES_MAX = 100;
/** Comparisons of pairs in one check; schemas that need more are held for incompatible, with a message that says so. */
const PAIRS_MAX = 200_000;

export function jsonSchemaDifferences(writer: SchemaPart, reader: SchemaPart): readonly Difference[] {
  return new Comparison().compare(writer, reader);
}

class Comparison {
  /** By the parts' identities. A pair that is being compared counts as fitting, which ends recursive schemas. */
  readonly #outcomes = new Map<object, Map<object, readonly Difference[]>>();
  #pairs = 0;

  readonly compare = (
    writer: SchemaPart | undefined,
    reader: SchemaPart | undefined,
  ): readonly Difference[] => {
    if (reader === undefined) return [];
    if (writer === undefined) return [difference("SCHEMA_ADDED", "", "only the reader has a schema here")];
    const known = this.#outcomes.get(writer.identity)?.get(reader.identity);
    if (known !== undefined) return known;
    if (++this.#pairs > PAIRS_MAX)
      return [difference("TOO_COMPLEX", "", "the schemas are too large to compare")];
    this.#remember(writer, reader, []);
    const found = this.#parts(writer, reader).slice(0, DIFFERENCES_MAX);
    this.#remember(writer, reader, found);
    return found;
  };

  #remember(writer: SchemaPart, reader: SchemaPart, outcome: readonly Difference[]): void {
    const outcomes = this.#outcomes.get(writer.identity) ?? new Map<object, readonly Difference[]>();
    this.#outcomes.set(writer.identity, outcomes.set(reader.identity, outcome));
  }

  #parts(writer: SchemaPart, reader: SchemaPart): readonly Difference[] {
    if (this.#fitsOneOf(writer, reader)) return [];
    if (writer.kind === reader.kind) return this.#sameKind(writer, reader);
    if (writer.kind === "none" || reader.kind === "any" || bothBytes(writer, reader)) return [];
    return [
      difference("TYPE_CHANGED", "", `${kindWord(writer)} was written where ${kindWord(reader)} is read`),
    ];
  }

  /** One schema against a choice or a conjunction of several. */
  #fitsOneOf(writer: SchemaPart, reader: SchemaPart): boolean {
    if (reader.kind === "combined" && writer.kind !== "combined") {
      if (reader.parts.length > 1 && reader.criterion === "allOf") return false;
      return reader.parts.some((part) => this.compare(writer, part).length === 0);
    }
    if (writer.kind === "combined" && reader.kind !== "combined") {
      if (writer.parts.length > 1 && writer.criterion !== "allOf") return false;
      return writer.parts.some((part) => this.compare(part, reader).length === 0);
    }
    return false;
  }

  #sameKind(writer: SchemaPart, reader: SchemaPart): readonly Difference[] {
    switch (writer.kind) {
      case "string":
        return compareStrings(writer.json, reader.json);
      case "number":
        return compareNumbers(writer.json, reader.json);
      case "object":
        return compareObjects(writer, reader, this.compare);
      case "array":
        return compareArrays(writer, reader, this.compare);
      case "combined":
        return this.#combined(writer, reader);
      case "enum":
        return compareEnums(writer.json["enum"], reader.json["enum"]);
      case "const":
        if (sameJson(writer.json["const"], reader.json["const"])) return [];
        return [difference("ENUM_ARRAY_CHANGED", "const", "the constant is another one")];
      case "not": {
        const [before, after] = [writer.parts[0], reader.parts[0]];
        assert(before !== undefined && after !== undefined, "'not' has a schema");
        // What the reader excludes must have been excluded before.
        if (this.compare(after, before).length === 0) return [];
        return [difference("NOT_TYPE_EXTENDED", "not", "the reader excludes more than the writer")];
      }
      case "any":
      case "none":
      case "boolean":
      case "null":
        return [];
    }
  }

  #combined(writer: SchemaPart, reader: SchemaPart): readonly Difference[] {
    const before = distinct(writer.parts);
    const after = distinct(reader.parts);
    if (criterionChanged(writer, reader)) {
      const what = `${writer.criterion} was written where ${reader.criterion} is read`;
      return [difference("COMBINED_TYPE_CHANGED", "", what)];
    }
    const differences: Difference[] = [];
    if (before.length < after.length && reader.criterion === "allOf") {
      differences.push(
        difference("PRODUCT_TYPE_EXTENDED", "allOf", "the reader asks for more than the writer"),
      );
    }
    if (before.length > after.length && writer.criterion !== "allOf") {
      differences.push(difference("SUM_TYPE_NARROWED", writer.criterion, "the reader has fewer choices"));
    }
    const edges = before.map((one) =>
      after.flatMap((other, i) => (this.compare(one, other).length === 0 ? [i] : [])),
    );
    if (maximumMatching(edges, after.length) < Math.min(before.length, after.length)) {
      const closest = before.flatMap((one, i) =>
        edges[i]!.length > 0 || after[i] === undefined
          ? []
          : below(`${writer.criterion}/${i}`, this.compare(one, after[i])),
      );
      const what = `the schemas below ${writer.criterion} have no counterparts in the reader's`;
      differences.push(...closest, difference("COMBINED_TYPE_SUBSCHEMAS_CHANGED", "", what));
    }
    return differences;
  }
}

function criterionChanged(writer: SchemaPart, reader: SchemaPart): boolean {
  if (writer.criterion === reader.criterion || reader.criterion === "anyOf") return false;
  const oneWritten = writer.parts.length === 1;
  const oneRead = reader.parts.length === 1;
  if (oneWritten && (oneRead || reader.criterion === "oneOf")) return false;
  return !(oneRead && writer.criterion === "allOf");
}

function compareEnums(writer: JsonValue | undefined, reader: JsonValue | undefined): Difference[] {
  const written = new Set(Array.isArray(writer) ? writer.map(sortedJson) : []);
  const read = new Set(Array.isArray(reader) ? reader.map(sortedJson) : []);
  const lost = [...written].filter((value) => !read.has(value));
  if (lost.length === 0) return [];
  const type = [...read].every((value) => written.has(value)) ? "ENUM_ARRAY_NARROWED" : "ENUM_ARRAY_CHANGED";
  return [difference(type, "enum", `the reader lacks ${lost.slice(0, 5).join(", ")}`)];
}

/** Schemas that say the same count once. */
function distinct(parts: readonly SchemaPart[]): SchemaPart[] {
  const byText = new Map(
    parts.map((part) => [`${part.kind} ${part.criterion} ${sortedJson(part.json)}`, part]),
  );
  return [...byText.values()];
}

/** Connect's decimals were written as numbers once and as text later; both say connect.type bytes. */
function bothBytes(writer: SchemaPart, reader: SchemaPart): boolean {
  return writer.json["connect.type"] === "bytes" && reader.json["connect.type"] === "bytes";
}

function kindWord({ kind, criterion }: SchemaPart): string {
  if (kind === "combined") return criterion;
  return kind === "any" ? "anything" : kind === "none" ? "nothing" : kind;
}
