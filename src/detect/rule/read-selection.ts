/** Selections of a rule (Sigma specification 2.1, "Search-Identifier"): maps, lists of maps, keywords. */
import { didYouMean } from "../../base/nearest.ts";
import type { ErrorPlace, SpoorError } from "../../base/errors.ts";
import { sigmaErrors } from "../errors.ts";
import { allOf, anyOf, negation } from "../expression/expression.ts";
import type { Expression } from "../expression/expression.ts";
import type { Matcher } from "../expression/matcher.ts";
import { LinearRegex } from "../regex/linear-regex.ts";
import { RegexFault } from "../regex/parse-regex.ts";
import { FIELD_MODIFIERS, MODIFIER_NAMES, VALUE_MODIFIERS } from "./modifiers.ts";
import type { ModifierContext, PlaceholderValues, RuleValue } from "./modifiers.ts";
import { isMap, isNullScalar, isScalar, isSeq, scalarSource } from "./rule-source.ts";
import type { MapEntry, Node, RuleSource, Scalar, YAMLMap } from "./rule-source.ts";
import { parsePattern, patternMatchers } from "./value-pattern.ts";

const NESTING_MAX = 20;

/** A field with its modifiers, as a key of a selection writes it. */
interface FieldKey {
  /** Undefined for keywords. */
  readonly field: string | undefined;
  readonly modifiers: readonly string[];
  readonly node: Scalar | undefined;
}

const KEYWORDS: FieldKey = { field: undefined, modifiers: [], node: undefined };

export class SelectionReader {
  readonly #source: RuleSource;
  readonly #placeholders: PlaceholderValues;

  constructor(source: RuleSource, placeholders: PlaceholderValues) {
    this.#source = source;
    this.#placeholders = placeholders;
  }

  /** @throws SpoorError SIGMA_INVALID_SELECTION and the errors of modifiers */
  read(name: string, node: Node | null, depth = 0): Expression {
    if (depth > NESTING_MAX) throw this.#invalid(`selection '${name}' is nested too deeply`, node);
    if (isMap(node)) return this.#map(name, node);
    if (isScalar(node) && !isNullScalar(node)) return this.#values(KEYWORDS, node);
    if (!isSeq(node) || node.items.length === 0) throw this.#invalid(`selection '${name}' is empty`, node);
    const items = this.#source.items(node);
    if (items.every((item) => isScalar(item))) return this.#values(KEYWORDS, node);
    return anyOf(items.map((item) => this.read(name, item, depth + 1)));
  }

  #map(name: string, map: YAMLMap): Expression {
    const entries = this.#source.entries(map);
    if (entries.length === 0) throw this.#invalid(`selection '${name}' is empty`, map);
    return allOf(entries.map((entry) => this.#item(entry)));
  }

  #item(entry: MapEntry): Expression {
    const [field, ...modifiers] = entry.key.split("|");
    let at = field!.length + 1;
    for (const modifier of modifiers) {
      if (!VALUE_MODIFIERS.has(modifier) && !FIELD_MODIFIERS.includes(modifier)) {
        throw sigmaErrors.UNKNOWN_MODIFIER({
          message: `unknown modifier '${modifier}'`,
          hint: didYouMean(modifier, MODIFIER_NAMES) ?? `modifiers are: ${MODIFIER_NAMES.join(" ")}`,
          place: this.#source.placeWithin(entry.keyNode, at, at + modifier.length),
        });
      }
      at += modifier.length + 1;
    }
    const key = { field: field === "" ? undefined : field, modifiers, node: entry.keyNode };
    return this.#values(key, entry.value);
  }

  /** The tests of a field (or of keywords) with its values. */
  #values(key: FieldKey, node: Node | null): Expression {
    const nodes = isSeq(node) ? this.#source.items(node) : [node];
    if (nodes.length === 0)
      throw this.#invalid(`field '${key.field ?? ""}' has an empty list of values`, node);
    const alternatives = nodes.map((each) => this.#value(key, each));
    const expression = key.modifiers.includes("all") ? allOf(alternatives) : anyOf(alternatives);
    return key.modifiers.includes("neq") ? negation(expression) : expression;
  }

