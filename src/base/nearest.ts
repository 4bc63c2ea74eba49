/** Finds the name a user most likely meant: Damerau–Levenshtein distance of at most a third of its length. */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  const target = wanted.toUpperCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(target.length / 3)) + 1;
  for (const name of names) {
    const candidate = name.toUpperCase();
    if (Math.abs(candidate.length - target.length) >= bestDistance) continue;
    const distance = editDistance(target, candidate);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** A hint `did you mean '…'?`, or undefined where no name is near. */
export function didYouMean(wanted: string, names: Iterable<string>): string | undefined {
  const name = nearestName(wanted, names);
  return name === undefined ? undefined : `did you mean '${name}'?`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost 1 each. */
function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Int32Array((a.length + 1) * width);
  for (let j = 0; j < width; j++) table[j] = j;
  for (let i = 1; i <= a.length; i++) {
    table[i * width] = i;
    for (let j = 1; j < width; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      const replace = table[(i - 1) * width + j - 1]! + (same ? 0 : 1);
      let least = Math.min(table[(i - 1) * width + j]! + 1, table[i * width + j - 1]! + 1, replace);
      const swapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) least = Math.min(least, table[(i - 2) * width + j - 2]! + 1);
      table[i * width + j] = least;
    }
  }
  return table[a.length * width + b.length]!;
}
