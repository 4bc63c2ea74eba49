/** Instants as the texts that a `timestamp` column is read from. */

const SECOND_MS = 1000;
const MICROS_A_SECOND = 1_000_000;
/** Events that follow each other share seconds: the texts of so many are kept. A power of two. */
const SECONDS_KEPT = 4096;
const seconds = new Float64Array(SECONDS_KEPT).fill(Number.NaN);
const texts: string[] = Array.from({ length: SECONDS_KEPT }, () => "");

/** @param micros since 1970-01-01T00:00Z; whole */
export function microsText(micros: number): string {
  const second = Math.floor(micros / MICROS_A_SECOND);
  const rest = micros - second * MICROS_A_SECOND;
  const ms = Math.floor(rest / 1000);
  const us = rest - ms * 1000;
  return us === 0
    ? `${secondText(second)}.${threeDigits(ms)}Z`
    : `${secondText(second)}.${threeDigits(ms)}${threeDigits(us)}Z`;
}

/** @param wholeMs since 1970-01-01T00:00Z; a fraction is cut off */
export function millisText(wholeMs: number): string {
  const ms = Math.trunc(wholeMs);
  const second = Math.floor(ms / SECOND_MS);
  return `${secondText(second)}.${threeDigits(ms - second * SECOND_MS)}Z`;
}

const YEAR_10000_MS = Date.UTC(10_000, 0);

/** As {@link millisText}; undefined for a time that a record cannot have been made at: before 1970, or after the year 9999. */
export function recordTimeText(ms: number): string | undefined {
  return ms >= 0 && ms < YEAR_10000_MS ? millisText(ms) : undefined;
}

/** `YYYY-MM-DD` in UTC of what {@link microsText} or {@link millisText} gave. */
export function dateOf(timeText: string): string {
  return timeText.slice(0, timeText.indexOf("T"));
}

/** Up to the second, without a zone. */
function secondText(second: number): string {
  const place = ((second % SECONDS_KEPT) + SECONDS_KEPT) % SECONDS_KEPT;
  if (seconds[place] === second) return texts[place]!;
  const text = new Date(second * SECOND_MS).toISOString().slice(0, -".000Z".length);
  seconds[place] = second;
  texts[place] = text;
  return text;
}

function threeDigits(number: number): string {
  return number < 10 ? `00${number}` : number < 100 ? `0${number}` : String(number);
}
