import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import type { FindingWeight } from "../../attack/tags/tag-findings.ts";
import type { Io } from "../io.ts";
import { outLine } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { countText, plural } from "../render/quantity.ts";
import { SYSMON_PLATFORM } from "./config-report.ts";
import type { ConfigFinding, ConfigReport } from "./config-report.ts";

const LINES_SHOWN = 6;

/** The report for people: what is wrong first, what is covered last, where the eye ends. */
export function printReport(io: Io, file: string, report: ConfigReport, catalogue: AttackCatalogue): void {
  const { rules, named, tagged, unnamedIncludes, schemaVersion = "none" } = report;
  outLine(io, io.paintOut("bold", `${file}: Sysmon schema ${schemaVersion}`));
  outLine(io, `${plural(rules, "rule")}, ${plural(named, "name")}, ${countText(tagged)} of them tagged`);
  if (unnamedIncludes > 0)
    outLine(io, `${plural(unnamedIncludes, "rule")} without a name: events that they take in carry no tag`);
  printFindings(io, report.findings, "problem", "Problems");
  printFindings(io, report.findings, "note", "Notes");
  outLine(io);
  printCoverage(io, report, catalogue);
}

/** The same finding at many places is shown once, with its lines. */
function printFindings(
  io: Io,
  findings: readonly ConfigFinding[],
  weight: FindingWeight,
  title: string,
): void {
  const groups = new Map<string, ConfigFinding[]>();
  for (const finding of findings.filter((each) => each.weight === weight)) {
    const key = `${finding.message}\n${finding.hint ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  if (groups.size === 0) return;
  outLine(io);
  outLine(io, io.paintOut("bold", title));
  for (const group of groups.values()) {
    const { message, hint } = group[0]!;
    const style = weight === "problem" ? "bad" : "warning";
    outLine(io, `  ${io.paintOut(style, safeText(message))}`);
    if (hint !== undefined) outLine(io, `      ${io.paintOut("good", "hint:")} ${safeText(hint)}`);
    outLine(io, `      ${io.paintOut("dim", linesText(group))}`);
  }
}

function linesText(group: readonly ConfigFinding[]): string {
  if (group.length === 1) return `line ${group[0]!.line}, column ${group[0]!.column}`;
  const lines = [...new Set(group.map(({ line }) => line))];
  const more = lines.length - LINES_SHOWN;
  return `lines ${lines.slice(0, LINES_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function printCoverage(io: Io, { coverage, tally }: ConfigReport, catalogue: AttackCatalogue): void {
  const possible = coverage.filter((each) => each.techniquesPossible > 0);
  const rows = possible.map((each) => [
    each.tactic.title,
    `${each.techniques.length} of ${each.techniquesPossible}`,
    `${each.subTechniques.length} of ${each.subTechniquesPossible}`,
    each.techniques.map(({ id }) => id).join(" "),
  ]);
  const widest = Math.max(20, io.columns() - 66);
  const shown = rows.map((row) => [...row.slice(0, 3), cutWords(row[3]!, widest)]);
  const headings = ["Tactic", "Techniques", "Sub-techniques", "Covered"];
  const count = tally.techniques().length;
  outLine(io, io.paintOut("bold", `Coverage of ATT&CK ${catalogue.version} on ${SYSMON_PLATFORM}`));
  for (const line of plainTableLines({ headings, rows: shown }, io.columns())) outLine(io, line);
  outLine(io, `${plural(count, "technique or sub-technique", "techniques and sub-techniques")} in all`);
}

/** As many ids as fit, and how many more there are. */
function cutWords(text: string, width: number): string {
  if (text.length <= width) return text;
  const words = text.split(" ");
  const kept = words.slice(0, Math.max(1, Math.floor((width - 4) / 6)));
  return `${kept.join(" ")} +${words.length - kept.length}`;
}

/** One JSON document: everything, each finding by itself. */
export function reportJson(file: string, report: ConfigReport, catalogue: AttackCatalogue): string {
  const { tally, coverage, ...facts } = report;
  return JSON.stringify({
    file,
    attack: catalogue.version,
    ...facts,
    techniques: tally.techniques().map(({ technique, count, formerIds }) => ({
      id: technique.id,
      title: technique.title,
      tactics: technique.tactics,
      rules: count,
      ...(formerIds.length === 0 ? {} : { taggedAs: formerIds }),
    })),
    coverage: coverage.map((each) => ({
      tactic: each.tactic.shortName,
      techniques: each.techniques.map(({ id }) => id),
      techniquesPossible: each.techniquesPossible,
      subTechniques: each.subTechniques.map(({ id }) => id),
      subTechniquesPossible: each.subTechniquesPossible,
    })),
  });
}
