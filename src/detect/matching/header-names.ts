import { foldCase } from "../expression/matcher.ts";

/** Spellings remembered; when more come, all are forgotten and looked up anew. */
const SPELLINGS_MAX = 4096;

/**
 * The values of one part of an event's header that rules name, numbered from 1; 0 is any other value. Remembers
 * spellings, so that a value is folded once and not for each event.
 */
export class HeaderNames {
  /** How many rules name a value. */
  readonly #uses = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  readonly #names: (string | undefined)[] = [undefined];
  readonly #spellings = new Map<unknown, number>();

  /** True where the value was not named before. */
  add(name: string): boolean {
    const uses = this.#uses.get(name) ?? 0;
    this.#uses.set(name, uses + 1);
    if (uses > 0) return false;
    this.#spellings.clear();
    if (!this.#numbers.has(name)) {
      this.#numbers.set(name, this.#names.length);
      this.#names.push(name);
    }
    return true;
  }

  remove(name: string): void {
    this.#uses.set(name, this.#uses.get(name)! - 1);
  }

  numberOf(value: string | number | bigint | boolean): number {
    const known = this.#spellings.get(value);
    if (known !== undefined) return known;
    const number = this.#numbers.get(foldCase(String(value))) ?? 0;
    if (this.#spellings.size >= SPELLINGS_MAX) this.#spellings.clear();
    this.#spellings.set(value, number);
    return number;
  }

  nameOf(number: number): string | undefined {
    return this.#names[number];
  }
}
