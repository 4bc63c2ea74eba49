/** A Sysmon configuration's rules, as far as their names and what they take in go. */
import type { Span } from "../../base/errors.ts";

export type RuleMatch = "include" | "exclude";

/**
 * One element that a name can stand on: a condition on a field (`Image`), a `Rule` of several conditions, or a `RuleGroup`
 * around everything.
 */
export interface SysmonRule {
  readonly element: string;
  /** `ProcessCreate`, …; of a group those inside it. */
  readonly events: readonly string[];
  /** Of a group: whether anything inside it includes. */
  readonly match: RuleMatch;
  readonly kind: "condition" | "rule" | "group";
  /** Conditions of a `Rule`: Sysmon reports the name of the `Rule`, where it has one. */
  readonly isInsideRule: boolean;
  readonly condition: string | undefined;
  /** What a condition compares with, without the spaces around it. */
  readonly value: string;
  /** As Sysmon reports it in RuleName; undefined without the attribute, and it may be empty. */
  readonly name: string | undefined;
  /** The name's text between its quotes, or the element's start where it has none. */
  readonly span: Span;
}

export interface SysmonConfig {
  /** `4.90` */
  readonly schemaVersion: string | undefined;
  /** In the order of the file; a group before what is in it. */
  readonly rules: readonly SysmonRule[];
}

/** Sysmon's events by the names that configurations call them (Sysinternals Sysmon, schema 4.90). */
const EVENT_IDS: ReadonlyMap<string, readonly number[]> = new Map([
  ["ProcessCreate", [1]],
  ["FileCreateTime", [2]],
  ["NetworkConnect", [3]],
  ["ProcessTerminate", [5]],
  ["DriverLoad", [6]],
  ["ImageLoad", [7]],
  ["CreateRemoteThread", [8]],
  ["RawAccessRead", [9]],
  ["ProcessAccess", [10]],
  ["FileCreate", [11]],
  ["RegistryEvent", [12, 13, 14]],
  ["FileCreateStreamHash", [15]],
  ["PipeEvent", [17, 18]],
  ["WmiEvent", [19, 20, 21]],
  ["DnsQuery", [22]],
  ["FileDelete", [23]],
  ["ClipboardChange", [24]],
  ["ProcessTampering", [25]],
  ["FileDeleteDetected", [26]],
  ["FileBlockExecutable", [27]],
  ["FileBlockShredding", [28]],
  ["FileExecutableDetected", [29]],
]);

/** The ids of the events that a filter of that name takes; none where Sysmon knows no such filter. */
export function eventIdsOf(event: string): readonly number[] {
  return EVENT_IDS.get(event) ?? [];
}

/** The names of filters, to find the nearest of a mistyped one. */
export function eventNames(): readonly string[] {
  return [...EVENT_IDS.keys()];
}
