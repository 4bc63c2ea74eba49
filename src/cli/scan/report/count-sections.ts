/** Hits counted: by level, by tactic, host and day with a bar of their levels, by rule. */
import { LEVELS } from "../../../detect/rule/sigma-document.ts";
import { countText } from "../../render/quantity.ts";
import type { NamedCount, RuleCount, ScanTally } from "../scan-tally.ts";
import { captionText, pickText, tableText, timeCell } from "./html-table.ts";
import { escaped } from "./html-text.ts";

const NAMES_SHOWN = 100;
const RULES_SHOWN = 1000;
/** Without the script all rows stand there; with it further ones wait behind a button. */
const ROWS_AT_FIRST = 12;

export function levelCards(tally: ScanTally): string {
  const cards = tally
    .levels()
    .map(
      ({ level, count }) => `<li class="${level}"><b>${countText(count)}</b>${pickText("level", level)}</li>`,
    );
  return `<ul class="levels" aria-label="Hits by level">${cards.join("")}</ul>`;
}

export function countSections(tally: ScanTally): string {
  return `<div class="grid">
${countSection("tactics", "Tactics", "tactic", tally.tactics())}
${countSection("hosts", "Hosts", "host", tally.hosts())}
${countSection("days", "Days (UTC)", "day", tally.days())}
</div>`;
}

function countSection(
  id: string,
  title: string,
  one: "tactic" | "host" | "day",
  all: readonly NamedCount[],
): string {
  const loudest = all.reduce((max, { count }) => Math.max(max, count), 1);
  const rows = all
    .slice(0, NAMES_SHOWN)
    .map(
      (each, at) =>
        `<tr${laterClass(at)}><th scope="row">${pickText(one, each.name)}</th>` +
        `<td class="count">${countText(each.count)}</td><td class="share">${levelBar(each, loudest)}</td></tr>`,
    );
  const table = tableText(captionText(all.length, NAMES_SHOWN, one), [title, "Hits", "Levels"], rows);
  return `<section aria-labelledby="${id}" class="short"><h2 id="${id}">${title}</h2>${table}</section>`;
}

/** As long as the name's share of the loudest's, with the colours of its levels, the highest first. */
function levelBar({ name, byLevel }: NamedCount, loudest: number): string {
  const present = LEVELS.map((level, at) => ({ level, count: byLevel[at]! }))
    .toReversed()
    .filter(({ count }) => count > 0);
  let from = 0;
  const parts = present.map(({ level, count }) => {
    const width = (count / loudest) * 100;
    const part = `<rect class="${level}" x="${from.toFixed(2)}%" width="${width.toFixed(2)}%" height="100%"/>`;
    from += width;
    return part;
  });
  const words = present.map(({ level, count }) => `${countText(count)} ${level}`).join(", ");
  return `<svg class="bar" role="img" aria-label="${escaped(`${name}: ${words}`)}">${parts.join("")}<title>${words}</title></svg>`;
}

export function ruleSection(tally: ScanTally): string {
  const rules = tally.rules();
  const caption = captionText(rules.length, RULES_SHOWN, "rule");
  const headings = ["Hits", "Level", "Rule", "Techniques", "First (UTC)", "Last (UTC)"];
  const table = tableText(caption, headings, rules.slice(0, RULES_SHOWN).map(ruleRow));
  return `<section aria-labelledby="rules" class="short"><h2 id="rules">Rules</h2>${table}</section>`;
}

function ruleRow({ rule, level, count, techniques, firstMs, lastMs }: RuleCount, at: number): string {
  const times = [firstMs, lastMs].map((ms) => (Number.isFinite(ms) ? minuteText(ms) : ""));
  return (
    `<tr${laterClass(at)}><td class="count">${countText(count)}</td><td><span class="level ${level}">${level}</span></td>` +
    `<th scope="row">${pickText("rule", rule.title)}</th>` +
    `<td class="mono">${escaped(techniques.join(" "))}</td>${times.map((time) => `<td class="time">${time}</td>`).join("")}</tr>`
  );
}

function laterClass(at: number): string {
  return at < ROWS_AT_FIRST ? "" : ' class="later"';
}

function minuteText(ms: number): string {
  return timeCell(new Date(ms).toISOString()).slice(0, -":00.000".length);
}
