/**
 * The value modifiers of the Sigma specification 2.1 (appendix "Modifiers"), applied in the order they are written. Each
 * takes one value and gives the values that stand for it, of which one must match.
 */
import type { SpoorError } from "../../base/errors.ts";
import { parseCidr } from "../expression/cidr.ts";
import type { CidrBlock } from "../expression/cidr.ts";
import { ANY_TEXT } from "../expression/matcher.ts";
import type { CompareOperator, TextRelation, TimePart } from "../expression/matcher.ts";
import { base64OffsetTexts, base64Text, utf16, withAnyDash } from "./encodings.ts";
import { parsePattern, placeholdersOf, plainTexts } from "./value-pattern.ts";
import type { Pattern } from "./value-pattern.ts";

export type RuleValue =
  /** `raw` is the text as written, while no modifier has changed it. */
  | { readonly kind: "pattern"; readonly pattern: Pattern; readonly raw: string | undefined }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "number"; readonly value: number; readonly raw: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string }
  | { readonly kind: "cidr"; readonly block: CidrBlock }
  | { readonly kind: "compare"; readonly operator: CompareOperator; readonly value: number }
  | { readonly kind: "exists"; readonly present: boolean }
  | { readonly kind: "field"; readonly name: string; readonly relation: TextRelation }
  | {
      readonly kind: "time";
      readonly part: TimePart;
      readonly operator: CompareOperator | "eq";
      readonly value: number;
    };

/** Values for placeholders: name, without the percent signs, → patterns as a rule would write them. */
export type PlaceholderValues = ReadonlyMap<string, readonly string[]>;

export interface ModifierContext {
  readonly modifier: string;
  readonly placeholders: PlaceholderValues;
  /** The error for a value that this modifier cannot take. */
  refuse(message: string, hint: string): SpoorError;
  unknownPlaceholder(name: string): SpoorError;
}

type Modifier = (value: RuleValue, context: ModifierContext) => readonly RuleValue[];

/** Modifiers that speak of the whole field rather than of one value. */
export const FIELD_MODIFIERS: readonly string[] = ["all", "neq", "cased"];

const TIME_PARTS: readonly TimePart[] = ["minute", "hour", "day", "week", "month", "year"];
const COMPARE_OPERATORS: readonly CompareOperator[] = ["lt", "lte", "gt", "gte"];

export const VALUE_MODIFIERS: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ["contains", relation("contains")],
  ["startswith", relation("starts-with")],
  ["endswith", relation("ends-with")],
  ["exists", exists],
  ["windash", windash],
  ["re", regularExpression],
  ["i", regexFlag],
  ["m", regexFlag],
  ["s", regexFlag],
  ["base64", (value, context) => plain(value, context).map((bytes) => text(base64Text(bytes)))],
  [
    "base64offset",
    (value, context) => plain(value, context).flatMap((bytes) => base64OffsetTexts(bytes).map(text)),
  ],
  ["utf16le", wide("le", false)],
  ["wide", wide("le", false)],
  ["utf16be", wide("be", false)],
  ["utf16", wide("le", true)],
  ["cidr", cidr],
  ["expand", expand],
  ["fieldref", fieldReference],
  ...COMPARE_OPERATORS.map((operator): [string, Modifier] => [operator, compare(operator)]),
  ...TIME_PARTS.map((part): [string, Modifier] => [part, time(part)]),
]);

export const MODIFIER_NAMES: readonly string[] = [...FIELD_MODIFIERS, ...VALUE_MODIFIERS.keys()];

function text(plainText: string): RuleValue {
  return { kind: "pattern", pattern: plainText === "" ? [] : [plainText], raw: undefined };
}

/** Strings, and numbers and booleans read as strings. */
function patternOf(value: RuleValue, context: ModifierContext): Pattern {
  switch (value.kind) {
    case "pattern":
      return value.pattern;
    case "bytes":
      return [Buffer.from(value.bytes).toString("latin1")];
    case "number":
      return [value.raw];
    case "boolean":
      return [String(value.value)];
    default:
      throw context.refuse(`modifier '${context.modifier}' needs a text`, "give a text in quotes");
  }
}

function relation(wanted: TextRelation): Modifier {
  return (value, context) => {
    if (value.kind === "field") return [{ ...value, relation: wanted }];
    if (value.kind === "regex") {
      const hint =
        "leave it out: a regular expression is found anywhere unless it anchors itself with ^ and $";
      throw context.refuse(`modifier '${context.modifier}' cannot follow 're'`, hint);
    }
    const pattern = [...patternOf(value, context)];
    if (wanted !== "starts-with" && pattern[0] !== ANY_TEXT) pattern.unshift(ANY_TEXT);
    if (wanted !== "ends-with" && pattern.at(-1) !== ANY_TEXT) pattern.push(ANY_TEXT);
    return [{ kind: "pattern", pattern, raw: undefined }];
  };
}

