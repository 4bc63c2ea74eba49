/** Figures of repeated measurements, side by side: median and spread of each system, and their ratio. */

interface Summary {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

export class Measurements {
  /** By figure, in the order in which they were first noted; then by system. */
  readonly #values = new Map<string, Map<string, number[]>>();

  note(system: string, figure: string, value: number): void {
    const bySystem = this.#values.get(figure) ?? new Map<string, number[]>();
    this.#values.set(figure, bySystem);
    bySystem.set(system, [...(bySystem.get(system) ?? []), value]);
  }

  get figures(): readonly string[] {
    return [...this.#values.keys()];
  }

  median(system: string, figure: string): number {
    return this.summary(system, figure).median;
  }

  summary(system: string, figure: string): Summary {
    const sorted = (this.#values.get(figure)?.get(system) ?? []).toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
    return { median, least: sorted[0] ?? NaN, greatest: sorted.at(-1) ?? NaN };
  }
}

/** @param systems the first is compared with the second, where there is one */
export function printMeasurements(
  measurements: Measurements,
  systems: readonly string[],
  notes: readonly string[],
  json: boolean,
): void {
  const ratioOf = (figure: string): number =>
    measurements.median(systems[0]!, figure) / measurements.median(systems[1] ?? "", figure);
  const rows = measurements.figures.map((figure) => [
    figure,
    ...systems.map((system) => cell(measurements.summary(system, figure))),
    ...(systems.length > 1 ? [ratioOf(figure).toFixed(2)] : []),
  ]);
  const head = ["", ...systems, ...(systems.length > 1 ? [`${systems[0]} / ${systems[1]}`] : [])];
  process.stdout.write(`${[...notes, "", ...aligned([head, ...rows])].join("\n")}\n`);
  if (!json) return;
  const figures = measurements.figures.map((figure) => [
    figure,
    Object.fromEntries(systems.map((system) => [system, measurements.summary(system, figure)])),
  ]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(figures))}\n`);
}

function cell({ median, least, greatest }: Summary): string {
  return `${shown(median)} (${shown(least)} to ${shown(greatest)})`;
}

function shown(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(value < 100 ? 2 : 1);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}
