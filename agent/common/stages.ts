/** Things that wait for others: in which order. Pure. */

/** What each names, by name; those it names need not be among them. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/**
 * All names in stages: each stands behind all it needs, and as early as it can. Names in a circle wait for nobody in
 * it: they stand together in one stage, for the circle has no beginning. Within a stage they keep their order.
 */
export function stagesOf(needs: Needs): readonly (readonly string[])[] {
  const stages: string[][] = [];
  let left = [...needs.keys()];
  while (left.length > 0) {
    const waiting = new Set(left);
    const waits = (name: string): boolean =>
      (needs.get(name) ?? []).some((other) => other !== name && waiting.has(other));
    const free = left.filter((name) => !waits(name));
    const stage = free.length > 0 ? free : nearestCircle(left, needs);
    stages.push(stage);
    left = left.filter((name) => !stage.includes(name));
  }
  return stages;
}

/** Names that need each other in turn, the first one again at the end; `undefined`: there are none. */
export function circleIn(needs: Needs): readonly string[] | undefined {
  for (const start of needs.keys()) {
    const path = pathTo(start, start, needs, new Set());
    if (path) return [start, ...path];
  }
  return undefined;
}

/** Of those that all wait, some that wait for nobody but each other. */
function nearestCircle(names: readonly string[], needs: Needs): string[] {
  const among = new Map(names.map((name) => [name, reachable(name, names, needs)] as const));
  const smallest = [...among.values()].reduce((best, set) => (set.size < best.size ? set : best));
  return names.filter((name) => smallest.has(name));
}

/** What a name waits for, at first or second hand, itself among it where it is in a circle. */
function reachable(start: string, names: readonly string[], needs: Needs): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop())
    for (const other of needs.get(name) ?? [])
      if (names.includes(other) && !found.has(other)) {
        found.add(other);
        open.push(other);
      }
  return found;
}

function pathTo(from: string, goal: string, needs: Needs, seen: Set<string>): readonly string[] | undefined {
  seen.add(from);
  for (const other of needs.get(from) ?? []) {
    if (other === goal) return [goal];
    if (seen.has(other)) continue;
    const rest = pathTo(other, goal, needs, seen);
    if (rest) return [other, ...rest];
  }
  return undefined;
}
