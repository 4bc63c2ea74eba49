/** Times and spans as people write them on a command line. */
import { cliErrors } from "../errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** @throws CLI_BAD_OPTION */
export function spanMs(text: string, option: string): number {
  const match = /^(\d{1,4})\s*(s|m|min|h|d|w)$/i.exec(text.trim());
  const unit = match === null ? undefined : UNITS[match[2]!.toLowerCase()];
  if (match !== null && unit !== undefined) return Number(match[1]) * unit;
  throw cliErrors.BAD_OPTION({
    message: `--${option} can't be '${text}'`,
    hint: "give a number and s, m, h, d or w: 4h",
  });
}

/** A time without a zone is UTC. @throws CLI_BAD_OPTION */
export function timeMs(text: string, option: string): number {
  const trimmed = text.trim();
  const isDay = /^\d{4}-\d\d-\d\d$/.test(trimmed);
  const isTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/i.test(trimmed);
  const hasZone = isDay || /(?:Z|[+-]\d\d:?\d\d)$/i.test(trimmed);
  const ms = isDay || isTime ? Date.parse(`${trimmed.replace(" ", "T")}${hasZone ? "" : "Z"}`) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw cliErrors.BAD_OPTION({
    message: `--${option} can't be '${text}'`,
    hint: "give a time as 2024-05-01T12:00Z or 2024-05-01",
  });
}
