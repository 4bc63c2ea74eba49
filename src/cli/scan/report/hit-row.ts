/** A hit as a row of the report's timeline. */
import type { Reason } from "../../../detect/expression/explain.ts";
import type { Hit } from "../hit.ts";
import { timeCell } from "./html-table.ts";
import { escaped } from "./html-text.ts";
import { markedValue } from "./marked-value.ts";

/** The fields that tell a hunter most, the first that an event has is shown beside the rule. */
const TELLING = [
  "CommandLine",
  "ScriptBlockText",
  "TargetObject",
  "TargetFilename",
  "ImageLoaded",
  "PipeName",
  "QueryName",
  "DestinationIp",
  "TargetImage",
  "ServiceName",
  "TaskName",
  "Image",
  "TargetUserName",
];
const TELLING_MAX = 200;

/** `tactics` are the titles of its rule's. */
export function hitRow(hit: Hit, tactics: readonly string[]): string {
  const { time, level, host, rule, reasons } = hit;
  const telling = `<span class="telling mono">${escaped(tellingText(hit))}</span>`;
  const details =
    `<details><summary><strong>${escaped(rule.title)}</strong>${telling}</summary>` +
    `<h3>Why</h3><ul class="why">${reasons.map(reasonItem).join("")}</ul>` +
    `<h3>Event</h3><dl>${pairs(placeOf(hit))}${pairs(hit.fields)}</dl>${aboutRule(hit)}</details>`;
  const filters = [
    ["level", level],
    ["host", host ?? "(no host)"],
    ["rule", rule.title],
    ["day", time?.slice(0, "2026-01-01".length) ?? "(no time)"],
    ["tactic", tactics.join("\n")],
  ].map(([name, value]) => `data-${name}="${escaped(value!)}"`);
  return (
    `<tr ${filters.join(" ")}><td class="time mono">${time === undefined ? "no time" : timeCell(time)}</td>` +
    `<td><span class="level ${level}">${level}</span></td><td>${escaped(host ?? "")}</td><td>${details}</td></tr>`
  );
}

/** Clauses on these say what kind of event it is, which stands there anyway. */
const OF_KIND = new Set(["EventID", "Channel", "Provider_Name"]);

/** The event's id, and what it is about. */
function tellingText({ eventId, fields, reasons }: Hit): string {
  const found = TELLING.map((name) => fields.find(([own, value]) => own === name && value !== "")?.[1]);
  const reason = reasons.find(({ field, value }) => !OF_KIND.has(field ?? "") && value !== undefined);
  const value = found.find((each) => each !== undefined) ?? reason?.value;
  const parts = eventId === undefined ? [] : [`event ${eventId}`];
  if (value !== undefined)
    parts.push(value.length <= TELLING_MAX ? value : `${value.slice(0, TELLING_MAX)}…`);
  return parts.join(" · ");
}

function reasonItem({ selection, field, value, test, negated }: Reason): string {
  const name = selection === undefined ? "" : `<b>${escaped(selection)}</b> `;
  const what = field ?? (selection === undefined || negated ? "" : "any field");
  // Of an excluded selection it is said that it does not hold.
  const not = negated && !test.startsWith("does not") ? "not " : "";
  const clause = `${name}${not}<code>${escaped(what)}</code> ${escaped(test)}`;
  const shown = value === undefined ? "" : `<div class="mono">${markedValue(value, test)}</div>`;
  return `<li${negated ? ' class="dim"' : ""}>${clause}${shown}</li>`;
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
