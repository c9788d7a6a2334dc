/** Which repairs go together. Pure. */
import type { FileEdit, Fix } from '../../agent/protocol/validate.ts';

/**
 * As many as do not touch each other, each once, the first ones first. Those left out are found again when the others are
 * made: two that are written to the same place may each bring a key that may be there once.
 */
export function fixesTogether(fixes: readonly Fix[]): readonly Fix[] {
  const taken: Fix[] = [];
  for (const fix of fixes) if (!taken.some((other) => touch(fix, other))) taken.push(fix);
  return taken;
}

function touch(a: Fix, b: Fix): boolean {
  return a.edits.some((one) => b.edits.some((other) => one.file === other.file && meet(one, other)));
}

function meet({ range: a }: FileEdit, { range: b }: FileEdit): boolean {
  return !(isBefore(a.end, b.start) || isBefore(b.end, a.start));
}

function isBefore(a: FileEdit['range']['start'], b: FileEdit['range']['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
