/**
 * Whether two syntax trees are the same, wherever they were written: spans are ignored, and a part that is
 * undefined equals one that is left out.
 */
export function sameTree(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameTree(item, b[i]));
  }
  const left = treeParts(a);
  const right = treeParts(b);
  return left.size === right.size && [...left].every(([key, value]) => sameTree(value, right.get(key)));
}

function treeParts(node: object): Map<string, unknown> {
  const parts = Object.entries(node).filter(([key, value]) => value !== undefined && !isSpan(key));
  return new Map(parts);
}

function isSpan(key: string): boolean {
  return key === "span" || key === "nameSpan";
}
