/** Taking something out of a YAML text, its comments staying where they were. */
import { isMap, isSeq } from 'yaml';
import type { RemoveEntry } from './change.ts';
import { commentsOf, lineBreakOf, lineStart, nextLine, offsetOf } from './layout.ts';
import { endOf, keyOf, type Found } from './nodes.ts';
import type { TextEdit } from './text-edit.ts';

/** `trail`: from the root down to what goes, and has to begin at the place. */
export function removal(
  text: string,
  trail: readonly Found[],
  { at, alone }: Pick<RemoveEntry, 'at' | 'alone'>,
): readonly TextEdit[] | undefined {
  const last = trail.at(-1);
  if (!last || beginOf(last) !== offsetOf(text, at)) return undefined;
  return alone && isMap(last.within) ? fromMap(text, last) : without(text, trail);
}

function fromMap(text: string, found: Found): readonly TextEdit[] | undefined {
  return isMap(found.within) && found.within.flow === true ? fromFlow(text, found) : fromBlock(text, found);
}

function beginOf(found: Found): number | undefined {
  return keyOf(found)?.range[0] ?? (found.value as { range?: readonly number[] } | null)?.range?.[0];
}

function without(text: string, trail: readonly Found[]): readonly TextEdit[] | undefined {
  const last = trail.at(-1);
  if (!last || !(isMap(last.within) || isSeq(last.within))) return undefined;
  // Without its only entry, a map or a list would be empty, which means something else than not being there.
  if (last.within.items.length === 1) return without(text, trail.slice(0, -1));
  return last.within.flow === true ? fromFlow(text, last) : fromBlock(text, last);
}

function fromBlock(text: string, found: Found): readonly TextEdit[] | undefined {
  const begin = beginOf(found);
  if (begin === undefined) return undefined;
  const start = lineStart(text, begin);
  const before = text.slice(start, begin);
  if (!(found.pair ? /^ *$/ : /^ *- +$/).test(before)) return undefined;
  const end = endOf(found.pair ?? found.value);
  const behind = text[end - 1] === '\n' ? end : nextLine(text, end);
  const indent = /^ */.exec(before)?.[0] ?? '';
  const kept = commentsOf(text)
    .filter(({ offset }) => offset >= start && offset < behind)
    .map(({ source }) => `${indent}${source.trimEnd()}${lineBreakOf(text)}`);
  return [{ start, end: behind, newText: kept.join('') }];
}

function fromFlow(text: string, found: Found): readonly TextEdit[] | undefined {
  if (!(isMap(found.within) || isSeq(found.within))) return undefined;
  const { items } = found.within;
  const index = items.findIndex((item) => item === (found.pair ?? found.value));
  const begin = (node: unknown): number | undefined =>
    keyOf({ ...(isMap(found.within) ? { pair: node as NonNullable<Found['pair']> } : {}) })?.range[0] ??
    (node as { range?: readonly number[] } | null)?.range?.[0];
  const [start, next] = [begin(items[index]), items[index + 1]];
  const range =
    items.length === 1
      ? { start: start ?? 0, end: endOf(items[0]) }
      : next === undefined
        ? { start: endOf(items[index - 1]), end: endOf(items[index]) }
        : { start: start ?? 0, end: begin(next) ?? 0 };
  if (start === undefined || range.end <= range.start) return undefined;
  // A comment in between would go with it.
  const hasComment = commentsOf(text).some(({ offset }) => offset >= range.start && offset < range.end);
  return hasComment ? undefined : [{ ...range, newText: '' }];
}
