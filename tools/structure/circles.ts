/** Which node leads to which others. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The circles of a graph: each set of nodes that lead to each other, by Tarjan's algorithm
 * ("Depth-first search and linear graph algorithms", 1972); a node that leads to itself is one.
 */
export function circlesOf(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];

  function visit(node: string): void {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (path.includes(next)) lowest.set(node, Math.min(low(node), low(next)));
    }
    if (low(node) !== order.get(node)) return;
    const members = path.splice(path.indexOf(node));
    const isCircle = members.length > 1 || (graph.get(node) ?? []).includes(node);
    if (isCircle) circles.push(members.sort());
  }

  const low = (node: string): number => lowest.get(node) ?? 0;
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
