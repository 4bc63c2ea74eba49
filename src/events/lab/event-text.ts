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

/**
 * Renders winlogbeat 6 documents. The members behind `@metadata` come in varying order: winlogbeat wrote
 * them in the random order of a Go map.
 */
export class EventText {
  readonly time = new TimeText();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** One document, without a line end. `values` belong to the kind's slots, escaped; empty ones stay out. */
  event(kind: EventKind, host: LabHost, atMs: number, values: readonly string[], by?: Reporter): string {
    const head = `{"@timestamp":"${this.time.iso(atMs)}",${METADATA},`;
    const envelope = host.envelopes[kind.index] ?? (host.envelopes[kind.index] = envelopeText(kind, host));
    const payload = payloadText(kind, values);
    const message = `"message":"${messageText(kind, values)}"`;
    const logged = this.#loggedText(kind, host, by);
    switch (Math.floor(this.#random.next() * 4)) {
      case 0:
        return `${head}${message},${envelope},${logged},${payload}}`;
      case 1:
        return `${head}${envelope},${payload},${message},${logged}}`;
      case 2:
        return `${head}${logged},${envelope},${payload},${message}}`;
      default:
        return `${head}${payload},${logged},${envelope},${message}}`;
    }
  }

  #loggedText(kind: EventKind, host: LabHost, by: Reporter | undefined): string {
    const record = host.records[kind.log]!;
    host.records[kind.log] = record + 1;
    const pid = by?.pid ?? host.loggingPids[kind.log];
    const thread = 1200 + Math.floor(this.#random.next() * 12) * 4;
    const text = `"record_number":"${record}","process_id":${pid},"thread_id":${thread}`;
    const user = by?.user;
    if (kind.reporter !== "given" || user === undefined) return text;
    return `${text},"user":{"identifier":"${user.sid}","name":"${user.name}","domain":"${user.domain}","type":"User"}`;
  }
}

function envelopeText(kind: EventKind, host: LabHost): string {
  const beat = `"beat":{"name":"${COLLECTOR}","hostname":"${COLLECTOR}","version":"${VERSION}"}`;
  const text = `"computer_name":"${host.name}",${kind.constants},${beat},"host":{"name":"${COLLECTOR}"}`;
  if (kind.reporter !== "system") return text;
  return `${text},"user":{"identifier":"S-1-5-18","name":"SYSTEM","domain":"NT AUTHORITY","type":"User"}`;
}

function payloadText(kind: EventKind, values: readonly string[]): string {
  let text = kind.payloadOpen;
  let separator = "";
  for (let i = 0; i < kind.fields.length; i++) {
    const field = kind.fields[i];
    const value = values[i]!;
    if (field === undefined || value === "") continue;
    text += separator + field + value;
    separator = '",';
  }
  return `${text}"}`;
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
