/** Instants as the texts that a `timestamp` column is read from. */

/** @param micros since 1970-01-01T00:00Z; whole */
export function microsText(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = micros - ms * 1000;
  const text = new Date(ms).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}

export function millisText(ms: number): string {
  return new Date(ms).toISOString();
}

/** `YYYY-MM-DD` in UTC of what {@link microsText} or {@link millisText} gave. */
export function dateOf(timeText: string): string {
  return timeText.slice(0, timeText.indexOf("T"));
}
