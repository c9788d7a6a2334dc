/** Where somebody is in a YAML text, whole or half written: the path of keys down to there. */
import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Document, type Scalar } from 'yaml';

export type Path = readonly (string | number)[];

export interface ScalarPlace {
  readonly path: Path;
  readonly on: 'key' | 'value';
  readonly start: number;
  readonly end: number;
  /** Keys beside it, when it is one. */
  readonly siblings: readonly string[];
  /** It stands in `{ }` or `[ ]`. */
  readonly inFlow: boolean;
}

/** Every key and every plain value, in the order of the text; what is broken is left out. */
export function scalarsOf(text: string): readonly ScalarPlace[] {
  const found: ScalarPlace[] = [];
  visit(parsed(text), {
    Scalar: (key, node, ancestors) => {
      const place = placeOf(key, node, ancestors);
      if (place !== undefined) found.push(place);
    },
  });
  return found;
}

/** The key or value that a place of the text is in. */
export function scalarAt(text: string, offset: number): ScalarPlace | undefined {
  return scalarsOf(text).find(({ start, end }) => start <= offset && offset <= end && start < end);
}

function parsed(text: string): Document.Parsed {
  const options = { keepSourceTokens: false, prettyErrors: false, logLevel: 'silent' } as const;
  // As the reader does: a byte order mark counts as one character of the first line.
  return parseDocument(text.replace(/^\ufeff/, ' '), options);
}

function placeOf(key: unknown, node: Scalar, ancestors: readonly unknown[]): ScalarPlace | undefined {
  if (!node.range) return undefined;
  const [start, end] = node.range;
  const on = key === 'key' ? 'key' : 'value';
  const path: (string | number)[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    const next = ancestors[index + 1] ?? node;
    if (isPair(ancestor)) path.push(isScalar(ancestor.key) ? String(ancestor.key.value) : '');
    else if (isSeq(ancestor)) path.push(ancestor.items.indexOf(next));
  }
  const maps = ancestors.filter((one) => isMap(one));
  const siblings = (maps.at(-1)?.items ?? []).flatMap((pair) =>
    isScalar(pair.key) && pair.key !== node ? [String(pair.key.value)] : [],
  );
  const inFlow = ancestors.some((one) => (isMap(one) || isSeq(one)) && one.flow === true);
  return { path, on, start, end, siblings, inFlow };
}

/** What is written where a cursor stands, up to it and behind it. */
export interface Word {
  readonly start: number;
  readonly end: number;
}

export function wordAt(text: string, offset: number): Word {
  const before = /[\w.%-]*$/.exec(text.slice(0, offset))?.[0].length ?? 0;
  const behind = /^[\w.%-]*/.exec(text.slice(offset))?.[0].length ?? 0;
  return { start: offset - before, end: offset + behind };
}

const marker = 'tidegate-cursor';

/**
 * What a word at that place could be. A file that is being written is hardly ever right: a mark takes the place of the
 * word, as a key where one can stand and as a value else, and is looked for in what can be read of that.
 */
export function candidatesAt(text: string, { start, end }: Word): readonly ScalarPlace[] {
  const [before, behind] = [text.slice(0, start), text.slice(end)];
  const isValue = /(?:^|[\s{,])[\w.-]+:[ \t]+["']?$/.test(before) || /["']$/.test(before);
  const asKey = /^[ \t]*:/.test(behind) ? marker : `${marker}: `;
  const tries = isValue ? [marker] : [asKey, marker];
  return tries.flatMap((mark) => {
    const written = before + mark + behind;
    return scalarsOf(written).filter((place) => written.slice(place.start, place.end).includes(marker));
  });
}
