import type { RawEvent } from "../../shapes/raw-event.ts";
import type { ModelRow, ModelValue } from "../columns/column-type.ts";
import { derive, keep } from "../transforms/cell.ts";
import type { Filling } from "../transforms/cell.ts";
import { PlanCompiler } from "./event-plan.ts";
import type { EventPlan, PlanParts } from "./event-plan.ts";
import { rulePlace } from "../mappings/mapping-set.ts";
import { SYSTEM_SOURCES, systemRow } from "./system-columns.ts";
import type { SystemWords } from "./system-columns.ts";

/** Kinds of events whose plans are kept; beyond, all are made anew as they come. */
const PLANS_MAX = 16_384;

/** Where one column of a row comes from. */
export interface ColumnOrigin {
  readonly column: string;
  readonly value: ModelValue;
  /** The field of the payload or the envelope; for a derived column the column it was made of. */
  readonly from: string;
  readonly kind: "envelope" | "payload" | "derived" | "unmapped";
  /** The mapping rule: file and line, level, and transform if it names one. */
  readonly rule?: {
    readonly file: string;
    readonly line: number;
    readonly level: string;
    readonly transform: string | undefined;
  };
}

/**
 * Raw events to rows of the model. What a row holds: the columns of the envelope; each field of the payload in the columns
 * its mapping names, or under its own name; and what derivations make of these. Not reentrant: one event at a time.
 */
export class Normalizer {
  readonly #compiler: PlanCompiler;
  readonly #parts: PlanParts;
  readonly #words: SystemWords;
  readonly #byProvider = new Map<string, Map<number, EventPlan>>();
  readonly #filling: Filling;
  #plan: EventPlan;
  #plans = 0;

  /** @throws SpoorError where a mapping names what is not there; every rule is compiled now, not when an event comes. */
  constructor(parts: PlanParts) {
    this.#parts = parts;
    this.#compiler = new PlanCompiler(parts);
    this.#words = { levels: parts.codes.get("event_level"), opcodes: parts.codes.get("event_opcode") };
    this.#plan = this.#compiler.plan(undefined, undefined);
    for (const { rule } of parts.mappings.allRules()) this.#compiler.writer(rule);
    for (const message of parts.mappings.allMessageRules()) this.#compiler.messageReader(message);
    this.#filling = {
      row: {},
      pending: [],
      knows: (field) => this.#plan.knows(field),
      route: (filling, field, value) => {
        const step = this.#plan.step(field);
        if (step === null) keep(filling.row, field, value);
        else step.write(filling, value, field);
      },
    };
  }

  /** Never throws for what an event holds: what cannot be read stays under `<column>_orig` or its own name. */
  readonly normalize = (raw: RawEvent): ModelRow => {
    const { system } = raw;
    const plan = this.planOf(system.providerName, system.channel, system.eventId);
    const row = systemRow(raw, plan.name, this.#words);
    const filling = this.begin(plan, row);
    for (const { name, value } of raw.data) {
      const step = plan.step(name);
      if (step === null) keep(row, name, value);
      else step.write(filling, value, name);
    }
    if (raw.data.length === 0 && plan.readMessage !== undefined && raw.message !== undefined) {
      plan.readMessage(filling, raw.message);
    }
    derive(filling);
    return row;
  };

  /** The same row, and for each of its columns where it comes from. */
  explain(raw: RawEvent): readonly ColumnOrigin[] {
    const { system } = raw;
    const plan = this.planOf(system.providerName, system.channel, system.eventId);
    const row = systemRow(raw, plan.name, this.#words);
    const filling = this.begin(plan, row);
    const origins: ColumnOrigin[] = [];
    const note = (from: string, kind: ColumnOrigin["kind"], rule?: ColumnOrigin["rule"]): void => {
      for (const column of Object.keys(row)) {
        if (seen.has(column) && row[column] === seen.get(column)) continue;
        seen.set(column, row[column]!);
        const origin: ColumnOrigin = {
          column,
          value: row[column]!,
          from,
          kind,
          ...(rule === undefined ? {} : { rule }),
        };
        const before = origins.findIndex((other) => other.column === column);
        if (before === -1) origins.push(origin);
        else origins[before] = origin;
      }
    };
    const seen = new Map<string, ModelValue>();
    for (const [column, value] of Object.entries(row)) {
      seen.set(column, value);
      origins.push({ column, value, from: SYSTEM_SOURCES[column] ?? "", kind: "envelope" });
    }
    for (const { name, value } of raw.data) {
      const step = plan.step(name);
      if (step === null) keep(row, name, value);
      else step.write(filling, value, name);
      note(`data.${name}`, step === null ? "unmapped" : "payload", this.#ruleOf(plan, name));
    }
    if (raw.data.length === 0 && plan.readMessage !== undefined && raw.message !== undefined) {
      plan.readMessage(filling, raw.message);
      note("message", "payload");
    }
    const made = new Map(
      this.#parts.derivations.rules.map(({ column, from, with: how }) => [column, { from, how }]),
    );
    derive(filling);
    note("", "derived");
    return origins.map((origin) => {
      if (origin.kind !== "derived") return origin;
      const { from, how } = made.get(origin.column) ?? { from: "", how: "" };
      return { ...origin, from: `${how}(${from})` };
    });
  }

  #ruleOf(plan: EventPlan, field: string): ColumnOrigin["rule"] {
    const rule = plan.step(field)?.rule;
    if (rule === undefined) return undefined;
    const place = rulePlace(rule);
    return { file: rule.file.name, line: place.span.line, level: rule.level, transform: rule.transform };
  }

  /** The one event at a time that is written into `row`, by its plan. */
  begin(plan: EventPlan, row: ModelRow): Filling {
    this.#plan = plan;
    this.#filling.row = row;
    return this.#filling;
  }

  planOf(
    providerName: string | undefined,
    channel: string | undefined,
    eventId: number | undefined,
  ): EventPlan {
    const provider = this.#parts.mappings.providerOf(providerName, channel);
    const key = provider ?? "";
    const id = eventId ?? -1;
    const known = this.#byProvider.get(key)?.get(id);
    if (known !== undefined) return known;
    const plan = this.#compiler.plan(provider, eventId);
    if (this.#plans >= PLANS_MAX) {
      this.#byProvider.clear();
      this.#plans = 0;
    }
    const plans = this.#byProvider.get(key) ?? new Map<number, EventPlan>();
    plans.set(id, plan);
    this.#byProvider.set(key, plans);
    this.#plans++;
    return plan;
  }
}
