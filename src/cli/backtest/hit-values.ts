/** How often each value stood in a field of the events that a rule hit; bounded. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

const VALUES_MAX = 10_000;
const VALUE_UNITS_MAX = 512;

export class HitValues {
  readonly #counts = new Map<string, number>();
  /** Values beyond the first {@link VALUES_MAX} distinct ones. */
  others = 0;

  add(value: string): void {
    // A slice would keep the whole text in memory.
    const short =
      value.length <= VALUE_UNITS_MAX
        ? value
        : Buffer.from(`${value.slice(0, VALUE_UNITS_MAX)}…`, "utf16le").toString("utf16le");
    const count = this.#counts.get(short);
    if (count === undefined && this.#counts.size >= VALUES_MAX) this.others++;
    else this.#counts.set(short, (count ?? 0) + 1);
  }

  get distinct(): number {
    return this.#counts.size;
  }

  /** The most frequent first; of equal ones in the order of their texts. */
  top(most: number): ValueCount[] {
    return [...this.#counts]
      .map(([value, count]) => ({ value, count }))
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, most);
  }

  /** All in the order of their texts: days in the order of time. */
  sorted(): ValueCount[] {
    return [...this.#counts]
      .map(([value, count]) => ({ value, count }))
      .toSorted((a, b) => (a.value < b.value ? -1 : 1));
  }
}
