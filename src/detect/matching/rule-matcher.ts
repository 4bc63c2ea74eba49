/**
 * Which rules an event hits, out of thousands, at a cost that hardly grows with their number.
 *
 * Rules are sorted by what events they are for: for each combination of channel, event id and (where a rule asks for it)
 * provider that comes up, the rules that can hit at all are put together into a {@link RulePlan}. Plans are made when the
 * first such event comes and kept; adding or removing a rule undoes only the plans it belongs to. The combinations are
 * bounded by what the rules name: values that no rule names are all one.
 */
import { explain } from "../expression/explain.ts";
import type { Reason } from "../expression/explain.ts";
import type { EventFields, FieldValue } from "../expression/event-fields.ts";
import type { LogSourceMap } from "../log-sources/log-source-map.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import { bindRule, HEADER_FIELDS, HEADER_PARTS, planRule, sourceThatHits } from "./bound-rule.ts";
import type { BoundRule, EventHeader, HeaderPart } from "./bound-rule.ts";
import { HeaderNames } from "./header-names.ts";
import { RulePlan } from "./rule-plan.ts";

interface Dispatch {
  readonly header: EventHeader;
  /** Rules for events with this channel and id, whatever the provider. */
  readonly byProvider: Map<number, RulePlan>;
  readonly asksProvider: boolean;
}

/** More plans than this are not kept: the one made first is dropped, and made anew if it is needed. */
export const PLANS_MAX = 4096;

export interface MatcherStatistics {
  readonly rules: number;
  /** Rules whose log source is not known: they never hit. */
  readonly unmapped: number;
  readonly plans: number;
  readonly plansBuilt: number;
  readonly plansEvicted: number;
}

const NO_HITS: readonly SigmaRule[] = [];
const ID_STRIDE = 0x10_0000;

