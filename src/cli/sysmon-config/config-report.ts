import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import { coverageByTactic } from "../../attack/coverage/tactic-coverage.ts";
import type { TacticCoverage } from "../../attack/coverage/tactic-coverage.ts";
import { TechniqueTally } from "../../attack/coverage/technique-tally.ts";
import { placeRule } from "../../attack/tags/rule-placement.ts";
import { hasRuleName, isTagged } from "../../attack/tags/rule-tags.ts";
import { checkRuleName } from "../../attack/tags/tag-findings.ts";
import type { FindingKind, FindingWeight } from "../../attack/tags/tag-findings.ts";
import { didYouMean } from "../../base/nearest.ts";
import { eventIdsOf, eventNames } from "../../events/sysmon-config/sysmon-config.ts";
import type { SysmonConfig, SysmonRule } from "../../events/sysmon-config/sysmon-config.ts";

export const SYSMON_PLATFORM = "Windows";

/** A finding, where it stands in the file. */
export interface ConfigFinding {
  readonly kind: FindingKind | "tag-excluded" | "unknown-event";
  readonly weight: FindingWeight;
  readonly message: string;
  readonly hint: string | undefined;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly event: string;
  readonly name: string;
}

export interface ConfigReport {
  readonly schemaVersion: string | undefined;
  /** Conditions and `Rule` elements. */
  readonly rules: number;
  readonly named: number;
  /** With a technique or a tactic in their names. */
  readonly tagged: number;
  /** Include rules without a name, conditions of a `Rule` aside: their events carry no tag. */
  readonly unnamedIncludes: number;
  /** In the order of the file. */
  readonly findings: readonly ConfigFinding[];
  /** Rules that include, by technique; in the ids of today. */
  readonly tally: TechniqueTally;
  readonly coverage: readonly TacticCoverage[];
}

/** What the tags of a configuration are worth. Groups' names are checked and counted as rules' names are. */
export function reportConfig(config: SysmonConfig, catalogue: AttackCatalogue): ConfigReport {
  const tally = new TechniqueTally(catalogue);
  const findings: ConfigFinding[] = [];
  const counts = { rules: 0, named: 0, tagged: 0, unnamedIncludes: 0 };
  const unknownEvents = new Set<string>();
  for (const rule of config.rules) {
    const isNamed = rule.name !== undefined && hasRuleName(rule.name);
    if (rule.kind !== "group") counts.rules++;
    if (isNamed) {
      counts.named++;
      if (reportName(rule, rule.name, catalogue, tally, findings)) counts.tagged++;
    } else if (rule.kind !== "group" && rule.match === "include" && !rule.isInsideRule) {
      counts.unnamedIncludes++;
    }
    for (const event of rule.kind === "group" ? [] : rule.events) {
      if (eventIdsOf(event).length > 0 || unknownEvents.has(event)) continue;
      unknownEvents.add(event);
      findings.push({
        kind: "unknown-event",
        weight: "note",
        message: `Sysmon has no event '${event}' that this version knows`,
        hint: didYouMean(event, eventNames()),
        ...placeOf(rule, 0),
      });
    }
  }
  const covered = tally.techniques().map(({ technique }) => technique.id);
  return {
    schemaVersion: config.schemaVersion,
    ...counts,
    findings,
    tally,
    coverage: coverageByTactic(covered, catalogue, SYSMON_PLATFORM),
  };
}

/** Whether the name is tagged. */
function reportName(
  rule: SysmonRule,
  name: string,
  catalogue: AttackCatalogue,
  tally: TechniqueTally,
  findings: ConfigFinding[],
): boolean {
  for (const { kind, weight, message, hint, range } of checkRuleName(name, catalogue))
    findings.push({ kind, weight, message, hint, ...placeOf(rule, range.start) });
  const { tags, techniques } = placeRule(name, catalogue);
  const remark = `${rule.events.join(", ")}, line ${rule.span.line}`;
  if (rule.match === "include") {
    tally.addAll(
      techniques.flatMap(({ id }) => id ?? []),
      1,
      remark,
    );
  } else if (isTagged(tags)) {
    findings.push({
      kind: "tag-excluded",
      weight: "note",
      message: "a rule that excludes is tagged",
      hint: "no event will carry the tag: what it matches is not logged",
      ...placeOf(rule, 0),
    });
  }
  return isTagged(tags);
}

/** An offset in the name is one in the file only where no entity stands before it; the column is then the name's start. */
function placeOf(
  { span, events, name = "" }: SysmonRule,
  offset: number,
): Pick<ConfigFinding, "line" | "column" | "event" | "name"> {
  const isPlain = span.end - span.start === name.length;
  return {
    line: span.line,
    column: span.column + (isPlain ? offset : 0),
    event: events.join(", "),
    name,
  };
}
