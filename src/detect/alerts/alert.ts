/**
 * One alert as triage takes it: a rule's hit with whom it is about and when. Rows come from anybody's SELECT, so every field
 * but the rule's name may be missing.
 */
import { LEVELS } from "../rule/sigma-document.ts";
import type { SigmaLevel } from "../rule/sigma-document.ts";

/** Whom or what an alert is about. */
export interface AlertSubject {
  readonly host: string | null;
  readonly userName: string | null;
  readonly process: string | null;
  readonly processGuid: string | null;
  readonly commandLine: string | null;
}

export interface Alert extends AlertSubject {
  /** Equal for the same hit after a replay; null: each counts. */
  readonly alertId: string | null;
  readonly ruleId: string;
  readonly title: string;
  readonly level: SigmaLevel;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  /** When the event happened, milliseconds since 1970. */
  readonly timeMs: number;
  /** The alert's values in the columns that alerts are grouped by, in their order. */
  readonly group: readonly (string | null)[];
}

/** What stands in a row for an alert, each part as it was found. */
export interface AlertParts extends AlertSubject {
  readonly alertId: string | null;
  readonly ruleId: string | null;
  readonly title: string | null;
  readonly level: string | null;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly timeMs: number;
  readonly group: readonly (string | null)[];
}

/** Undefined where the row names no rule, so that nobody could say what it is about. An unknown level counts as the lowest. */
export function readAlert(parts: AlertParts): Alert | undefined {
  const ruleId = named(parts.ruleId) ?? named(parts.title);
  if (ruleId === undefined) return undefined;
  return { ...parts, ruleId, title: named(parts.title) ?? ruleId, level: readLevel(parts.level) };
}

function named(text: string | null): string | undefined {
  return text === null || text.trim() === "" ? undefined : text;
}

function readLevel(text: string | null): SigmaLevel {
  const wanted = text?.trim().toLowerCase();
  return LEVELS.find((level) => level === wanted) ?? "informational";
}

export function isGraver(level: SigmaLevel, than: SigmaLevel): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(than);
}
