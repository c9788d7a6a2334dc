/**
 * A change as edits of the text, with exact ranges: what is not touched, comments and their order too, stays to the
 * letter. `undefined` where the change cannot be made without touching something else: the value is not written
 * there (an alias, a merge, another file), or the text is laid out in a way that leaves no place for it.
 */
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Change, Value } from './change.ts';
import { lineBreakOf, lineEnd, lineStart } from './layout.ts';
import {
  beginOf,
  behindColon,
  endOf,
  firstOf,
  follow,
  hasProperties,
  isEmpty,
  keyOf,
  stepOf,
} from './nodes.ts';
import type { Followed, Found } from './nodes.ts';
import { removal } from './removal.ts';
import { blockLines, flowPair, flowText, keyText } from './render.ts';
import { applyEdits, difference, type TextEdit } from './text-edit.ts';

export function editsOf(source: string, change: Change): readonly TextEdit[] | undefined {
  // As the reader does: a byte order mark counts as one character of the first line.
  const text = source.replace(/^\ufeff/, ' ');
  const document = parsed(text);
  const found = document && follow(document, change.path);
  const edits = found && editsFor(text, found, change);
  // Nothing is offered that leaves a file nobody can read.
  return edits && parsed(applyEdits(text, edits)) ? edits : undefined;
}

function editsFor(text: string, found: Followed, change: Change): readonly TextEdit[] | undefined {
  switch (change.kind) {
    case 'set':
      return setValue(text, found, change.value);
    case 'remove':
      return found.rest.length > 0 ? undefined : removal(text, found.trail, change);
    case 'rename': {
      const key = found.rest.length === 0 ? keyOf(found.trail.at(-1)) : undefined;
      return key && [{ start: key.range[0], end: key.range[1], newText: keyText(change.to) }];
    }
    case 'add':
      return addItem(text, found, change.item);
    case 'all':
      return allOf(text, change.changes);
  }
}

/** What is added above a place moves it, so a removal may have to come first. */
function allOf(text: string, changes: readonly Change[]): readonly TextEdit[] | undefined {
  return inOrder(text, changes) ?? inOrder(text, [...changes].reverse());
}

/** Each is made for the text with those before it. */
function inOrder(text: string, changes: readonly Change[]): readonly TextEdit[] | undefined {
  let now = text;
  for (const change of changes) {
    const edits = editsOf(now, change);
    if (!edits) return undefined;
    now = applyEdits(now, edits);
  }
  return [difference(text, now)];
}

function addItem(text: string, found: Followed, item: Value): readonly TextEdit[] | undefined {
  const list = found.trail.at(-1)?.value;
  if (found.rest.length > 0) return setValue(text, found, [item]);
  if (isEmpty(list)) return undefined;
  if (!isSeq(list)) return undefined;
  return list.flow === true ? addToFlowList(text, list, item) : addToBlockList(text, list, item);
}

function addToFlowList(text: string, list: YAMLSeq, item: Value): readonly TextEdit[] | undefined {
  if (!list.range) return undefined;
  const written = flowText(item);
  if (list.items.length > 0) return [insertion(endOf(list.items.at(-1)), `, ${written}`)];
  return text.slice(list.range[0] + 1, list.range[1] - 1).trim() === ''
    ? [{ start: list.range[0] + 1, end: list.range[1] - 1, newText: written }]
    : undefined;
}

function addToBlockList(text: string, list: YAMLSeq, item: Value): readonly TextEdit[] | undefined {
  const begin = beginOf(list.items.at(-1));
  if (begin === undefined) return undefined;
  const start = lineStart(text, begin);
  const indent = /^( *)- +$/.exec(text.slice(start, begin))?.[1];
  return indent === undefined ? undefined : [addLines(text, endOf(list), [`${indent}- ${flowText(item)}`])];
}

/** `undefined` for anything but a map without a syntax error. */
function parsed(text: string): YAMLMap | undefined {
  const document = parseDocument(text, { keepSourceTokens: true, prettyErrors: false, logLevel: 'silent' });
  return document.errors.length === 0 && isMap(document.contents) ? document.contents : undefined;
}

function setValue(
  text: string,
  { trail, rest, root }: Followed,
  value: Value,
): readonly TextEdit[] | undefined {
  const [key, ...deeper] = rest.map(String);
  const last = trail.at(-1);
  if (key === undefined) return last && replaceScalar(last, value);
  const nested = deeper.reduceRight<Value>((inner, name) => ({ [name]: inner }), value);
  const container = last ? last.value : root;
  if (isMap(container))
    return container.flow === true
      ? addToFlow(text, container, key, nested)
      : addToBlock(text, root, container, key, nested);
  return last && isEmpty(container) ? fillEmpty(text, root, last, { [key]: nested }) : undefined;
}

function replaceScalar(found: Found, value: Value): readonly TextEdit[] | undefined {
  const { value: node } = found;
  if (isEmpty(node)) {
    const key = keyOf(found);
    return key && !hasProperties(node)
      ? [insertion(behindColon(found, key), ` ${flowText(value)}`)]
      : undefined;
  }
  if (!isScalar(node) || !node.range || node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL')
    return undefined;
  return [{ start: node.range[0], end: node.range[1], newText: flowText(value) }];
}

/** Behind the last pair, on a line of its own: what is said about the others stays with them. */
function addToBlock(
  text: string,
  root: YAMLMap,
  map: YAMLMap,
  key: string,
  value: Value,
): readonly TextEdit[] | undefined {
  const first = keyOf(firstOf(map));
  if (!first) return undefined;
  const start = lineStart(text, first.range[0]);
  const before = text.slice(start, first.range[0]);
  if (!/^ *(?:- +)*$/.test(before)) return undefined;
  const lines = blockLines(key, value, { indent: ' '.repeat(before.length), step: stepOf(text, root) });
  return [addLines(text, endOf(map), lines)];
}

function addLines(text: string, end: number, lines: readonly string[]): TextEdit {
  const eol = lineBreakOf(text);
  // A block text ends behind its own line break.
  if (text[end - 1] === '\n') return insertion(end, lines.map((line) => line + eol).join(''));
  return insertion(lineEnd(text, end), lines.map((line) => eol + line).join(''));
}

function addToFlow(text: string, map: YAMLMap, key: string, value: Value): readonly TextEdit[] | undefined {
  const pair = flowPair(key, value);
  if (!map.range) return undefined;
  if (map.items.length > 0) return [insertion(endOf(map.items.at(-1)), `, ${pair}`)];
  const start = map.range[0];
  const inside = text.slice(start + 1, map.range[1] - 1);
  return [insertion(start + 1, inside.trim() === '' && inside !== '' ? ` ${pair}` : ` ${pair} `)];
}

/** `deploy:` with nothing behind it. */
function fillEmpty(
  text: string,
  root: YAMLMap,
  found: Found,
  value: { readonly [key: string]: Value },
): readonly TextEdit[] | undefined {
  const key = keyOf(found);
  if (!key || hasProperties(found.value) || !isMap(found.within)) return undefined;
  if (found.within.flow === true) return [insertion(behindColon(found, key), ` ${flowText(value)}`)];
  const column = key.range[0] - lineStart(text, key.range[0]);
  const step = stepOf(text, root);
  const indent = ' '.repeat(column) + step;
  const lines = Object.entries(value).flatMap(([name, inner]) => blockLines(name, inner, { indent, step }));
  return [addLines(text, behindColon(found, key), lines)];
}

function insertion(at: number, newText: string): TextEdit {
  return { start: at, end: at, newText };
}
