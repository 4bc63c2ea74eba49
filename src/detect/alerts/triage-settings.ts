/** What a person may turn about triage. */

/** What a case must gain so that people are told at once, although alerts of it are being suppressed. */
export const ESCALATIONS = ["level", "tactic", "rule"] as const;
export type Escalation = (typeof ESCALATIONS)[number];

export interface TriageSettings {
  /** Columns of the alert: alerts with equal values, case aside, are of one case. */
  readonly groupBy: readonly string[];
  /** After a notification, alerts of its case within this time, in the time of the events, are hidden. */
  readonly suppressMs: number;
  readonly escalateOn: readonly Escalation[];
  /** Closed cases without an alert for so long, in the time of the events, are forgotten. */
  readonly forgetClosedMs: number;
  /** Cases remembered; then closed ones go first, then those without an alert for longest. */
  readonly casesMax: number;
  /** Alerts and actions whose ids are remembered, so that one that comes twice counts once. */
  readonly idsMax: number;
}

const HOUR_MS = 3_600_000;

export const defaultTriageSettings: TriageSettings = {
  groupBy: ["RULE_ID", "HOST"],
  suppressMs: HOUR_MS,
  escalateOn: ["level", "tactic"],
  forgetClosedMs: 30 * 24 * HOUR_MS,
  casesMax: 100_000,
  idsMax: 200_000,
};
