import type { PlanParts } from "../plan/event-plan.ts";
import { SYSTEM_SOURCES } from "../plan/system-columns.ts";
import { transforms } from "../transforms/transform-catalogue.ts";
import type { FieldRule } from "../mappings/mapping-set.ts";
import type { ModelColumn } from "./column-catalogue.ts";
import { sqlTypeName } from "./column-type.ts";
import type { SqlTypeName } from "./column-type.ts";

/** A field of a provider's payload that fills a column, and in which events; no events: in all that have the field. */
export interface ColumnSource {
  readonly provider: string;
  readonly field: string;
  readonly events: readonly number[];
}

export interface ColumnDescription extends ModelColumn {
  readonly sqlType: SqlTypeName;
  readonly sources: readonly ColumnSource[];
  /** Of columns made of another: that one and how. */
  readonly derivedFrom: readonly string[];
  /** Whether the envelope of every event fills it. */
  readonly isEnvelope: boolean;
}

/** Every declared column, in order, with what fills it. */
export function describeColumns({ columns, derivations, mappings }: PlanParts): readonly ColumnDescription[] {
  const sources = new Map<string, Map<string, ColumnSource>>();
  for (const { provider, rule, events } of mappings.allRules()) addSource(sources, provider, rule, events);
  return columns.all().map((column) => ({
    ...column,
    sqlType: sqlTypeName(column.type),
    sources: [...(sources.get(column.name)?.values() ?? [])],
    derivedFrom: derivations.rules
      .filter((rule) => rule.column === column.name)
      .map((rule) => `${rule.with}(${rule.from})`),
    isEnvelope: SYSTEM_SOURCES[column.name] !== undefined,
  }));
}

const byName = new Map(transforms.map((transform) => [transform.name, transform]));

/** The declared columns that a rule writes. */
export function ruleColumns(rule: FieldRule): readonly string[] {
  if (rule.pattern !== undefined) {
    return [rule.target, ...[...rule.pattern.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name!)];
  }
  if (rule.transform === undefined) return [rule.target];
  return byName.get(rule.transform)?.columns(rule.target) ?? [];
}

function addSource(
  sources: Map<string, Map<string, ColumnSource>>,
  provider: string,
  rule: FieldRule,
  events: readonly number[],
): void {
  for (const column of ruleColumns(rule)) {
    const ofColumn = sources.get(column) ?? new Map<string, ColumnSource>();
    sources.set(column, ofColumn);
    const key = `${provider}\n${rule.field}`;
    const known = ofColumn.get(key)?.events ?? events;
    // No events: all of the provider's that have the field.
    const all = known.length === 0 || events.length === 0 ? [] : [...new Set([...known, ...events])];
    ofColumn.set(key, { provider, field: rule.field, events: all });
  }
}
