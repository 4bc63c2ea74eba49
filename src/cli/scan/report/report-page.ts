/**
 * The report as one HTML file: no resource from anywhere, and a content security policy that lets nothing run but the page's
 * own script, known by its hash. Works without the script, with a keyboard, a screen reader, and on paper.
 */
import { createHash } from "node:crypto";
import { LEVELS } from "../../../detect/rule/sigma-document.ts";
import { countText, durationText, plural } from "../../render/quantity.ts";
import type { ScanResult } from "../scan-summary.ts";
import type { NamedCount } from "../scan-tally.ts";
import { hitRow } from "./hit-row.ts";
import { escaped } from "./html-text.ts";
import { REPORT_SCRIPT } from "./report-script.ts";
import { REPORT_STYLE } from "./report-style.ts";

export interface ReportFacts {
  /** When the report was made, ISO 8601. */
  readonly made: string;
  readonly version: string;
}

const NAMES_SHOWN = 100;
const RULES_SHOWN = 1000;

export function reportPage(result: ScanResult, facts: ReportFacts): string {
  const policy = `default-src 'none'; style-src '${hashOf(REPORT_STYLE)}'; script-src '${hashOf(REPORT_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Spoor scan: ${plural(result.tally.hits, "hit")}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<a class="skip" href="#timeline">To the timeline</a>
<header>${headText(result, facts)}</header>
<main>
${levelCards(result)}
<section aria-labelledby="rules"><h2 id="rules">Rules</h2>${ruleTable(result)}</section>
<div class="grid">
${countTable("tactics", "Tactics", "tactic", result.tally.tactics())}
${countTable("hosts", "Hosts", "host", result.tally.hosts())}
${countTable("days", "Days (UTC)", "day", result.tally.days())}
</div>
${timeline(result)}
</main>
<script>${REPORT_SCRIPT}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function headText({ summary }: ScanResult, { made, version }: ReportFacts): string {
  const lines = [
    `${plural(summary.events, "event")} of ${plural(summary.filesRead, "file")}, ${plural(summary.rules, "rule")}, ${durationText(summary.elapsedMs)}`,
  ];
  if (summary.firstTime !== undefined) lines.push(`Events from ${summary.firstTime} to ${summary.lastTime}`);
  const left = [
    [summary.hitsBelowLevel, "hit of lower levels", "hits of lower levels"],
    [summary.badLines, "line or record that cannot be read", "lines and records that cannot be read"],
    [summary.otherDocuments, "document that is no Windows event", "documents that are no Windows events"],
    [summary.faults, "file not read to its end", "files not read to their ends"],
    [summary.rulesRefused, "refused rule", "refused rules"],
  ] as const;
  const parts = left.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
  if (parts.length > 0) lines.push(`Left out: ${parts.join(", ")}`);
  lines.push(`Made ${made} by Spoor ${version} from ${summary.files.join(", ")}`);
  const paragraphs = lines.map((line) => `<p class="dim">${escaped(line)}</p>`).join("\n");
  return `<h1>Scan: ${plural(summary.hits, "hit")}</h1>\n${paragraphs}`;
}

function levelCards({ tally }: ScanResult): string {
  const cards = tally
    .levels()
    .map(({ level, count }) => `<li class="${level}"><b>${countText(count)}</b>${level}</li>`);
  return `<ul class="levels" aria-label="Hits by level">${cards.join("")}</ul>`;
}

function ruleTable({ tally }: ScanResult): string {
  const rules = tally.rules();
  const rows = rules.slice(0, RULES_SHOWN).map(({ rule, level, count, techniques, firstMs, lastMs }) => {
    const times = Number.isFinite(firstMs)
      ? `${new Date(firstMs).toISOString()}<br>${new Date(lastMs).toISOString()}`
      : "";
    return (
      `<tr><td class="count">${countText(count)}</td><td><span class="level ${level}">${level}</span></td>` +
      `<th scope="row">${escaped(rule.title)}<br><span class="dim mono">${escaped(rule.id ?? rule.name ?? "")}</span></th>` +
      `<td>${escaped(techniques.join(" "))}</td><td class="dim mono">${times}</td></tr>`
    );
  });
  const caption = leftOver(rules.length, RULES_SHOWN, "rule");
  return tableText(caption, ["Hits", "Level", "Rule", "Techniques", "First and last"], rows);
}

function countTable(id: string, title: string, one: string, all: readonly NamedCount[]): string {
  const loudest = all.reduce((max, { count }) => Math.max(max, count), 1);
  const rows = all.slice(0, NAMES_SHOWN).map(({ name, count, level }) => {
    const width = ((count / loudest) * 100).toFixed(1);
    const bar = `<svg class="bar" aria-hidden="true"><rect width="${width}%" height="100%"></rect></svg>`;
    return `<tr><th scope="row">${escaped(name)}</th><td class="count">${countText(count)}</td><td><span class="level ${level}">${level}</span></td><td>${bar}</td></tr>`;
  });
  const table = tableText(
    leftOver(all.length, NAMES_SHOWN, one),
    ["Name", "Hits", "Highest level", "Share"],
    rows,
  );
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${table}</section>`;
}

function leftOver(count: number, shown: number, one: string): string {
  return count > shown ? `${countText(shown)} of ${plural(count, one)} shown` : plural(count, one);
}

function timeline({ shelf, summary }: ScanResult): string {
  const hits = shelf.hits();
  const options = LEVELS.toReversed().map((level) => `<option value="${level}">${level}</option>`);
  const note =
    summary.hitsOmitted === 0
      ? ""
      : `<p><strong>${plural(summary.hitsOmitted, "hit")} not shown</strong>: they are counted above, and --keep keeps more.</p>`;
  const table = tableText(
    `${plural(hits.length, "hit")} in the order of time; each opens to the clauses that were met`,
    ["Time (UTC)", "Level", "Host", "Rule and reasons"],
    hits.map(hitRow),
    "hits",
  );
  return `<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
${note}
<form id="search" class="search" role="search" hidden>
<div><label for="words">Search hits</label><input id="words" type="search" autocomplete="off"></div>
<div><label for="level">Level</label><select id="level"><option value="">all</option>${options.join("")}</select></div>
<output id="shown" class="dim" aria-live="polite"></output>
</form>
${table}</section>`;
}

function tableText(
  caption: string,
  headings: readonly string[],
  rows: readonly string[],
  id?: string,
): string {
  const heads = headings.map((heading) => `<th scope="col">${heading}</th>`).join("");
  const name = id === undefined ? "" : ` id="${id}"`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}"><table${name}><caption>${escaped(caption)}</caption><thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
}
