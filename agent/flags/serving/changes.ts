/** What changed between two documents, by the identity of their flags. Pure. */
import type { FlagsDocument } from '../document.ts';

export interface DocumentChange {
  /** New ones, and those that are another than before. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export function changeBetween(before: FlagsDocument, after: FlagsDocument): DocumentChange {
  return {
    changed: [...after.flags].filter(([key, flag]) => before.flags.get(key) !== flag).map(([key]) => key),
    removed: [...before.flags.keys()].filter((key) => !after.flags.has(key)),
  };
}
