/**
 * A case: the alerts that a person looks at as one thing. Of it are kept what the gravest alert says, sums, and what people did;
 * its alerts themselves stand in their topic. Always `alerts = notifications + hidden`.
 *
 * Lists are bounded: a case remembers the first so many techniques, tactics and rules, and the newest comments.
 */
import { createHash } from "node:crypto";
import { foldCase } from "../expression/matcher.ts";
import type { SigmaLevel } from "../rule/sigma-document.ts";
import { isGraver } from "./alert.ts";
import type { Alert, AlertSubject } from "./alert.ts";
import type { Escalation } from "./triage-settings.ts";

export const CASE_STATES = ["open", "acknowledged", "closed"] as const;
export type CaseStatus = (typeof CASE_STATES)[number];

export const COMMENTS_MAX = 100;
/** Notifications whose times are remembered: late alerts fall near one of them or are told of. */
const TOLD_MAX = 32;
const NAMES_MAX = 100;

export interface CaseComment {
  readonly atMs: number;
  readonly actor: string;
  readonly text: string;
}

/** What the alerts of a case brought since it was made or closed last: what comes again after that is news again. */
export interface Episode {
  /** The highest; null before the first alert. */
  readonly level: SigmaLevel | null;
  readonly rules: readonly string[];
  readonly tactics: readonly string[];
}

export const NEW_EPISODE: Episode = { level: null, rules: [], tactics: [] };

export interface AlertCase extends AlertSubject {
  readonly caseId: string;
  /** Values of the columns that alerts are grouped by, as the first alert had them. */
  readonly group: readonly (string | null)[];
  /** Rule, title, level and subject are those of the first alert of the highest level. */
  readonly ruleId: string;
  readonly title: string;
  readonly level: SigmaLevel;
  readonly rules: readonly string[];
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly firstMs: number;
  readonly lastMs: number;
  readonly alerts: number;
  readonly notifications: number;
  readonly hidden: number;
  /** Of them since the last notification. */
  readonly hiddenSince: number;
  readonly status: CaseStatus;
  /** Times of the alerts that people were told of last; empty: they have not been told of any. */
  readonly toldMs: readonly number[];
  readonly episode: Episode;
  /** The episode got graver since people were told or looked. */
  readonly isRaised: boolean;
  readonly mutedUntilMs: number | null;
  readonly assignee: string | null;
  readonly comments: readonly CaseComment[];
  /** Older comments that went to make room. */
  readonly commentsDropped: number;
}

const CASE_ID_LENGTH = 16;

/** The same for equal columns and values, whatever their case: a reopened case has the id that it had. */
export function caseIdOf(columns: readonly string[], group: readonly (string | null)[]): string {
  const values = group.map((value) => (value === null ? null : foldCase(value)));
  return shortHash(JSON.stringify([columns, values])).slice(0, CASE_ID_LENGTH);
}

export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** A case that has no alert yet; {@link withAlert} puts the first one in. */
export function newCase(caseId: string, alert: Alert): AlertCase {
  const { group, ruleId, title, level, timeMs } = alert;
  return {
    caseId,
    group,
    ruleId,
    title,
    level,
    ...subjectOf(alert),
    rules: [],
    techniques: [],
    tactics: [],
    firstMs: timeMs,
    lastMs: timeMs,
    alerts: 0,
    notifications: 0,
    hidden: 0,
    hiddenSince: 0,
    status: "open",
    toldMs: [],
    episode: NEW_EPISODE,
    isRaised: false,
    mutedUntilMs: null,
    assignee: null,
    comments: [],
    commentsDropped: 0,
  };
}

/** What the alert tells, before it is decided who is told. */
export function withAlert(known: AlertCase, alert: Alert, escalateOn: readonly Escalation[]): AlertCase {
  const { ruleId, title, level, timeMs } = alert;
  const gravest = isGraver(level, known.level) ? { ruleId, title, level, ...subjectOf(alert) } : {};
  const { episode } = known;
  const joined = withEpisodeAlert(episode, alert);
  const gained: Readonly<Record<Escalation, boolean>> = {
    level: joined.level !== episode.level,
    rule: joined.rules !== episode.rules,
    tactic: joined.tactics !== episode.tactics,
  };
  // The first alert of an episode is told of for itself.
  const isRaised = episode.level !== null && escalateOn.some((reason) => gained[reason]);
  return {
    ...known,
    ...gravest,
    rules: withNames(known.rules, [title]),
    tactics: withNames(known.tactics, alert.tactics),
    techniques: withNames(known.techniques, alert.techniques),
    firstMs: Math.min(known.firstMs, timeMs),
    lastMs: Math.max(known.lastMs, timeMs),
    alerts: known.alerts + 1,
    episode: joined,
    isRaised: known.isRaised || isRaised,
  };
}

function withEpisodeAlert({ level, rules, tactics }: Episode, alert: Alert): Episode {
  return {
    level: level === null || isGraver(alert.level, level) ? alert.level : level,
    rules: withNames(rules, [alert.title]),
    tactics: withNames(tactics, alert.tactics),
  };
}

export function asHidden(known: AlertCase): AlertCase {
  return { ...known, hidden: known.hidden + 1, hiddenSince: known.hiddenSince + 1 };
}

/** People are told: the case is open, and what was hidden is told with it. */
export function asNotified(known: AlertCase, timeMs: number): AlertCase {
  return {
    ...known,
    status: "open",
    notifications: known.notifications + 1,
    hiddenSince: 0,
    toldMs: [...known.toldMs, timeMs].slice(-TOLD_MAX),
    isRaised: false,
  };
}

export function withComment(known: AlertCase, comment: CaseComment): AlertCase {
  const comments = [...known.comments, comment];
  const dropped = Math.max(0, comments.length - COMMENTS_MAX);
  return {
    ...known,
    comments: dropped === 0 ? comments : comments.slice(dropped),
    commentsDropped: known.commentsDropped + dropped,
  };
}

/** The same list where nothing is new or there is no room. */
function withNames(known: readonly string[], names: readonly string[]): readonly string[] {
  const added = [...new Set(names)].filter((name) => !known.includes(name));
  const room = added.slice(0, Math.max(0, NAMES_MAX - known.length));
  return room.length === 0 ? known : [...known, ...room];
}

function subjectOf({ host, userName, process, processGuid, commandLine }: AlertSubject): AlertSubject {
  return { host, userName, process, processGuid, commandLine };
}
