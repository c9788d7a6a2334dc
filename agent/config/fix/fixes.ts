/** From changes to fixes that an editor can offer, and to texts with as many of them in as go together. */
import type { Fix } from '../../protocol/validate.ts';
import type { Change } from './change.ts';
import { editsOf } from './edits.ts';
import { positionOf } from './layout.ts';
import { applyEdits, type TextEdit } from './text-edit.ts';

/** `null` where the text leaves no place for it. */
export function fixOf(text: string, change: Change): Fix | null {
  const edits = editsOf(text, change);
  if (!edits) return null;
  return {
    title: change.title,
    edits: edits.map(({ start, end, newText }) => ({
      file: change.file,
      range: { start: positionOf(text, start), end: positionOf(text, end) },
      newText,
    })),
  };
}

/** One after the other, each made for the text with those before it; one that cannot be made is left out. */
export function applyChanges(
  text: string,
  changes: readonly Change[],
): { readonly text: string; readonly applied: readonly Change[] } {
  let result = text;
  const applied: Change[] = [];
  // From the end of the file upwards: places of what is to be removed stay what they are.
  for (const change of [...changes].sort((a, b) => placeOf(b) - placeOf(a))) {
    const edits: readonly TextEdit[] | undefined = editsOf(result, change);
    if (!edits) continue;
    result = applyEdits(result, edits);
    applied.push(change);
  }
  return { text: result, applied };
}

function placeOf(change: Change): number {
  if (change.kind === 'all') return Math.max(0, ...change.changes.map(placeOf));
  return change.kind === 'remove' ? change.at.line * 1e6 + change.at.column : 0;
}
