/** Which rows have to be painted again: one event repaints one node. */
import type { TreeNode } from './node.ts';

/** Ids of rows, none below another of them; `'all'`: the first level itself has changed. */
export function repaint(before: readonly TreeNode[], after: readonly TreeNode[]): 'all' | readonly string[] {
  if (!sameIds(before, after)) return 'all';
  return after.flatMap((node, index) => changedBelow(before[index] ?? node, node));
}

function changedBelow(before: TreeNode, after: TreeNode): readonly string[] {
  if (before === after) return [];
  // A row that is painted again asks for its children as well.
  if (!sameRow(before, after) || !sameIds(before.children, after.children)) return [after.id];
  return after.children.flatMap((node, index) => changedBelow(before.children[index] ?? node, node));
}

function sameIds(a: readonly TreeNode[], b: readonly TreeNode[]): boolean {
  return a.length === b.length && a.every((node, index) => node.id === b[index]?.id);
}

function sameRow(a: TreeNode, b: TreeNode): boolean {
  return (
    a.label === b.label &&
    a.description === b.description &&
    a.icon.id === b.icon.id &&
    a.icon.colour === b.icon.colour &&
    a.tooltip === b.tooltip &&
    a.spoken === b.spoken &&
    a.counted?.join(' ') === b.counted?.join(' ') &&
    a.kinds.join(' ') === b.kinds.join(' ') &&
    // A row with children has a twistie, one without has none.
    (a.children.length === 0) === (b.children.length === 0)
  );
}
