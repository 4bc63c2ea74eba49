/** An alert as lines of text, and as a piece of HTML: for mail and files. */
import { headline, timeText } from "./alert-message.ts";
import type { AlertMessage } from "./alert-message.ts";
import { levelColor } from "./level-colors.ts";
import { cutText, visibleText } from "./visible-text.ts";

const VALUE_MAX = 500;
const COMMAND_LINE_MAX = 4000;
const REASON_MAX = 500;

/** Lines without a break at the end; each value is in one line. */
export function plainLines(message: AlertMessage): readonly string[] {
  const { commandLine, reasons, techniques, notice } = message;
  return [
    shown(headline(message), VALUE_MAX),
    ...rows(message).map(([label, text]) => `  ${label}: ${text}`),
    ...(commandLine === null ? [] : [`  Command line: ${shown(commandLine, COMMAND_LINE_MAX)}`]),
    ...reasons.map((reason) => `  - ${shown(reason, REASON_MAX)}`),
    ...techniques.map(({ id, url }) => `  ${id} ${url}`),
    ...(notice === undefined ? [] : [`  (${notice})`]),
  ];
}

/** In one line, for files that are read by eye. */
export function plainLine(message: AlertMessage): string {
  const { commandLine } = message;
  const facts = rows(message).map(([label, text]) => `${label}: ${text}`);
  const command = commandLine === null ? [] : [`Command line: ${shown(commandLine, COMMAND_LINE_MAX)}`];
  return [shown(headline(message), VALUE_MAX), ...facts, ...command].join(" | ");
}

export function htmlMessage(message: AlertMessage): string {
  const { level, commandLine, reasons, techniques, notice } = message;
  const links = techniques.map(({ id, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(id)}</a>`);
  const cells = rows(message).map(
    ([label, text]) =>
      `<tr><td style="color:#555;padding-right:12px">${escapeHtml(label)}</td><td>${escapeHtml(text)}</td></tr>`,
  );
  return [
    `<div style="border-left:6px solid ${levelColor(level)};padding:4px 12px;margin:0 0 16px;font-family:sans-serif">`,
    `<h3 style="margin:0 0 6px">${escapeHtml(shown(headline(message), VALUE_MAX))}</h3>`,
    `<table style="border-collapse:collapse">${cells.join("")}</table>`,
    commandLine === null
      ? ""
      : `<pre style="white-space:pre-wrap">${escapeHtml(shown(commandLine, COMMAND_LINE_MAX))}</pre>`,
    reasons.length === 0
      ? ""
      : `<ul>${reasons.map((reason) => `<li>${escapeHtml(shown(reason, REASON_MAX))}</li>`).join("")}</ul>`,
    links.length === 0 ? "" : `<p>${links.join(", ")}</p>`,
    notice === undefined ? "" : `<p style="color:#555">${escapeHtml(notice)}</p>`,
    "</div>",
  ].join("");
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function rows({ facts, timeMs }: AlertMessage): (readonly [string, string])[] {
  const time = timeText(timeMs);
  const known = facts.map(({ label, text }) => [shown(label, VALUE_MAX), shown(text, VALUE_MAX)] as const);
  return time === undefined ? known : [...known, ["Event time", time]];
}

function shown(text: string, max: number): string {
  return cutText(visibleText(text), max);
}
