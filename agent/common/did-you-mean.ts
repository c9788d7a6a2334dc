/**
 * The name somebody probably meant, or `undefined` when none is near: at most one edit in three letters
 * (insert, delete, replace, swap of neighbours), upper and lower case alike. Ties: the first candidate.
 */
export function nearestName(wrong: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.floor(Math.max(wrong.length, 3) / 3);
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wrong.length) >= bestDistance) continue;
    const distance = editDistance(wrong.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `Did you mean "route"?`, or the whole list when nothing is near. */
export function suggestion(wrong: string, candidates: readonly string[]): string {
  const nearest = nearestName(wrong, candidates);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  return candidates.length === 0 ? 'Remove it.' : `Known here: ${candidates.join(', ')}.`;
}

/** The names most like `wanted`, best first and at most `limit`: where a wrong one costs nothing, up to half may differ. */
export function nearestNames(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const far = Math.max(2, Math.floor(wanted.length / 2));
  return [...new Set(names)]
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= far)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name, 'en', { numeric: true }))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** Optimal string alignment distance (Damerau-Levenshtein without overlapping swaps), three rows at a time. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, at(before, column - 2) + 1);
      current.push(least);
    }
    [before, above] = [above, current];
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
