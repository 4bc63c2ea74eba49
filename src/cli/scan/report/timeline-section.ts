/** The hits in the order of time, with the form that searches them. */
import { plural } from "../../render/quantity.ts";
import type { ScanResult } from "../scan-summary.ts";
import { hitRow } from "./hit-row.ts";
import { tableText } from "./html-table.ts";

/** What the form filters by; its lists are filled by the script with what the hits have. */
const FILTERS = [
  ["level", "Level"],
  ["host", "Host"],
  ["tactic", "Tactic"],
  ["day", "Day"],
  ["rule", "Rule"],
] as const;

export function timelineSection({ shelf, summary, tally }: ScanResult): string {
  const hits = shelf.hits();
  const note =
    summary.hitsOmitted === 0
      ? ""
      : `<p><strong>${plural(summary.hitsOmitted, "hit")} not shown</strong>: they are counted above, and --keep keeps more.</p>`;
  const lists = FILTERS.map(
    ([name, title]) =>
      `<div><label for="${name}">${title}</label><select id="${name}" name="${name}"><option value="">all</option></select></div>`,
  );
  const table = tableText(
    `${plural(hits.length, "hit")} in the order of time; each opens to the clauses that were met`,
    ["Time (UTC)", "Level", "Host", "Rule and what it saw"],
    hits.map((hit) => hitRow(hit, tally.tacticsOf(hit.rule))),
    "hits",
  );
  return `<section aria-labelledby="timeline"><h2 id="timeline" tabindex="-1">Timeline</h2>
${note}
<form id="search" class="search" role="search" hidden>
<div class="wide"><label for="words">Search hits</label><input id="words" type="search" autocomplete="off"></div>
${lists.join("\n")}
<div><button type="reset">Clear</button> <button type="button" id="open">Open all</button></div>
<output id="shown" class="dim" aria-live="polite"></output>
</form>
${table}</section>`;
}
