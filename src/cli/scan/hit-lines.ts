/** Hits for scripts: a line of JSON or a row of CSV each (RFC 4180), as they are found. */
import { attackTags } from "../../detect/rule/attack-tags.ts";
import { reasonText } from "../../detect/expression/reason-text.ts";
import type { Hit } from "./hit.ts";

export function hitJson({ rule, ...hit }: Hit): string {
  const { techniques, tactics } = attackTags(rule.tags);
  return JSON.stringify({
    kind: "hit",
    time: hit.time,
    level: hit.level,
    rule: { id: rule.id, name: rule.name, title: rule.title },
    tactics,
    techniques,
    ...hitFacts(hit),
  });
}

/** Where the event is, why it was hit, and what it has. */
export function hitFacts(hit: Omit<Hit, "rule">): object {
  return {
    host: hit.host,
    channel: hit.channel,
    eventId: hit.eventId,
    recordId: hit.recordId,
    file: hit.file,
    reasons: hit.reasons,
    fields: hit.fields.map(([name, value]) => ({ name, value })),
  };
}

const COLUMNS = [
  "time",
  "level",
  "rule_id",
  "rule",
  "tactics",
  "techniques",
  "host",
  "channel",
  "event_id",
  "record_id",
  "file",
  "reasons",
] as const;

export const CSV_HEAD = `${COLUMNS.join(",")}\r\n`;

export function hitCsv(hit: Hit): string {
  const { techniques, tactics } = attackTags(hit.rule.tags);
  const cells: Readonly<Record<(typeof COLUMNS)[number], string | number | undefined>> = {
    time: hit.time,
    level: hit.level,
    rule_id: hit.rule.id ?? hit.rule.name,
    rule: hit.rule.title,
    tactics: tactics.join(" "),
    techniques: techniques.join(" "),
    host: hit.host,
    channel: hit.channel,
    event_id: hit.eventId,
    record_id: hit.recordId,
    file: hit.file,
    reasons: hit.reasons.map(reasonText).join("\n"),
  };
  return `${COLUMNS.map((column) => csvCell(String(cells[column] ?? ""))).join(",")}\r\n`;
}

/** Attackers write what stands in events: a cell must not be a formula to a spreadsheet, so it gets a `'` before it. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
