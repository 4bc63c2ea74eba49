/** Sets of UTF-16 code units as sorted, disjoint, non-touching ranges, both ends included. */
export type CharacterSet = readonly CharacterRange[];
export type CharacterRange = readonly [first: number, last: number];

export const LAST_UNIT = 0xffff;
export const DIGITS: CharacterSet = [[0x30, 0x39]];
export const WORD: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const SPACE: CharacterSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
export const NEWLINE: CharacterSet = [[0x0a, 0x0a]];
export const ANY_UNIT: CharacterSet = [[0, LAST_UNIT]];

/** The bracket names of POSIX classes, in ASCII. */
export const POSIX_CLASSES: Readonly<Record<string, CharacterSet>> = {
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  digit: DIGITS,
  alnum: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  upper: [[0x41, 0x5a]],
  lower: [[0x61, 0x7a]],
  space: SPACE,
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
  word: WORD,
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  print: [[0x20, 0x7e]],
  graph: [[0x21, 0x7e]],
};

export function union(sets: readonly CharacterSet[]): CharacterSet {
  const ranges = sets.flat().toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of ranges) {
    const open = merged.at(-1);
    if (open !== undefined && first <= open[1] + 1) open[1] = Math.max(open[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

export function complement(set: CharacterSet): CharacterSet {
  const rest: CharacterRange[] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_UNIT) rest.push([next, LAST_UNIT]);
  return rest;
}

export function contains(set: CharacterSet, unit: number): boolean {
  return set.some(([first, last]) => unit >= first && unit <= last);
}

/** Ranges wider than this are folded in their ASCII part only: whole alphabets hold both cases already. */
const FOLDED_RANGE_MAX = 1024;

/** The set with the other case of each letter. */
export function ignoringCase(set: CharacterSet): CharacterSet {
  const added: CharacterRange[] = [];
  for (const [first, last] of set) {
    const end = last - first > FOLDED_RANGE_MAX ? Math.min(last, 0x7f) : last;
    for (let unit = first; unit <= end; unit++) {
      for (const variant of caseVariants(unit)) added.push([variant, variant]);
    }
  }
  return union([set, added]);
}

function caseVariants(unit: number): number[] {
  const letter = String.fromCharCode(unit);
  return [letter.toLowerCase(), letter.toUpperCase()]
    .filter((variant) => variant.length === 1 && variant.charCodeAt(0) < 0x80 === unit < 0x80)
    .map((variant) => variant.charCodeAt(0));
}

/** The one lower-case unit that all units of the set fold to, or undefined. */
export function singleFoldedUnit(set: CharacterSet): string | undefined {
  let folded: string | undefined;
  for (const [first, last] of set) {
    if (last - first > 1) return undefined;
    for (let unit = first; unit <= last; unit++) {
      const lower = String.fromCharCode(unit).toLowerCase();
      if (lower.length !== 1 || (folded !== undefined && folded !== lower)) return undefined;
      folded = lower;
    }
  }
  return folded;
}
