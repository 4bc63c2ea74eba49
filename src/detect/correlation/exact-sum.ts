/**
 * The sum of numbers that come and go, rounded once: as if all that are in had been added without any rounding. So it does
 * not depend on what was in before, and a sum that is made anew after a restart is the same number.
 *
 * Shewchuk's expansions (Adaptive Precision Floating-Point Arithmetic, 1997): the sum as doubles that do not overlap.
 */
export class ExactSum {
  /** Of growing size; their exact sum is the sum. */
  #parts: number[] = [];

  /** To take a number back, add its negative. Numbers and sums must stay below 1.7e308. */
  add(number: number): void {
    let rest = number;
    let kept = 0;
    for (const part of this.#parts) {
      const [large, small] = Math.abs(rest) < Math.abs(part) ? [part, rest] : [rest, part];
      const sum = large + small;
      const error = small - (sum - large);
      if (error !== 0) this.#parts[kept++] = error;
      rest = sum;
    }
    this.#parts.length = kept;
    this.#parts.push(rest);
  }

  /** The double next to the sum. */
  get value(): number {
    const parts = this.#parts;
    let at = parts.length - 1;
    let sum = at < 0 ? 0 : parts[at]!;
    let error = 0;
    while (at > 0 && error === 0) {
      const before = sum;
      const part = parts[--at]!;
      sum = before + part;
      error = part - (sum - before);
    }
    // Half-way cases: what is left below decides.
    const below = at > 0 ? parts[at - 1]! : 0;
    if (error !== 0 && Math.sign(error) === Math.sign(below)) {
      const twice = error * 2;
      const next = sum + twice;
      if (next - sum === twice) return next;
    }
    return sum;
  }
}