  #value(key: FieldKey, node: Node | null): Expression {
    if (isMap(node) || isSeq(node)) {
      const what = key.field === undefined ? "keywords" : `field '${key.field}'`;
      throw this.#invalid(`${what} must have texts, numbers, true, false or null as values`, node);
    }
    let values: readonly RuleValue[] = [scalarValue(node, key)];
    for (const modifier of key.modifiers) {
      const apply = VALUE_MODIFIERS.get(modifier);
      const context = this.#context(modifier, node ?? key.node);
      if (apply !== undefined) values = values.flatMap((value) => apply(value, context));
    }
    const cased = key.modifiers.includes("cased");
    return anyOf(values.flatMap((value) => this.#tests(key, value, cased, node)));
  }

  #tests(key: FieldKey, value: RuleValue, cased: boolean, node: Node | null): Expression[] {
    const { field } = key;
    if (field !== undefined || value.kind === "regex")
      return this.#matchers(value, cased, node).map((matcher) => ({ kind: "test", field, matcher }));
    if (
      value.kind !== "pattern" &&
      value.kind !== "number" &&
      value.kind !== "boolean" &&
      value.kind !== "bytes"
    )
      throw this.#invalid(
        "a keyword must be a text, a number or a regular expression",
        node ?? key.node ?? null,
      );
    const pattern = VALUE_MODIFIERS.get("contains")!(value, this.#context("contains", node));
    return this.#matchers(pattern[0]!, cased, node).map((matcher) => ({ kind: "test", field, matcher }));
  }

  #matchers(value: RuleValue, cased: boolean, node: Node | null): Matcher[] {
    switch (value.kind) {
      case "pattern":
        return patternMatchers(value.pattern, cased);
      case "bytes":
        return patternMatchers([Buffer.from(value.bytes).toString("latin1")], cased);
      case "number":
        return patternMatchers([value.raw], cased);
      case "boolean":
        return patternMatchers([String(value.value)], cased);
      case "regex":
        return [{ kind: "regex", regex: this.#regex(value.source, value.flags, node) }];
      case "field":
        return [{ kind: "field", relation: value.relation, other: value.name, cased }];
      case "null":
      case "exists":
      case "cidr":
      case "compare":
      case "time":
        return [value];
    }
  }

  #regex(source: string, flags: string, node: Node | null): LinearRegex {
    try {
      return new LinearRegex(source, flags);
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      const place =
        isScalar(node) && scalarSource(node) === source
          ? this.#source.placeWithin(node, error.at, error.at + 1)
          : this.#source.placeOf(node);
      const hint = "regular expressions run in linear time: no look-around, no back references";
      throw sigmaErrors.INVALID_REGEX({
        message: `invalid regular expression: ${error.message}`,
        hint,
        place,
      });
    }
  }

  #context(modifier: string, node: Node | null | undefined): ModifierContext {
    const place = (): ErrorPlace => this.#source.placeOf(node);
    return {
      modifier,
      placeholders: this.#placeholders,
      refuse: (message, hint) => sigmaErrors.INVALID_MODIFIER({ message, hint, place: place() }),
      unknownPlaceholder: (name) =>
        sigmaErrors.UNKNOWN_PLACEHOLDER({
          message: `placeholder '%${name}%' has no values`,
          hint: didYouMean(name, this.#placeholders.keys()) ?? `give a list of values for '${name}'`,
          place: place(),
        }),
    };
  }

  #invalid(message: string, node: Node | null): SpoorError {
    const hint = "write 'field: value' pairs, a list of them, or a list of keywords";
    return sigmaErrors.INVALID_SELECTION({ message, hint, place: this.#source.placeOf(node) });
  }
}

function scalarValue(node: Node | null, key: FieldKey): RuleValue {
  if (!isScalar(node) || isNullScalar(node)) return { kind: "null" };
  if (typeof node.value === "boolean") return { kind: "boolean", value: node.value };
  if (typeof node.value === "number") {
    const exact = Number.isSafeInteger(node.value) || !Number.isInteger(node.value);
    return { kind: "number", value: node.value, raw: exact ? String(node.value) : scalarSource(node) };
  }
  const raw = scalarSource(node);
  return { kind: "pattern", pattern: parsePattern(raw, key.modifiers.includes("expand")), raw };
}
