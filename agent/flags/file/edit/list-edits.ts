/** Items of a YAML list taken out or put elsewhere; what is written above an item moves with it. Pure. */
import { isSeq, type YAMLSeq } from 'yaml';
import { editsOf } from '../../../config/fix/edits.ts';
import { commentsOf, lineBreakOf, lineStart, nextLine, positionOf } from '../../../config/fix/layout.ts';
import { beginOf, behindColon, endOf, keyOf, type Found } from '../../../config/fix/nodes.ts';
import type { Step } from '../../../config/fix/change.ts';
import type { TextEdit } from '../../../config/fix/text-edit.ts';

export interface ListAt {
  /** Inside the repository. */
  readonly file: string;
  readonly text: string;
  readonly path: readonly Step[];
  readonly list: YAMLSeq;
}

/** One of several. */
export function withoutItem(at: ListAt, index: number): readonly TextEdit[] | undefined {
  const { text, list, path, file } = at;
  if (list.flow === true) {
    const begin = beginOf(list.items[index]);
    if (begin === undefined) return undefined;
    const place = positionOf(text, begin);
    return editsOf(text, { kind: 'remove', title: 'Remove it', file, path: [...path, index], at: place });
  }
  const span = spansOf(text, list)?.[index];
  return span && [{ start: span.line, end: span.end, newText: '' }];
}

export function movedItem({ text, list }: ListAt, from: number, to: number): readonly TextEdit[] | undefined {
  const order = list.items.map((_, index) => index).filter((index) => index !== from);
  order.splice(to, 0, from);
  return list.flow === true ? inFlow(text, list, order) : inBlock(text, list, order);
}

/** Each item's text takes the place of another's; what is between them stays. */
function inFlow(text: string, list: YAMLSeq, order: readonly number[]): readonly TextEdit[] | undefined {
  const spans = list.items.map((item) => ({ start: beginOf(item), end: endOf(item) }));
  const edits: TextEdit[] = [];
  for (const [place, index] of order.entries()) {
    const [old, put] = [spans[place], spans[index]];
    if (old?.start === undefined || put?.start === undefined) return undefined;
    edits.push({ start: old.start, end: old.end, newText: text.slice(put.start, put.end) });
  }
  return edits;
}

function inBlock(text: string, list: YAMLSeq, order: readonly number[]): readonly TextEdit[] | undefined {
  const spans = spansOf(text, list);
  const [first, last] = [spans?.[0], spans?.at(-1)];
  if (!spans || !first || !last) return undefined;
  const eol = lineBreakOf(text);
  const chunks = order.map((index) => {
    const { start = 0, end = 0 } = spans[index] ?? {};
    const chunk = text.slice(start, end);
    return chunk.endsWith('\n') ? chunk : chunk + eol;
  });
  const whole = chunks.join('');
  const isClosed = text[last.end - 1] === '\n';
  const newText = isClosed ? whole : whole.slice(0, -eol.length);
  return [{ start: first.start, end: last.end, newText }];
}

interface Span {
  /** With the comments above it. */
  readonly start: number;
  /** Where its first line begins. */
  readonly line: number;
  /** Behind its last line. */
  readonly end: number;
}

/** `undefined`: an item does not begin a line of its own. */
function spansOf(text: string, list: YAMLSeq): readonly Span[] | undefined {
  const spans: Span[] = [];
  for (const item of list.items) {
    const begin = beginOf(item);
    if (begin === undefined) return undefined;
    const line = lineStart(text, begin);
    if (!/^ *- +$/.test(text.slice(line, begin))) return undefined;
    const start = spans.at(-1)?.end ?? commentsAbove(text, line);
    spans.push({ start, line, end: linesEnd(text, endOf(item)) });
  }
  return spans;
}

function commentsAbove(text: string, line: number): number {
  let start = line;
  while (start > 0) {
    const above = lineStart(text, start - 1);
    if (!/^ *#/.test(text.slice(above, start))) return start;
    start = above;
  }
  return start;
}

/** Behind the line break; a block text ends there by itself. */
export function linesEnd(text: string, end: number): number {
  return text[end - 1] === '\n' ? end : nextLine(text, end);
}

/** `rules: []`, with the comments of what was in it behind. */
export function emptied(text: string, found: Found, brackets: '[]' | '{}'): readonly TextEdit[] | undefined {
  const key = keyOf(found);
  if (!key) return undefined;
  const { value } = found;
  if (isSeq(value) && value.flow === true) {
    const [start, end] = value.range ?? [0, 0];
    return [{ start, end, newText: brackets }];
  }
  // A comment behind the last value is on its line.
  const [start, end] = [behindColon(found, key), linesEnd(text, endOf(value))];
  const line = lineStart(text, key.range[0]);
  const indent = /^ */.exec(text.slice(line))?.[0] ?? '';
  const eol = lineBreakOf(text);
  const comments = commentsOf(text)
    .filter(({ offset }) => offset >= start && offset < end)
    .map(({ source }) => `${eol}${indent}${source.trimEnd()}`);
  const isClosed = text.slice(start, end).endsWith('\n');
  return [{ start, end, newText: ` ${brackets}${comments.join('')}${isClosed ? eol : ''}` }];
}