function exists(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  if (value.kind === "boolean") return [{ kind: "exists", present: value.value }];
  throw context.refuse("modifier 'exists' needs true or false", "write 'field|exists: true'");
}

function windash(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  return [{ kind: "pattern", pattern: withAnyDash(patternOf(value, context)), raw: undefined }];
}

function regularExpression(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  if (value.kind === "number") return [{ kind: "regex", source: value.raw, flags: "" }];
  if (value.kind === "pattern" && value.raw !== undefined)
    return [{ kind: "regex", source: value.raw, flags: "" }];
  throw context.refuse("modifier 're' needs the text as it is written", "let 're' be the first modifier");
}

function regexFlag(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  if (value.kind === "regex") return [{ ...value, flags: value.flags + context.modifier }];
  const hint = `write 're|${context.modifier}'`;
  throw context.refuse(`modifier '${context.modifier}' needs a regular expression before it`, hint);
}

/** The bytes of each text that the value stands for. */
function plain(value: RuleValue, context: ModifierContext): Uint8Array[] {
  if (value.kind === "bytes") return [value.bytes];
  const texts = plainTexts(patternOf(value, context));
  if (texts !== undefined) return texts.map((each) => Buffer.from(each, "utf8"));
  const hint = String.raw`escape the wildcards (\*, \?), and let 'contains' follow '${context.modifier}'`;
  throw context.refuse(`modifier '${context.modifier}' cannot encode wildcards`, hint);
}

function wide(order: "le" | "be", mark: boolean): Modifier {
  return (value, context) =>
    plain(value, context).map((bytes) => ({
      kind: "bytes",
      bytes: utf16(Buffer.from(bytes).toString("utf8"), order, mark),
    }));
}

function cidr(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  const written = value.kind === "pattern" ? value.raw : undefined;
  const block = written === undefined ? undefined : parseCidr(written);
  if (block !== undefined) return [{ kind: "cidr", block }];
  const hint = "write a network such as '10.0.0.0/8' or 'fe80::/10', without host bits";
  throw context.refuse(`'${written ?? ""}' is no network range`, hint);
}

function compare(operator: CompareOperator): Modifier {
  return (value, context) => {
    if (value.kind === "time") return [{ ...value, operator }];
    return [{ kind: "compare", operator, value: numberOf(value, context) }];
  };
}

function time(part: TimePart): Modifier {
  return (value, context) => {
    if (value.kind === "compare")
      return [{ kind: "time", part, operator: value.operator, value: value.value }];
    return [{ kind: "time", part, operator: "eq", value: numberOf(value, context) }];
  };
}

function numberOf(value: RuleValue, context: ModifierContext): number {
  if (value.kind === "number") return value.value;
  const written = value.kind === "pattern" ? value.raw?.trim() : undefined;
  const number = written === undefined || written === "" ? Number.NaN : Number(written);
  if (!Number.isNaN(number)) return number;
  throw context.refuse(`modifier '${context.modifier}' needs a number`, "write a number without quotes");
}

function expand(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  if (value.kind !== "pattern")
    throw context.refuse(
      "modifier 'expand' needs a text",
      "let 'expand' follow 'contains' and its like only",
    );
  let patterns: Pattern[] = [value.pattern];
  for (const name of placeholdersOf(value.pattern)) {
    const values = context.placeholders.get(name);
    if (values === undefined) throw context.unknownPlaceholder(name);
    const choices = values.map((each) => parsePattern(each));
    patterns = patterns.flatMap((pattern) => choices.map((choice) => replaced(pattern, name, choice)));
  }
  return patterns.map((pattern) => ({ kind: "pattern", pattern, raw: undefined }));
}

/** Every use of a placeholder in one value takes the same choice. */
function replaced(pattern: Pattern, name: string, choice: Pattern): Pattern {
  return pattern.flatMap((part) => (typeof part === "object" && part.placeholder === name ? choice : [part]));
}

function fieldReference(value: RuleValue, context: ModifierContext): readonly RuleValue[] {
  if (value.kind === "pattern" && value.raw !== undefined)
    return [{ kind: "field", name: value.raw, relation: "equals" }];
  throw context.refuse(
    "modifier 'fieldref' needs the name of a field",
    "let 'fieldref' be the first modifier",
  );
}
