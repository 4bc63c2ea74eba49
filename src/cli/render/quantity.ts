/** Figures for people: `12,345`, `1.2 MB`, `48.3k/s`, `1 min 5 s`. Scripts get plain numbers from `--json`. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function rateText(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "–/s";
  if (perSecond < 10) return `${perSecond.toFixed(1)}/s`;
  if (perSecond < 10_000) return `${countText(perSecond)}/s`;
  return `${perSecond < 99_950 ? (perSecond / 1000).toFixed(1) : Math.round(perSecond / 1000)}k/s`;
}

export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** UTC, to the millisecond, with its zone. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
