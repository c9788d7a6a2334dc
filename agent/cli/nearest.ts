/** `Did you mean "deploy"?`, or what there is when nothing is near. */
export function suggestion(wrong: string, candidates: readonly string[]): string {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: distance(wrong.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= tolerance(wrong, candidate))
    .sort((a, b) => a.distance - b.distance);
  return best === undefined ? `There is: ${candidates.join(', ')}.` : `Did you mean "${best.candidate}"?`;
}

/** One edit in three letters begun (two swapped letters are two edits); dashes in front do not count. */
function tolerance(a: string, b: string): number {
  const letters = (text: string): number => text.replace(/^-+/, '').length;
  return Math.ceil(Math.max(letters(a), letters(b)) / 3);
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of a.split('').entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
