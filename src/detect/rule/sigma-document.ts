/** What a Sigma file holds (Sigma specification 2.1): rules, correlation rules, filters. */
import type { ErrorPlace } from "../../base/errors.ts";
import type { Expression } from "../expression/expression.ts";

export type SigmaDocument = SigmaRule | CorrelationRule | FilterRule;

export const LEVELS = ["informational", "low", "medium", "high", "critical"] as const;
export type SigmaLevel = (typeof LEVELS)[number];
export const STATUSES = ["stable", "test", "experimental", "deprecated", "unsupported"] as const;
export type SigmaStatus = (typeof STATUSES)[number];

export interface RuleMetadata {
  readonly title: string;
  readonly id: string | undefined;
  /** Unique and readable; correlations may refer to it instead of the id. */
  readonly name: string | undefined;
  readonly status: SigmaStatus | undefined;
  readonly level: SigmaLevel | undefined;
  readonly description: string | undefined;
  readonly author: string | undefined;
  readonly license: string | undefined;
  readonly taxonomy: string;
  /** `YYYY-MM-DD`, as written. */
  readonly date: string | undefined;
  readonly modified: string | undefined;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly fields: readonly string[];
  readonly scope: readonly string[];
  readonly related: readonly RelatedRule[];
  /** Fields that the specification does not name, with scalar values as text. */
  readonly custom: ReadonlyMap<string, string>;
  readonly place: ErrorPlace;
}

export interface RelatedRule {
  readonly id: string;
  readonly type: string;
}

export interface LogSource {
  readonly category: string | undefined;
  readonly product: string | undefined;
  readonly service: string | undefined;
  readonly definition: string | undefined;
}

export interface SigmaRule {
  readonly kind: "rule";
  readonly metadata: RuleMetadata;
  readonly logSource: LogSource;
  /** The search identifiers by name. */
  readonly selections: ReadonlyMap<string, Selection>;
  /** The conditions as written; they are alternatives. */
  readonly conditions: readonly string[];
  /** The whole condition, filters included. */
  readonly expression: Expression;
  /** Selections that no condition names. */
  readonly unusedSelections: readonly string[];
}

export interface Selection {
  readonly expression: Expression;
  readonly place: ErrorPlace;
}

export interface FilterRule {
  readonly kind: "filter";
  readonly metadata: RuleMetadata;
  readonly logSource: LogSource;
  /** Ids and names of rules; undefined for every rule of the log source. */
  readonly rules: readonly string[] | undefined;
  /** Holds for the events that the rules keep: it is joined to a rule's condition by `and`. */
  readonly expression: Expression;
}

export const CORRELATION_TYPES = [
  "event_count",
  "value_count",
  "value_sum",
  "value_avg",
  "value_percentile",
  "value_median",
  "temporal",
  "temporal_ordered",
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export interface CorrelationRule {
  readonly kind: "correlation";
  readonly metadata: RuleMetadata;
  readonly type: CorrelationType;
  /** Ids or names of the rules and correlations it refers to, in the written order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** Undefined for temporal correlations without one: all rules must have hit. */
  readonly condition: CorrelationCondition | undefined;
  /** Alias → rule as written → field of the event. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** True where the rules it refers to are to give hits of their own too. */
  readonly generate: boolean;
}

export type CountOperator = "gt" | "gte" | "lt" | "lte" | "eq" | "neq";

export interface CorrelationCondition {
  /** All of them hold; at least one. */
  readonly bounds: readonly { readonly operator: CountOperator; readonly value: number }[];
  /** The fields whose values are counted or computed with. */
  readonly fields: readonly string[];
  /** Of `value_percentile`: which percentile is compared; undefined for the share of a value. */
  readonly percentile: number | undefined;
}

/** What a rule is called where one text must name it: its id, else its name, else its title. */
export function ruleKey(metadata: RuleMetadata): string {
  return metadata.id ?? metadata.name ?? metadata.title;
}

/** A rule that states no level counts as informational. */
export function levelOf({ level }: RuleMetadata): SigmaLevel {
  return level ?? "informational";
}
