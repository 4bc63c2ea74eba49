/** Times of the past as people write them: how long ago, a day, or a time. */
import { backtestErrors } from "./errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const AGO = /^(\d{1,6})([mhdw])$/;
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** Milliseconds since 1970. A time without a zone is in UTC. @throws SpoorError BACKTEST_BAD_TIME */
export function pastTime(text: string, option: string, nowMs: number): number {
  const ago = AGO.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2]!]!;
  if (TIME.test(text)) {
    const hasZone = /(?:Z|[+-]\d\d:\d\d)$/.test(text.slice(10));
    const ms = Date.parse(text.length === 10 || hasZone ? text : `${text.replace(" ", "T")}Z`);
    if (!Number.isNaN(ms)) return ms;
  }
  throw backtestErrors.BAD_TIME({
    message: `${option} cannot be '${text}'`,
    hint: "write 30d, 12h, 2w, 2026-03-01 or 2026-03-01T10:00:00Z",
  });
}
