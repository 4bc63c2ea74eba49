/**
 * The size of the largest matching in a bipartite graph, by augmenting paths.
 * @param edges for each vertex on the left, its neighbours on the right
 */
export function maximumMatching(edges: readonly (readonly number[])[], rightCount: number): number {
  const matchOf = new Int32Array(rightCount).fill(-1);
  const augment = (left: number, visited: Set<number>): boolean => {
    for (const right of edges[left]!) {
      if (visited.has(right)) continue;
      visited.add(right);
      const rival = matchOf[right]!;
      if (rival >= 0 && !augment(rival, visited)) continue;
      matchOf[right] = left;
      return true;
    }
    return false;
  };
  return edges.filter((_, left) => augment(left, new Set())).length;
}
