/** Where things are in a parsed YAML file: along a path, and where their text begins and ends. */
import { isAlias, isMap, isScalar, isSeq, visit, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { Step } from './change.ts';
import { lineStart } from './layout.ts';

/** A pair of a map or an item of a list, and what it is in. */
export interface Found {
  readonly within: unknown;
  /** Of a map. */
  readonly pair?: Pair;
  readonly value: unknown;
}

export interface Followed {
  /** From the root down. */
  readonly trail: readonly Found[];
  /** What is not there of the path. */
  readonly rest: readonly Step[];
  readonly root: YAMLMap;
}

/** As far down the path as there is something; `undefined` where it leads through an alias or could be merged in. */
export function follow(root: YAMLMap, path: readonly Step[]): Followed | undefined {
  const trail: Found[] = [];
  let node: unknown = root;
  for (const [index, step] of path.entries()) {
    const next = childOf(node, step);
    if (!next) {
      const comesFromElsewhere = isMap(node) && isMergedIn(node, step, root);
      return comesFromElsewhere ? undefined : { trail, rest: path.slice(index), root };
    }
    // Behind an anchor others would be changed as well.
    if (isAlias(next.value) || anchorOf(next.value) !== undefined) return undefined;
    trail.push(next);
    node = next.value;
  }
  return { trail, rest: [], root };
}

/** Whether a key that is not written in a map itself is, or may be, in one that is merged into it. */
function isMergedIn(map: YAMLMap, step: Step, root: YAMLMap): boolean {
  const merges = map.items.flatMap(({ key, value }) => (isScalar(key) && key.value === '<<' ? [value] : []));
  return merges
    .flatMap((value) => (isSeq(value) ? value.items : [value]))
    .some((one) => {
      const source = isAlias(one) ? anchored(root, one.source) : one;
      return !isMap(source) || childOf(source, step) !== undefined || isMergedIn(source, step, root);
    });
}

/** `undefined` where several have that name: which of them counts depends on the place. */
function anchored(root: YAMLMap, name: string): unknown {
  const found: unknown[] = [];
  visit(root, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor === name) found.push(node);
    },
  });
  return found.length === 1 ? found[0] : undefined;
}

function anchorOf(node: unknown): string | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
}

function childOf(node: unknown, step: Step): Found | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { within: node, pair, value: pair.value };
  }
  if (isSeq(node) && typeof step === 'number' && step < node.items.length)
    return { within: node, value: node.items[step] };
  return undefined;
}

export type Ranged = Scalar & { range: [number, number, number] };

export function keyOf(found: Pick<Found, 'pair'> | undefined): Ranged | undefined {
  const key = found?.pair?.key;
  return isScalar(key) && key.range ? (key as Ranged) : undefined;
}

export function firstOf(map: YAMLMap): Pick<Found, 'pair'> {
  const [pair] = map.items;
  return pair ? { pair } : {};
}

/** Where an item's text begins: a map's at its first key. */
export function beginOf(node: unknown): number | undefined {
  const key = isMap(node) && node.flow !== true ? keyOf(firstOf(node)) : undefined;
  return key?.range[0] ?? (node as { range?: readonly number[] } | null)?.range?.[0];
}

export function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}

export function hasProperties(node: unknown): boolean {
  return isScalar(node) && (node.anchor !== undefined || node.tag !== undefined);
}

/** Where a value would begin that is not there. */
export function behindColon({ pair }: Found, key: Ranged): number {
  return colonOf(pair) ?? key.range[1];
}

function colonOf(pair: Pair | undefined): number | undefined {
  const separators = (pair?.srcToken as { sep?: readonly { type: string; offset: number }[] } | undefined)
    ?.sep;
  const colon = separators?.find(({ type }) => type === 'map-value-ind');
  return colon && colon.offset + 1;
}

/** Where the last thing that is written in a node ends, without the comment behind it. */
export function endOf(node: unknown): number {
  if (isMap(node) || isSeq(node)) {
    if (node.flow === true || node.items.length === 0) return node.range?.[1] ?? 0;
    return endOf(node.items.at(-1));
  }
  if (isPairLike(node)) {
    if (node.value !== null && !isEmpty(node.value)) return endOf(node.value);
    const empty = isScalar(node.value) && hasProperties(node.value) ? (node.value.range?.[1] ?? 0) : 0;
    return Math.max(colonOf(node) ?? 0, isScalar(node.key) ? (node.key.range?.[1] ?? 0) : 0, empty);
  }
  return (node as { range?: readonly number[] } | null)?.range?.[1] ?? 0;
}

function isPairLike(node: unknown): node is Pair {
  return typeof node === 'object' && node !== null && 'key' in node;
}

/** What the file itself indents its first level by. */
export function stepOf(text: string, root: YAMLMap): string {
  for (const { value } of root.items) {
    const key = isMap(value) && value.flow !== true ? keyOf(firstOf(value)) : undefined;
    const column = key ? key.range[0] - lineStart(text, key.range[0]) : 0;
    if (column > 0) return ' '.repeat(column);
  }
  return '  ';
}
