/**
 * An alert in ArcSight's Common Event Format, version 0: `CEF:0|vendor|product|version|class|name|severity|extension`. In the header
 * `\` and `|` are escaped, in the extension `\`, `=` and line breaks. Keys and their sizes are the CEF dictionary's.
 */
import { alertText, isAlert } from "./alert-columns.ts";
import type { AlertMessage } from "./alert-message.ts";
import type { Level } from "./level.ts";
import { cutText } from "./visible-text.ts";

const SEVERITIES: Readonly<Record<Level, number>> = {
  informational: 1,
  low: 3,
  medium: 6,
  high: 8,
  critical: 10,
};
const HEADER_MAX = 512;

/** Keys with the sizes that the dictionary gives them. */
const KEYS: readonly (readonly [key: string, column: string, max: number])[] = [
  ["externalId", "ALERT_ID", 40],
  ["dvchost", "HOST", 100],
  ["duser", "USER_NAME", 1023],
  ["dproc", "PROCESS", 1023],
  ["cat", "KIND", 1023],
  ["deviceFacility", "CHANNEL", 1023],
];
/** Custom strings with their labels. */
const CUSTOM: readonly (readonly [key: string, label: string, column: string])[] = [
  ["cs1", "CommandLine", "COMMAND_LINE"],
  ["cs4", "CaseId", "CASE_ID"],
  ["cs5", "ProcessGuid", "PROCESS_GUID"],
  ["cs6", "Notification", "NOTIFICATION"],
];
const CUSTOM_MAX = 4000;
const REASON_MAX = 1023;

/** @param version of Spoor */
export function cefMessage(message: AlertMessage, version: string): string {
  const { title, level, document, reasons, timeMs, facts } = message;
  const rule = document.text("RULE_ID") ?? title;
  const header = [
    "CEF:0",
    "Spoor",
    "Spoor",
    version,
    rule,
    title,
    String(level === undefined ? 1 : SEVERITIES[level]),
  ];
  const extension: [string, string][] = [];
  if (timeMs >= 0) extension.push(["rt", String(Math.floor(timeMs))]);
  for (const [key, column, max] of KEYS) add(extension, key, alertText(document, column), max);
  for (const [key, label, column] of CUSTOM) addCustom(extension, key, label, alertText(document, column));
  addCustom(extension, "cs2", "Techniques", document.texts("TECHNIQUES").join(","));
  addCustom(extension, "cs3", "Tactics", document.texts("TACTICS").join(","));
  addNumber(extension, "cn1", "EventID", document.number("EVENT_ID"));
  addNumber(extension, "cn2", "Hidden", document.number("HIDDEN_SINCE") ?? document.number("HIDDEN"));
  const count = document.number("ALERTS");
  if (count !== null) extension.push(["cnt", String(count)]);
  add(extension, "reason", reasons.join("; "), REASON_MAX);
  if (!isAlert(document))
    add(extension, "msg", facts.map(({ label, text }) => `${label}: ${text}`).join("; "), REASON_MAX);
  const text = extension.map(([key, value]) => `${key}=${escapeExtension(value)}`).join(" ");
  return `${header.map((part, i) => (i === 0 ? part : escapeHeader(cutText(part, HEADER_MAX)))).join("|")}|${text}`;
}

export function escapeHeader(text: string): string {
  return text.replaceAll(/[\\|]/g, String.raw`\$&`).replaceAll(/[\r\n]+/g, " ");
}

export function escapeExtension(text: string): string {
  return text
    .replaceAll(/[\\=]/g, String.raw`\$&`)
    .replaceAll("\r", String.raw`\r`)
    .replaceAll("\n", String.raw`\n`);
}

function add(extension: [string, string][], key: string, text: string | null, max: number): void {
  if (text !== null && text !== "") extension.push([key, cutText(text, max)]);
}

function addCustom(extension: [string, string][], key: string, label: string, text: string | null): void {
  if (text === null || text === "") return;
  extension.push([`${key}Label`, label], [key, cutText(text, CUSTOM_MAX)]);
}

function addNumber(extension: [string, string][], key: string, label: string, value: number | null): void {
  if (value !== null) extension.push([`${key}Label`, label], [key, String(value)]);
}
