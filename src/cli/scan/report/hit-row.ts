/** A hit as a row of the report's timeline. */
import { reasonText } from "../hit.ts";
import type { Hit } from "../hit.ts";
import { escaped } from "./html-text.ts";

export function hitRow(hit: Hit): string {
  const { time, level, host, rule, reasons } = hit;
  const clauses = reasons.map((reason) => `<li class="mono">${escaped(reasonText(reason))}</li>`).join("");
  const details =
    `<details><summary><strong>${escaped(rule.title)}</strong></summary>` +
    `<h3>Why</h3><ul>${clauses}</ul><h3>Event</h3><dl>${pairs(placeOf(hit))}${pairs(hit.fields)}</dl>${aboutRule(hit)}</details>`;
  return (
    `<tr data-level="${level}"><td class="mono">${escaped(time ?? "no time")}</td>` +
    `<td><span class="level ${level}">${level}</span></td><td>${escaped(host ?? "")}</td><td>${details}</td></tr>`
  );
}

function placeOf({ channel, eventId, recordId, file }: Hit): readonly (readonly [string, string])[] {
  const parts: readonly (readonly [string, string | number | undefined])[] = [
    ["File", file],
    ["Channel", channel],
    ["Event id", eventId],
    ["Record", recordId],
  ];
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const]));
}

/** Rules come from strangers too: their links are shown as text, none can be clicked. */
function aboutRule({ rule }: Hit): string {
  const parts = [
    ["Rule", rule.id ?? rule.name ?? rule.title],
    ["Tags", rule.tags.join(", ")],
    ["Description", rule.description ?? ""],
    ["False positives", rule.falsePositives.join("; ")],
    ["References", rule.references.join("\n")],
  ] as const;
  return `<h3>Rule</h3><dl>${pairs(parts.filter(([, value]) => value !== ""))}</dl>`;
}

function pairs(all: readonly (readonly [string, string])[]): string {
  return all
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd class="mono">${escaped(value)}</dd>`)
    .join("");
}
