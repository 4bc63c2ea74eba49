/**
 * What is said of a record, whoever it is said to: a title, a level, labelled values, the command line, reasons, techniques. Made of
 * the columns of alerts and cases, which are found in any case and left out where they are absent; a record of any other topic is its
 * topic's name and its first columns. All text is as the record has it: {@link visibleText} and escapes are the receivers' forms'.
 */
import { alertText } from "./alert-columns.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import type { JsonDocument, JsonValue } from "./json-document.ts";
import { levelOf } from "./level.ts";
import type { Level } from "./level.ts";

export interface Fact {
  readonly label: string;
  readonly text: string;
}

export interface TechniqueLink {
  readonly id: string;
  readonly url: string;
}

export interface AlertMessage {
  /** The record's place; the same whenever it is sent. */
  readonly id: string;
  readonly title: string;
  readonly level: Level | undefined;
  /** `opened`, `escalated` …: why somebody is told. */
  readonly notification: string | null;
  readonly facts: readonly Fact[];
  readonly commandLine: string | null;
  readonly reasons: readonly string[];
  readonly techniques: readonly TechniqueLink[];
  /** When it happened: of the event, else of the record; −1 where neither says. */
  readonly timeMs: number;
  /** Said by the delivery: that it was held back. */
  readonly notice: string | undefined;
  readonly document: JsonDocument;
}

const FACTS: readonly (readonly [label: string, column: string])[] = [
  ["Host", "HOST"],
  ["User", "USER_NAME"],
  ["Process", "PROCESS"],
  ["Rule", "RULE_ID"],
  ["Case", "CASE_ID"],
  ["State", "STATE"],
  ["Assignee", "ASSIGNEE"],
  ["Alerts", "ALERTS"],
  ["Channel", "CHANNEL"],
  ["Event", "EVENT_ID"],
];
const FACTS_MAX = 20;
const LABEL_MAX = 100;
const OTHER_FACTS_MAX = 12;
const REASONS_MAX = 20;
const TECHNIQUES_MAX = 20;

/** @throws SpoorError CONNECT_BAD_RECORD */
export function alertMessage(record: SinkRecord, notice?: string): AlertMessage {
  const document = record.document();
  const rule = alertText(document, "TITLE") ?? document.text("RULE_ID");
  const hidden = document.number("HIDDEN_SINCE") ?? document.number("HIDDEN") ?? 0;
  const hiddenFact = hidden > 0 ? [{ label: "Hidden since the last message", text: String(hidden) }] : [];
  const facts = rule === null ? firstColumns(document) : [...knownFacts(document), ...hiddenFact];
  return {
    id: record.id,
    title: rule ?? `Record of ${record.topic}`,
    level: levelOf(alertText(document, "LEVEL")),
    notification: document.text("NOTIFICATION"),
    facts,
    commandLine: alertText(document, "COMMAND_LINE"),
    reasons: document.texts("REASON").slice(0, REASONS_MAX),
    techniques: document
      .texts("TECHNIQUES")
      .flatMap((text) => text.split(/[\s,]+/))
      .flatMap(techniqueLink)
      .slice(0, TECHNIQUES_MAX),
    timeMs: timeOf(document.get("EVENT_TIME")) ?? timeOf(document.get("LAST_TIME")) ?? record.timestampMs,
    notice,
    document,
  };
}

/** `2026-01-05 08:00:00.000 UTC`; undefined where no time is known. */
export function timeText(timeMs: number): string | undefined {
  const iso = isoTime(timeMs);
  return iso === undefined ? undefined : `${iso.replace("T", " ").replace("Z", "")} UTC`;
}

/** As ISO 8601 writes it; undefined where there is none that a date can hold. */
export function isoTime(timeMs: number): string | undefined {
  if (timeMs < 0 || !Number.isFinite(new Date(timeMs).getTime())) return undefined;
  return new Date(timeMs).toISOString();
}

/** `HIGH · Title`, in one line. */
export function headline({ level, title, notification }: AlertMessage): string {
  const change = notification === null || notification === "opened" ? "" : ` (${notification})`;
  return level === undefined ? `${title}${change}` : `${level.toUpperCase()} · ${title}${change}`;
}

function knownFacts(document: JsonDocument): Fact[] {
  const facts: Fact[] = [];
  for (const [label, column] of FACTS) {
    const text = alertText(document, column);
    if (text !== null && !(column === "RULE_ID" && alertText(document, "TITLE") === null))
      facts.push({ label, text });
  }
  for (const [field, value] of Object.entries(groupOf(document.get("GROUP_BY"))))
    facts.push({ label: field.slice(0, LABEL_MAX), text: String(value) });
  return facts.slice(0, FACTS_MAX);
}

function groupOf(value: JsonValue): Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function firstColumns(document: JsonDocument): Fact[] {
  return [...document.members]
    .filter(([, value]) => value !== null)
    .slice(0, OTHER_FACTS_MAX)
    .map(([label, value]) => ({
      label: label.slice(0, LABEL_MAX),
      text: typeof value === "string" ? value : JSON.stringify(value),
    }));
}

/** Only what is surely a technique becomes a link. */
function techniqueLink(text: string): TechniqueLink[] {
  const match = /^(T\d{4})(?:\.(\d{3}))?$/i.exec(text);
  if (match === null) return [];
  const [, technique = "", part] = match;
  const path = part === undefined ? technique : `${technique}/${part}`;
  return [{ id: text.toUpperCase(), url: `https://attack.mitre.org/techniques/${path.toUpperCase()}/` }];
}

/** Milliseconds since 1970, or an ISO text. */
function timeOf(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(ms) ? undefined : ms;
}
