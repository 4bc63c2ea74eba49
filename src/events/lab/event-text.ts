import type { SeededRandom } from "../../base/random.ts";
import type { EventKind } from "./event-kind.ts";
import { COLLECTOR } from "./site.ts";
import type { LabHost, LabUser } from "./site.ts";

/** Who writes an event, where that is not the host's logging service or the system. */
export interface Reporter {
  readonly user?: LabUser;
  /** Process ID of the logging process. */
  readonly pid?: string;
}

const VERSION = "6.5.4";
const METADATA = `"@metadata":{"beat":"winlogbeat","type":"doc","version":"${VERSION}","topic":"winlogbeat"}`;

/** Up to so many entries of a Go map stand in one bucket, in the order of insertion. */
const BUCKET_ENTRIES = 8;

/**
 * Renders winlogbeat 6 documents. The members behind `@metadata`, and those of `event_data`, come in the order in
 * which Go walks a map: small maps from a random entry on, larger ones in no order at all. Readers that count on an
 * order, or on few shapes, are found out.
 */
export class EventText {
  readonly time = new TimeText();
  readonly #random: SeededRandom;
  readonly #members: string[] = [];
  readonly #fields: string[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** One document, without a line end. `values` belong to the kind's slots, escaped; empty ones stay out. */
  event(kind: EventKind, host: LabHost, atMs: number, values: readonly string[], by?: Reporter): string {
    const envelope = host.envelopes[kind.index] ?? (host.envelopes[kind.index] = envelopeMembers(kind, host));
    const members = this.#members;
    members.length = 0;
    for (let i = 0; i < envelope.length; i++) members.push(envelope[i]!);
    this.#addLogged(members, kind, host, by);
    members.push(`"message":"${messageText(kind, values)}"`, this.#payload(kind, values));
    return `{"@timestamp":"${this.time.iso(atMs)}",${METADATA},${this.#inMapOrder(members)}}`;
  }

  #addLogged(members: string[], kind: EventKind, host: LabHost, by: Reporter | undefined): void {
    const record = host.records[kind.log]!;
    host.records[kind.log] = record + 1;
    const pid = by?.pid ?? host.loggingPids[kind.log];
    const thread = 1200 + Math.floor(this.#random.next() * 12) * 4;
    members.push(`"record_number":"${record}"`, `"process_id":${pid}`, `"thread_id":${thread}`);
    const user = by?.user;
    if (kind.reporter !== "given" || user === undefined) return;
    members.push(
      `"user":{"identifier":"${user.sid}","name":"${user.name}","domain":"${user.domain}","type":"User"}`,
    );
  }

  #payload(kind: EventKind, values: readonly string[]): string {
    const fields = this.#fields;
    fields.length = 0;
    for (let i = 0; i < kind.fields.length; i++) {
      const field = kind.fields[i];
      const value = values[i]!;
      if (field !== undefined && value !== "") fields.push(`${field}${value}"`);
    }
    return `${kind.payloadOpen}${this.#inMapOrder(fields)}}`;
  }

  #inMapOrder(members: string[]): string {
    const count = members.length;
    if (count <= BUCKET_ENTRIES) {
      const start = Math.floor(this.#random.next() * count);
      let text = members[start] ?? "";
      for (let i = 1; i < count; i++) text += `,${members[(start + i) % count]!}`;
      return text;
    }
    let text = "";
    for (let left = count; left > 0; left--) {
      const at = Math.floor(this.#random.next() * left);
      text += left === count ? members[at]! : `,${members[at]!}`;
      members[at] = members[left - 1]!;
    }
    return text;
  }
}

function envelopeMembers(kind: EventKind, host: LabHost): readonly string[] {
  const constants = Object.entries(JSON.parse(`{${kind.constants}}`) as Record<string, unknown>);
  const members = constants.map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  members.push(
    `"computer_name":"${host.name}"`,
    `"beat":{"name":"${COLLECTOR}","hostname":"${COLLECTOR}","version":"${VERSION}"}`,
    `"host":{"name":"${COLLECTOR}"}`,
  );
  if (kind.reporter === "system") {
    members.push(`"user":{"identifier":"S-1-5-18","name":"SYSTEM","domain":"NT AUTHORITY","type":"User"}`);
  }
  return members;
}

function messageText(kind: EventKind, values: readonly string[]): string {
  let text = "";
  for (const part of kind.message) text += typeof part === "string" ? part : values[part]!;
  return text;
}

/** Times as text; the second last written is remembered, since most events share one. */
export class TimeText {
  #second = NaN;
  #date = "";
  #time = "";

  /** `2026-03-02T08:15:04.123Z` */
  iso(ms: number): string {
    this.#turnTo(ms);
    return `${this.#date}T${this.#time}.${millis(ms)}Z`;
  }

  /** `2026-03-02 08:15:04.123`, as Sysmon's UtcTime. */
  utc(ms: number): string {
    this.#turnTo(ms);
    return `${this.#date} ${this.#time}.${millis(ms)}`;
  }

  #turnTo(ms: number): void {
    const second = Math.floor(ms / 1000);
    if (second === this.#second) return;
    const text = new Date(second * 1000).toISOString();
    this.#date = text.slice(0, 10);
    this.#time = text.slice(11, 19);
    this.#second = second;
  }
}

const MILLIS = Array.from({ length: 1000 }, (_, ms) => String(ms).padStart(3, "0"));

function millis(ms: number): string {
  return MILLIS[Math.floor(ms) % 1000]!;
}
