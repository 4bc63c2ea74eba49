/** Sigma's levels, lowest first. */
export const LEVELS = ["informational", "low", "medium", "high", "critical"] as const;
export type Level = (typeof LEVELS)[number];

/** By any case; undefined for what is no level. */
export function levelOf(text: string | null): Level | undefined {
  const lower = text?.toLowerCase();
  return LEVELS.find((level) => level === lower);
}

/** −1 for none. */
export function levelRank(level: Level | undefined): number {
  return level === undefined ? -1 : LEVELS.indexOf(level);
}
