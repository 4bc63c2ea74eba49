/** One running `FROM DETECT(…)`: events in, rows of alerts out, correlations' memory in the store. */
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import type { CorrelationStatistics, LeftOutHit } from "../../detect/correlation/correlation-engine.ts";
import { CorrelationStore } from "../../detect/correlation/correlation-store.ts";
import { Detector } from "../../detect/detector.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { rulesByName } from "../../detect/rule/rule-set.ts";
import type { RuleSet } from "../../detect/rule/rule-set.ts";
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import type { CorrelationRule, SigmaLevel, SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { Row } from "../../engine/row.ts";
import type { StreamFunctionContext, StreamFunctionProcessor } from "../../engine/stream-function.ts";
import type { DropReason } from "../../engine/statistics.ts";
import { FunctionError } from "../../functions/definition.ts";
import { settingText } from "../../plan/session-properties.ts";
import { detectErrors } from "../detect/errors.ts";
import { EventReader } from "../detect/event-reader.ts";
import type { ServerRules } from "../detect/server-rules.ts";
import { reasonText } from "../../detect/expression/reason-text.ts";
import { alertId, alertRow, correlationReasons, ruleFacts } from "./alert-row.ts";
import type { RuleFacts } from "./alert-row.ts";
import { MinuteHint } from "./minute-hint.ts";
import { eventSubject, UNKNOWN_SUBJECT } from "./event-subject.ts";
import type { EventSubject, ReadEvent } from "./event-subject.ts";

/** What a query's statistics call the figures of correlations. */
const NOTES: readonly (readonly [figure: keyof CorrelationStatistics, note: string])[] = [
  ["taken", "hits that correlations took up"],
  ["late", "hits too late for correlations"],
  ["withoutGroup", "hits without a field that a correlation groups by"],
  ["withoutValue", "hits without a value that a correlation measures"],
  ["evictedGroups", "groups pushed out of correlations"],
  ["evictedItems", "hits pushed out of correlations"],
  ["droppedDocuments", "documents of correlated events given up"],
  ["discardedStates", "correlations changed or gone, their memory given up"],
];

/** A hit without what a correlation needs is ordinary, as an event without a hit is; the notes tell how many. */
const DROP_REASONS: Readonly<Record<LeftOutHit["reason"], DropReason>> = {
  late: "late",
  "without group": "filtered",
  "without value": "filtered",
};

/** Without a hit or a new minute, this many events are not asked for their times in a row. Below 256. */
const UNLOOKED_MAX = 64;
/** In the store, beside the keys of `correlation-store.ts`: how many were not asked, then the minute of the last that was. */
const LOOK_KEY = Buffer.from("look");

/** The event of the record being processed. */
interface PresentEvent {
  readonly event: ReadEvent;
  readonly timeMs: number;
  readonly place: string;
  readonly text: string;
}

/** One set of rules at work. */
interface Work {
  readonly set: RuleSet;
  readonly detector: Detector;
  readonly known: ReadonlyMap<string, SigmaRule | CorrelationRule>;
  readonly correlations: ReadonlyMap<string, CorrelationRule>;
  readonly facts: Map<string, RuleFacts>;
}

export class DetectProcessor implements StreamFunctionProcessor {
  readonly #context: StreamFunctionContext;
  readonly #rules: ServerRules;
  readonly #leastLevel: SigmaLevel;
  readonly #events = new EventReader();
  readonly #pastEvents = new EventReader();
  readonly #column: number;
  #work: Work;
  /** Events since one was asked for its time. */
  #unlooked = 0;
  /** Of the event that was asked last without a hit. */
  #lookedMinute = "";
  readonly #hint = new MinuteHint();
  /** As far as it was noted. */
  #noted: Partial<Record<keyof CorrelationStatistics, number>> = {};
  /** Of the present record: why correlations could not use its hits. */
  #leftOut: LeftOutHit[] = [];

  /** @throws DETECT_NO_RULES, DETECT_RULES_UNREADABLE, SIGMA_STATE_UNREADABLE */
  constructor(context: StreamFunctionContext, rules: ServerRules, leastLevel: SigmaLevel) {
    this.#context = context;
    this.#rules = rules;
    this.#leastLevel = leastLevel;
    this.#column = context.reads[0]![0]!;
    this.#work = this.#workWith(rules.ruleSet());
    this.#restore();
    const { rules: count, unmapped } = this.#work.detector.matcher.statistics();
    if (count > unmapped) return;
    throw detectErrors.NO_RULES({
      message: "the server's rules hold none that DETECT could try",
      detail: `${count} rules are of level ${leastLevel} or above, ${unmapped} of them for other log sources`,
      hint: "name Sigma rules for Windows with 'spoor.rules', and check 'spoor.rules.min.level'",
    });
  }

  #workWith(set: RuleSet): Work {
    const { properties, store } = this.#context;
    const detector = new Detector(set, windowsLogSources(), {
      leastLevel: this.#leastLevel,
      latenessMs: Math.max(0, Number(settingText(properties, "spoor.detect.lateness.ms"))),
      store: new CorrelationStore(store),
      onLeftOut: (hit) => this.#leftOut.push(hit),
    });
    this.#noted = {};
    const correlations = new Map(set.correlations.map((rule) => [ruleKey(rule.metadata), rule]));
    return { set, detector, known: rulesByName(set), correlations, facts: new Map() };
  }

  #restore(): void {
    const stored = this.#context.store.get(LOOK_KEY);
    if (stored === undefined) return;
    this.#unlooked = stored.readUInt8(0);
    this.#lookedMinute = stored.toString("utf8", 1);
  }

  process(_: number, row: Row): void {
    const set = this.#rules.ruleSet();
    if (set !== this.#work.set) this.#changeRules(set);
    const text = row.values[this.#column];
    if (row.deleted || typeof text !== "string") {
      this.#context.drop("null-value", "the record has no event");
      return;
    }
    const event = this.#read(text);
    if (event === undefined) return;
    const hits = this.#work.detector.matcher.match(event);
    if (hits.length > 0 || this.#isTimeToLook(text)) this.#judge(hits, event, row.timestampMs, text);
    else this.#context.drop("filtered", "no rule hits");
  }

  /**
   * Whether an event that no rule hits is to be asked for its time, which costs reading the whole of it: time goes on with
   * every hit, with each new minute, and where texts don't show their minute after some events.
   */
  #isTimeToLook(text: string): boolean {
    if (!this.#work.detector.hasCorrelations) return false;
    const minute = this.#hint.of(text);
    this.#unlooked++;
    if (minute <= this.#lookedMinute && this.#unlooked < UNLOOKED_MAX) return false;
    // Also back, after a wrong clock's minute.
    this.#lookedMinute = minute;
    this.#unlooked = 0;
    return true;
  }

  #judge(hits: readonly SigmaRule[], event: ReadEvent, recordMs: number, text: string): void {
    const { topic, partition, offset } = this.#context.place;
    const place = `${topic}/${partition}/${offset}`;
    const timeMs = event.event.system.time?.epochMs ?? recordMs;
    const present: PresentEvent = { event, timeMs, place, text };
    const { detector } = this.#work;
    const { taken } = detector.correlations;
    const detection = detector.judge(hits, event, timeMs, place, text);
    if (detection.rules.length > 0) this.#emitRules(detection.rules, present);
    if (detection.correlations.length > 0) this.#emitCorrelations(detection.correlations, present);
    else if (detection.rules.length === 0) {
      if (!detection.isCorrelated) this.#context.drop("filtered", "no rule hits");
      else if (detector.correlations.taken === taken) this.#dropUnused();
    }
    if (this.#leftOut.length > 0) this.#leftOut.length = 0;
  }

  #read(text: string): ReadEvent | undefined {
    try {
      return this.#events.read(text);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      this.#context.drop("undecodable", error.message);
      return undefined;
    }
  }

  #changeRules(set: RuleSet): void {
    this.flush();
    this.#work = this.#workWith(set);
  }

  #emitRules(rules: readonly SigmaRule[], { event, timeMs, place, text }: PresentEvent): void {
    const subject = eventSubject(event);
    for (const rule of rules) {
      const facts = this.#factsOf(rule);
      const reason = this.#work.detector.explain(rule, event).map(reasonText);
      const parts = { facts, reason, timeMs, subject, groupBy: null, events: [place], document: text };
      this.#context.emit(alertRow({ kind: "rule", id: alertId(facts.key, place), ...parts }), timeMs);
    }
  }

  #emitCorrelations(hits: readonly CorrelationHit[], present: PresentEvent): void {
    const ids = new Map<string, number>();
    for (const hit of hits) {
      const rule = this.#work.correlations.get(hit.key);
      if (rule === undefined) continue;
      const document = hit.document ?? (hit.references.at(-1) === present.place ? present.text : null);
      const titles = rule.rules.map((name) => this.#work.known.get(name)?.metadata.title ?? name);
      // One event may complete a group twice, by two of the rules it hits.
      const id = alertId(hit.key, JSON.stringify(hit.group), ...hit.references);
      const before = ids.get(id) ?? 0;
      ids.set(id, before + 1);
      const row = alertRow({
        kind: "correlation",
        facts: this.#factsOf(rule),
        id: before === 0 ? id : alertId(id, String(before)),
        reason: correlationReasons(rule, titles, hit),
        timeMs: hit.lastMs,
        subject: this.#subjectOf(document),
        groupBy: new Map(Object.entries(hit.group)),
        events: hit.references,
        document,
      });
      this.#context.emit(row, hit.lastMs);
    }
  }

  /** The document was read as an event before. */
  #subjectOf(document: string | null): EventSubject {
    return document === null ? UNKNOWN_SUBJECT : eventSubject(this.#pastEvents.read(document));
  }

  #factsOf({ metadata }: SigmaRule | CorrelationRule): RuleFacts {
    const { facts } = this.#work;
    const key = ruleKey(metadata);
    let found = facts.get(key);
    if (found === undefined) {
      found = ruleFacts(metadata);
      facts.set(key, found);
    }
    return found;
  }

  /** Only correlations wait for the rules that hit, and none could use it. */
  #dropUnused(): void {
    const [first] = this.#leftOut;
    if (first !== undefined) this.#context.drop(DROP_REASONS[first.reason], first.detail);
  }

  flush(): void {
    const { correlations } = this.#work.detector;
    correlations.flush();
    if (this.#work.detector.hasCorrelations) this.#storeLook();
    const statistics = correlations.statistics();
    for (const [name, note] of NOTES) {
      const count = statistics[name] - (this.#noted[name] ?? 0);
      if (count > 0) this.#context.note(note, count);
      this.#noted[name] = statistics[name];
    }
  }

  #storeLook(): void {
    const bytes = Buffer.concat([Buffer.of(this.#unlooked), Buffer.from(this.#lookedMinute)]);
    if (this.#context.store.get(LOOK_KEY)?.equals(bytes) !== true) this.#context.store.put(LOOK_KEY, bytes);
  }
}
