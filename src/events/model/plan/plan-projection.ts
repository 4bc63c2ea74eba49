/**
 * Which fields of one kind of event a few of its columns are made of. A column is written by whoever comes first, and some
 * transforms write several columns or none: so all fields count that write a wanted column, or one that is written together
 * with it. Where that cannot be told of the names alone, the whole event has to be normalised.
 */
import type { FieldRule } from "../mappings/mapping-set.ts";
import { groupNames } from "../transforms/pattern-writer.ts";
import { requireTransform } from "../transforms/transform-catalogue.ts";
import { rulePlace } from "../mappings/mapping-set.ts";
import type { EventPlan, PlanParts } from "./event-plan.ts";
import { SYSTEM_SOURCES } from "./system-columns.ts";

/** What a field is to the wanted columns. */
export const IGNORED = 1;
export const NEEDED = 2;
/** With this field the event has to be normalised as a whole. */
export const WHOLE = 3;
export type FieldUse = typeof IGNORED | typeof NEEDED | typeof WHOLE;

export class PlanProjection {
  readonly plan: EventPlan;
  /** No event of this kind can be read in part. */
  readonly isWhole: boolean;
  readonly #wanted: ReadonlySet<string>;
  readonly #written: ReadonlySet<string>;

  /** @param wanted columns; those of the envelope among them are written by the caller */
  constructor(plan: EventPlan, wanted: ReadonlySet<string>, { derivations }: PlanParts) {
    this.plan = plan;
    this.#wanted = wanted;
    this.#written = writtenTogether(plan, wanted);
    const isForeign = (column: string): boolean =>
      !wanted.has(column) && SYSTEM_SOURCES[column] !== undefined;
    this.isWhole =
      [...this.#written].some(isForeign) ||
      derivations.rules.some(({ column }) => this.#written.has(column)) ||
      [...plan.rules.fields.keys()].some((field) => wanted.has(field.toLowerCase()));
  }

  useOf(field: string): FieldUse {
    // A value that finds its column taken is kept under the field's own name, which is then a wanted column's.
    if (this.#wanted.has(field) || this.#wanted.has(field.replace(/_orig$/, ""))) return WHOLE;
    const step = this.plan.step(field);
    if (step === null) return IGNORED;
    const columns = step.rule === undefined ? [field] : columnsOf(step.rule);
    if (columns !== undefined && !columns.some((column) => this.#written.has(column))) return IGNORED;
    // Objects have such names before all others, wherever they stand in the document.
    return /^\d/.test(field) ? WHOLE : NEEDED;
  }
}

function writtenTogether({ rules }: EventPlan, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const written = new Set(wanted);
  for (let before = -1; before !== written.size;) {
    before = written.size;
    for (const rule of rules.fields.values()) {
      const columns = rule === null ? [] : (columnsOf(rule) ?? []);
      if (columns.some((column) => written.has(column))) for (const column of columns) written.add(column);
    }
  }
  return written;
}

/** The columns that a rule writes; undefined: whichever its text names. */
function columnsOf(rule: FieldRule): readonly string[] | undefined {
  if (rule.pattern !== undefined) return [rule.target, ...groupNames(rule.pattern)];
  if (rule.transform === undefined) return [rule.target];
  const columns = requireTransform(rule.transform, () => rulePlace(rule)).columns(rule.target);
  return columns.length === 0 ? undefined : columns;
}
