/** One colour for each level, the same at every receiver. */
import type { Level } from "./level.ts";

const COLORS: Readonly<Record<Level, string>> = {
  critical: "#a4133c",
  high: "#d1495b",
  medium: "#e8871e",
  low: "#3d7ea6",
  informational: "#6c757d",
};

/** `#rrggbb` */
export function levelColor(level: Level | undefined): string {
  return COLORS[level ?? "informational"];
}

export function levelColorNumber(level: Level | undefined): number {
  return Number.parseInt(levelColor(level).slice(1), 16);
}
