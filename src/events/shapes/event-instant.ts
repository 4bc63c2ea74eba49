import type { EventTime } from "./raw-event.ts";

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d*)?\s*(Z|[+-]\d\d:?\d\d)?$/;

/**
 * An instant from ISO 8601 text with any number of decimals; without a zone it is taken as UTC. Undefined where the text
 * is none or names no day of the calendar.
 */
export function instantOf(text: string, basis: EventTime["basis"]): EventTime | undefined {
  if (text.endsWith("Z") && text.charCodeAt(10) === LETTER_T) {
    const epochMs = Date.parse(text);
    if (!Number.isNaN(epochMs)) return { text, epochMs, basis };
  }
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date, time, decimals = "", zone = "Z"] = match;
  const whole = `${date}T${time}`;
  if (zone === "Z") return instant(`${whole}${decimals}Z`, basis);
  const ms = Date.parse(`${whole}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`);
  return Number.isNaN(ms) ? undefined : instant(secondsText(ms, decimals), basis);
}

/** The same instant `ms` later, its decimals as they are; `ms` is a number of whole seconds. */
export function shifted(time: EventTime, ms: number): EventTime | undefined {
  const decimals = /\.\d*/.exec(time.text)?.[0] ?? "";
  return instant(secondsText(time.epochMs + ms, decimals), "shifted");
}

const LETTER_T = 0x54;

function secondsText(ms: number, decimals: string): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}${decimals}Z`;
}

function instant(text: string, basis: EventTime["basis"]): EventTime | undefined {
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : { text, epochMs, basis };
}
