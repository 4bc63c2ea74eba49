/**
 * A few columns of an event's row, read off its JSON document as it stands: only the fields that they are made of become
 * values. The same values as the whole row has; where that is not sure the document is refused, and is to be parsed.
 *
 * Winlogbeat's documents are read so, whatever version; flat ones and what is odd are refused. Not reentrant.
 */
import { instantOf } from "../../shapes/event-instant.ts";
import {
  DocumentMembers,
  NO_MEMBER,
  NOWHERE,
  OBJECT,
  PAYLOAD,
  SCALAR,
  TOP,
  WINLOG,
} from "../../shapes/document-members.ts";
import { NAMES_MAX } from "../../shapes/member-names.ts";
import type { EventTime } from "../../shapes/raw-event.ts";
import { wholeNumberOf } from "../../shapes/source-document.ts";
import type { ModelRow } from "../columns/column-type.ts";
import type { EventPlan, PlanParts } from "./event-plan.ts";
import type { Normalizer } from "./normalizer.ts";
import { IGNORED, PlanProjection, WHOLE } from "./plan-projection.ts";
import { writeTime } from "./system-columns.ts";

/** Columns of the envelope that can be wanted. */
const ENVELOPE = ["event_id", "event_time", "source_name", "log_name", "host_name", "record_number"];

const KNOWN = [
  ..."winlog event_data user_data source_name log_name computer_name event_id record_number".split(" "),
  ..."provider_name channel record_id time_created @timestamp xml_name".split(" "),
];

/** Where a shape has the envelope; numbers of names. */
interface Layout {
  readonly object: number;
  readonly provider: number;
  readonly channel: number;
  readonly computer: number;
  readonly recordNumber: number;
}

/** What the names of payload fields are to a kind of event, by their numbers; 0: not known yet. */
interface KnownUses {
  readonly projection: PlanProjection;
  readonly uses: Uint8Array;
  generation: number;
}

/** Each takes some kilobytes; beyond, they are made anew as their events come. */
const PLANS_MAX = 1024;

export class DocumentColumns {
  readonly #members = new DocumentMembers(KNOWN, () => 0);
  readonly #numberOf = new Map(KNOWN.map((name) => [name, this.#members.names.find(name)!]));
  readonly #winlogbeat6 = this.#layout(TOP, "source_name", "log_name", "record_number");
  readonly #winlogbeat7 = this.#layout(WINLOG, "provider_name", "channel", "record_id");
  readonly #eventId = this.#number("event_id");
  readonly #normalizer: Normalizer;
  readonly #parts: PlanParts;
  readonly #wanted: ReadonlySet<string>;
  readonly #plans = new Map<EventPlan, KnownUses>();

  /** @param columns of the payload; those of the envelope that are read are always there */
  constructor(normalizer: Normalizer, parts: PlanParts, columns: readonly string[]) {
    this.#normalizer = normalizer;
    this.#parts = parts;
    this.#wanted = new Set([...ENVELOPE, ...columns]);
  }

  /** The row, with other columns beside those that are wanted; undefined where the document is refused. `bytes` are UTF-8. */
  read(bytes: Uint8Array): ModelRow | undefined {
    const members = this.#members;
    if (!members.readBytes(bytes)) return undefined;
    const layout = this.#shape();
    if (layout === undefined) return undefined;
    const { payloadIn } = members;
    if (payloadIn !== NOWHERE && payloadIn !== layout.object) return undefined;
    // The name of the payload's element stands among its values.
    if (members.find(PAYLOAD, this.#number("xml_name")) !== NO_MEMBER) return undefined;
    const providerName = this.#text(layout.object, layout.provider);
    const channel = this.#text(layout.object, layout.channel);
    const eventId = this.#wholeNumber(layout.object, this.#eventId);
    const known = this.#usesOf(this.#normalizer.planOf(providerName, channel, eventId));
    if (known.projection.isWhole) return undefined;
    const row: ModelRow = {
      event_id: eventId ?? null,
      event_time: null,
      source_name: providerName ?? null,
      log_name: channel ?? null,
      host_name: this.#text(layout.object, layout.computer) ?? null,
      record_number: this.#wholeNumber(layout.object, layout.recordNumber) ?? null,
    };
    const time = this.#time(layout);
    if (time !== undefined) writeTime(row, time);
    return this.#writePayload(row, known) ? row : undefined;
  }

  #writePayload(row: ModelRow, known: KnownUses): boolean {
    const { count, objects, nameNumbers, names } = this.#members;
    const { projection, uses } = known;
    const { plan } = projection;
    const filling = this.#normalizer.begin(plan, row);
    let fields = 0;
    for (let member = 0; member < count; member++) {
      if (objects[member] !== PAYLOAD) continue;
      fields++;
      const number = nameNumbers[member]!;
      let use = uses[number]!;
      if (use === IGNORED) continue;
      if (use === 0) {
        use = projection.useOf(names.name(number));
        uses[number] = use;
        if (use === IGNORED) continue;
      }
      if (use === WHOLE) return false;
      const name = names.name(number);
      plan.step(name)!.write(filling, this.#members.value(member), name);
    }
    // Nothing that is wanted is derived of what was written.
    filling.pending.length = 0;
    return fields > 0 || plan.readMessage === undefined;
  }

  #layout(object: number, provider: string, channel: string, recordNumber: string): Layout {
    return {
      object,
      provider: this.#number(provider),
      channel: this.#number(channel),
      computer: this.#number("computer_name"),
      recordNumber: this.#number(recordNumber),
    };
  }

  #number(name: string): number {
    return this.#numberOf.get(name)!;
  }

  /** As `detectShape` tells it. */
  #shape(): Layout | undefined {
    const members = this.#members;
    const winlog = members.find(TOP, this.#number("winlog"));
    if (winlog !== NO_MEMBER && members.kinds[winlog] === OBJECT) return this.#winlogbeat7;
    if (members.find(TOP, this.#eventId) === NO_MEMBER) return undefined;
    const { channel, provider } = this.#winlogbeat6;
    const isNamed = members.find(TOP, channel) !== NO_MEMBER || members.find(TOP, provider) !== NO_MEMBER;
    return isNamed ? this.#winlogbeat6 : undefined;
  }

  #usesOf(plan: EventPlan): KnownUses {
    const { generation } = this.#members.names;
    let known = this.#plans.get(plan);
    if (known === undefined) {
      if (this.#plans.size >= PLANS_MAX) this.#plans.clear();
      const projection = new PlanProjection(plan, this.#wanted, this.#parts);
      known = { projection, uses: new Uint8Array(NAMES_MAX), generation };
      this.#plans.set(plan, known);
    } else if (known.generation !== generation) {
      known.uses.fill(0);
      known.generation = generation;
    }
    return known;
  }

  /** As `winlogbeatEvent` reads it. */
  #time({ object }: Layout): EventTime | undefined {
    const exact = object === WINLOG ? this.#instant(WINLOG, "time_created") : undefined;
    return exact ?? this.#instant(TOP, "@timestamp");
  }

  #instant(object: number, name: string): EventTime | undefined {
    const text = this.#text(object, this.#number(name));
    return text === undefined ? undefined : instantOf(text, "created");
  }

  /** A text that is not empty. */
  #text(object: number, name: number): string | undefined {
    const member = this.#members.find(object, name);
    if (member < 0 || this.#members.kinds[member]! >= SCALAR) return undefined;
    return this.#members.text(member) || undefined;
  }

  #wholeNumber(object: number, name: number): number | undefined {
    const member = this.#members.find(object, name);
    return member < 0 ? undefined : wholeNumberOf(this.#members.value(member));
  }
}
