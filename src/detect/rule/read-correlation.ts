/** Correlation rules (Sigma Correlation Rules Specification 2.1). What they refer to is checked when a set is assembled. */
import type { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { sigmaErrors } from "../errors.ts";
import { MapReader } from "./document-reader.ts";
import { readMetadata } from "./read-metadata.ts";
import { isMap, isNullScalar } from "./rule-source.ts";
import type { Node } from "./rule-source.ts";
import { CORRELATION_TYPES } from "./sigma-document.ts";
import type {
  CorrelationCondition,
  CorrelationRule,
  CorrelationType,
  CountOperator,
} from "./sigma-document.ts";

const OPERATORS: readonly CountOperator[] = ["gt", "gte", "lt", "lte", "eq", "neq"];
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
export const TIMESPAN_MAX_MS = 366 * 86_400_000;

/** @throws SpoorError */
export function readCorrelationRule(document: MapReader): CorrelationRule {
  const metadata = readMetadata(document);
  const map = document.map("correlation", "correlation: with type, rules, group-by, timespan and condition");
  checkKeys(map);
  if (!map.has("type")) throw map.missing("type", `type: one of ${CORRELATION_TYPES.join(", ")}`);
  const type = map.choice("type", CORRELATION_TYPES)!;
  const rules = map.texts("rules");
  if (rules.length === 0) throw map.missing("rules", "rules: [name or id of a rule]");
  return {
    kind: "correlation",
    metadata,
    type,
    rules,
    groupBy: map.texts("group-by"),
    timespanMs: readTimespan(map),
    condition: readCountCondition(map, type),
    aliases: readAliases(map),
    generate: (map.text("generate") ?? document.text("generate")) === "true",
  };
}

const KEYS = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

function checkKeys(map: MapReader): void {
  for (const key of map.keys()) {
    if (KEYS.includes(key)) continue;
    const hint = didYouMean(key, KEYS) ?? `parts are: ${KEYS.join(", ")}`;
    throw invalid(map, `unknown part '${key}' of a correlation`, map.entry(key)!.keyNode, hint);
  }
}

function readTimespan(map: MapReader): number {
  const text = map.requiredText("timespan", "timespan: 10m");
  const match = /^(\d+)([smhdw])$/.exec(text.trim());
  const spanMs = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2]!]!;
  if (spanMs > 0 && spanMs <= TIMESPAN_MAX_MS) return spanMs;
  const hint = "write a number and s, m, h, d or w: 90m; at most a year";
  throw invalid(map, `'${text}' is no time span`, map.entry("timespan")!.value, hint);
}

function readCountCondition(map: MapReader, type: CorrelationType): CorrelationCondition | undefined {
  const isTemporal = type === "temporal" || type === "temporal_ordered";
  if (!map.has("condition")) {
    if (isTemporal) return undefined;
    throw map.missing("condition", "condition: { gte: 10 }");
  }
  const condition = map.map("condition", "condition: { gte: 10 }");
  const bounds: { operator: CountOperator; value: number }[] = [];
  for (const key of condition.keys()) {
    const { keyNode, value } = condition.entry(key)!;
    const operator = OPERATORS.find((each) => each === key);
    if (operator !== undefined) bounds.push({ operator, value: numberOf(condition, key, value) });
    else if (key !== "field" && key !== "percentile") {
      const names = [...OPERATORS, "field", "percentile"];
      const hint = didYouMean(key, names) ?? `write one of: ${names.join(", ")}`;
      throw invalid(map, `unknown part '${key}' of a condition`, keyNode, hint);
    }
  }
  if (bounds.length === 0) throw condition.missing("gte", "gte: 10");
  const fields = condition.texts("field");
  const needsField = type.startsWith("value_");
  if (needsField && fields.length === 0)
    throw condition.missing("field", "field: the field whose values count");
  if (!needsField && fields.length > 0)
    throw invalid(
      map,
      `'${type}' has no field in its condition`,
      condition.node,
      "write value_count, or take it out",
    );
  if (fields.length > 1 && type !== "value_count")
    throw invalid(map, `'${type}' takes one field`, condition.node, "name one field");
  const percentile = condition.has("percentile")
    ? numberOf(condition, "percentile", condition.entry("percentile")!.value)
    : undefined;
  if (percentile !== undefined && (type !== "value_percentile" || percentile < 0 || percentile > 100)) {
    const hint = "write a number from 0 to 100, with type value_percentile";
    throw invalid(map, "a percentile is out of place", condition.entry("percentile")!.value, hint);
  }
  return { bounds, fields, percentile };
}

function numberOf(map: MapReader, name: string, node: Node | null): number {
  const number = Number(map.text(name) ?? Number.NaN);
  if (!Number.isNaN(number)) return number;
  throw invalid(map, `'${name}' needs a number`, node, `write '${name}: 10'`);
}

function readAliases(map: MapReader): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  const entry = map.entry("aliases");
  if (entry === undefined || isNullScalar(entry.value)) return aliases;
  const example = "aliases: { ip: { rule_name: SourceIp } }";
  const outer = map.map("aliases", example);
  for (const alias of outer.keys()) {
    const node = outer.entry(alias)!.value;
    if (!isMap(node)) throw invalid(map, `alias '${alias}' must be a map`, node, example);
    const inner = new MapReader(map.source, node, `alias '${alias}'`);
    aliases.set(alias, new Map(inner.keys().map((rule) => [rule, inner.requiredText(rule, example)])));
  }
  return aliases;
}

function invalid(map: MapReader, message: string, node: Node | null, hint: string): SpoorError {
  return sigmaErrors.INVALID_CORRELATION({ message, hint, place: map.source.placeOf(node ?? map.node) });
}
