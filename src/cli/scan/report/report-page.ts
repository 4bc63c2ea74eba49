/**
 * The report as one HTML file: no resource from anywhere, and a content security policy that lets nothing run but the page's
 * own script, known by its hash. Works without the script, with a keyboard, a screen reader, and on paper.
 */
import { createHash } from "node:crypto";
import { durationText, plural } from "../../render/quantity.ts";
import type { ScanResult } from "../scan-summary.ts";
import { activityChart } from "./activity-chart.ts";
import { countSections, levelCards, ruleSection } from "./count-sections.ts";
import { escaped } from "./html-text.ts";
import { REPORT_SCRIPT } from "./report-script.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { timelineSection } from "./timeline-section.ts";

export interface ReportFacts {
  /** When the report was made, ISO 8601. */
  readonly made: string;
  readonly version: string;
}

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
${levelCards(result.tally)}
${activityChart(result.tally.times)}
${countSections(result.tally)}
${ruleSection(result.tally)}
${timelineSection(result)}
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
    [summary.rulesUnmapped, "rule for other systems than Windows", "rules for other systems than Windows"],
  ] as const;
  const parts = left.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
  if (parts.length > 0) lines.push(`Left out: ${parts.join(", ")}`);
  lines.push(`Made ${made} by Spoor ${version} from ${summary.files.join(", ")}`);
  const paragraphs = lines.map((line) => `<p>${escaped(line)}</p>`).join("\n");
  return `<h1>Scan: ${plural(summary.hits, "hit")}</h1>\n<div class="facts">${paragraphs}</div>`;
}