export class RuleMatcher {
  readonly #logSources: LogSourceMap;
  readonly #bound = new Map<string, BoundRule>();
  readonly #names: Readonly<Record<HeaderPart, HeaderNames>> = {
    channel: new HeaderNames(),
    eventId: new HeaderNames(),
    provider: new HeaderNames(),
  };
  readonly #dispatch = new Map<number, Dispatch>();
  /** Rules by channel, as far as asked for; "" is any channel that no rule names. */
  readonly #byChannel = new Map<string, readonly BoundRule[]>();
  readonly #hits: SigmaRule[] = [];
  #plans = 0;
  #plansBuilt = 0;
  #plansEvicted = 0;

  constructor(logSources: LogSourceMap, rules: Iterable<SigmaRule> = []) {
    this.#logSources = logSources;
    for (const rule of rules) this.add(rule);
  }

  /** Adds a rule, in place of the one with the same key if there is one. */
  add(rule: SigmaRule): void {
    const key = ruleKey(rule.metadata);
    this.remove(key);
    const bound = bindRule(rule, this.#logSources);
    this.#bound.set(key, bound);
    let isNewName = false;
    for (const part of HEADER_PARTS) {
      for (const name of bound.headerNames[part]) isNewName = this.#names[part].add(name) || isNewName;
    }
    this.#forget(isNewName ? undefined : bound);
  }

  /** False where there is no rule with this key. */
  remove(key: string): boolean {
    const bound = this.#bound.get(key);
    if (bound === undefined) return false;
    this.#bound.delete(key);
    for (const part of HEADER_PARTS) {
      for (const name of bound.headerNames[part]) this.#names[part].remove(name);
    }
    this.#forget(bound);
    return true;
  }

  /** The rules that the event hits. The list is good until the next call. */
  match(event: EventFields): readonly SigmaRule[] {
    const plan = this.#planFor(event);
    if (plan.rules.length === 0) return NO_HITS;
    this.#hits.length = 0;
    plan.match(event, this.#hits);
    return this.#hits.length < 2 ? this.#hits : this.#once();
  }

  /** Why the rule hits the event; empty where it does not. */
  explain(rule: SigmaRule, event: EventFields): readonly Reason[] {
    const bound = this.#bound.get(ruleKey(rule.metadata));
    const fields = bound === undefined ? undefined : sourceThatHits(bound, event);
    return fields === undefined ? [] : explain(rule.expression, fields);
  }

  /** The event under the names that the rule has for its fields: for grouping hits by a field of the taxonomy. */
  fieldsFor(rule: SigmaRule, event: EventFields): EventFields {
    const bound = this.#bound.get(ruleKey(rule.metadata));
    return (bound && sourceThatHits(bound, event)) ?? event;
  }

  bound(): Iterable<BoundRule> {
    return this.#bound.values();
  }

  /** Makes the plans for all headers that rules name, before events come. */
  prepare(): void {
    for (const { sources } of this.#bound.values()) {
      for (const { channels, eventIds } of sources) {
        for (const channel of channels ?? []) {
          const ids = eventIds ?? [""];
          for (const id of ids) this.#plan(this.#dispatchFor(channel, id), 0);
        }
      }
    }
  }

  statistics(): MatcherStatistics {
    const unmapped = [...this.#bound.values()].filter(({ sources }) => sources.length === 0).length;
    const [plans, plansBuilt, plansEvicted] = [this.#plans, this.#plansBuilt, this.#plansEvicted];
    return { rules: this.#bound.size, unmapped, plans, plansBuilt, plansEvicted };
  }

  /** A rule that reads an event in two ways can hit it twice: it counts once. */
  #once(): readonly SigmaRule[] {
    const hits = this.#hits;
    return hits.some((rule, at) => at > 0 && hits[at - 1] === rule) ? [...new Set(hits)] : hits;
  }

  #planFor(event: EventFields): RulePlan {
    const channel = event.get(HEADER_FIELDS.channel);
    const id = event.get(HEADER_FIELDS.eventId);
    const dispatch = this.#dispatchFor(channel, id);
    const provider = dispatch.asksProvider
      ? this.#numberOf("provider", event.get(HEADER_FIELDS.provider))
      : 0;
    return dispatch.byProvider.get(provider) ?? this.#plan(dispatch, provider);
  }

  #dispatchFor(channel: FieldValue | undefined, id: FieldValue | undefined): Dispatch {
    const channelNumber = this.#numberOf("channel", channel);
    const idNumber = this.#numberOf("eventId", id);
    const key = channelNumber * ID_STRIDE + idNumber;
    const known = this.#dispatch.get(key);
    if (known !== undefined) return known;
    const header = {
      channel: this.#names.channel.nameOf(channelNumber),
      eventId: this.#names.eventId.nameOf(idNumber),
      provider: undefined,
    };
    const asksProvider = this.#concerned(header).some((bound) => bound.headerNames.provider.length > 0);
    const dispatch = { header, byProvider: new Map<number, RulePlan>(), asksProvider };
    this.#dispatch.set(key, dispatch);
    return dispatch;
  }

  #numberOf(part: HeaderPart, value: FieldValue | undefined): number {
    if (value === undefined || value === null) return 0;
    const first = typeof value === "object" ? value.find((item) => item !== null) : value;
    return first === undefined || first === null ? 0 : this.#names[part].numberOf(first);
  }

  #plan(dispatch: Dispatch, provider: number): RulePlan {
    const known = dispatch.byProvider.get(provider);
    if (known !== undefined) return known;
    const header = { ...dispatch.header, provider: this.#names.provider.nameOf(provider) };
    const planned = this.#concerned(header).flatMap((bound) => planRule(bound, header));
    const plan = new RulePlan(planned);
    this.#plansBuilt++;
    if (this.#plans >= PLANS_MAX) this.#evict();
    dispatch.byProvider.set(provider, plan);
    this.#plans++;
    return plan;
  }

  /** The rules that could hit an event with this channel and id and some provider, in the order they were added. */
  #concerned(header: EventHeader): readonly BoundRule[] {
    const name = header.channel ?? "";
    let ofChannel = this.#byChannel.get(name);
    if (ofChannel === undefined) {
      const anyId = { ...header, eventId: undefined };
      ofChannel = [...this.#bound.values()].filter((bound) => canConcern(bound, anyId, false));
      this.#byChannel.set(name, ofChannel);
    }
    return ofChannel.filter((bound) => canConcern(bound, header));
  }

  #evict(): void {
    const oldest = this.#dispatch.entries().next().value;
    if (oldest === undefined) return;
    this.#dispatch.delete(oldest[0]);
    this.#plans -= oldest[1].byProvider.size;
    this.#plansEvicted += oldest[1].byProvider.size;
  }

  /** Undoes the plans that the rule belongs to, or all of them. */
  #forget(bound: BoundRule | undefined): void {
    this.#byChannel.clear();
    for (const [key, dispatch] of this.#dispatch) {
      if (bound !== undefined && !canConcern(bound, dispatch.header)) continue;
      this.#plans -= dispatch.byProvider.size;
      this.#dispatch.delete(key);
    }
  }
}

/** True where the rule could hit an event with this channel and (unless it does not matter) id, and some provider. */
function canConcern(bound: BoundRule, header: EventHeader, withId = true): boolean {
  return bound.sources.some(
    ({ channels, eventIds }) =>
      (channels === undefined || (header.channel !== undefined && channels.has(header.channel))) &&
      (!withId || eventIds === undefined || (header.eventId !== undefined && eventIds.has(header.eventId))),
  );
}
