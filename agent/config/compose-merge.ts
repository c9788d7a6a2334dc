/**
 * Lays one compose file over another, as the Compose specification says: single values are replaced, maps merged,
 * lists appended; what has a key of its own (a variable, a label, the target of a mount) is there once; commands
 * are replaced. Source: https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
 */
import type { Report } from './report.ts';
import { describeTree, entryOf, listTree, mapTree, textTree, type Entry, type Tree } from './yaml-tree.ts';

type Rule =
  /** The later value alone counts. */
  | { readonly kind: 'replace' }
  /** `KEY=VALUE` in a list, or a map: one value for each key. */
  | { readonly kind: 'pairs'; readonly separator: RegExp }
  /** A name, or a list of names: each once, in order. */
  | { readonly kind: 'names' }
  /** A list of names, or a map with options: merged as maps. */
  | { readonly kind: 'options' }
  /** A text stands for a map with this one key. */
  | { readonly kind: 'short'; readonly key: string }
  /** A list in which the later one with the same target replaces the earlier one. */
  | { readonly kind: 'targets' }
  /** Options belong to a driver: another driver starts anew. */
  | { readonly kind: 'driver' };

const pairs: Rule = { kind: 'pairs', separator: /=/ };
const namesRule: Rule = { kind: 'names' };
const replace: Rule = { kind: 'replace' };

/** By the path below the root; `*` is any name. */
const rules: Readonly<Record<string, Rule>> = {
  ...each(pairs, 'environment labels annotations sysctls build.args build.labels deploy.labels'),
  ...each({ kind: 'pairs', separator: /[=:]/ }, 'extra_hosts'),
  ...each(namesRule, 'dns dns_search dns_opt env_file label_file tmpfs cap_add cap_drop group_add expose'),
  ...each(namesRule, 'profiles security_opt deploy.placement.constraints'),
  ...each({ kind: 'options' }, 'networks depends_on'),
  ...each({ kind: 'targets' }, 'volumes configs secrets'),
  ...each(replace, 'command entrypoint healthcheck.test'),
  ...each({ kind: 'short', key: 'context' }, 'build'),
  ...each({ kind: 'driver' }, 'logging'),
  'networks.*.labels': pairs,
  'volumes.*.labels': pairs,
};

function each(rule: Rule, keys: string): Readonly<Record<string, Rule>> {
  return Object.fromEntries(keys.split(' ').map((key) => [`services.*.${key}`, rule]));
}

/** `over` laid over `base`. What does not fit together is reported at `over`, which then counts alone. */
export function mergeCompose(base: Tree, over: Tree, report: Report): Tree {
  return merge([], base, over, report);
}

/** The same for two services: one and what it extends. */
export function mergeServices(name: string, base: Tree, over: Tree, report: Report): Tree {
  return merge(['services', name], base, over, report);
}

function merge(path: readonly string[], base: Tree, over: Tree, report: Report): Tree {
  if (isEmpty(over)) return base;
  if (isEmpty(base)) return over;
  const rule = ruleAt(path);
  switch (rule?.kind) {
    case 'replace':
      return over;
    case 'pairs':
      return mergePairs(asPairs(base, rule.separator), asPairs(over, rule.separator));
    case 'names':
      return listTree(over.at, unique([...itemsOf(base), ...itemsOf(over)], nameKey));
    case 'options':
      return mergePlain(path, asOptions(base), asOptions(over), report);
    case 'short':
      return mergePlain(path, asLong(base, rule.key), asLong(over, rule.key), report);
    case 'targets':
      return listTree(over.at, unique([...itemsOf(base), ...itemsOf(over)], targetKey));
    case 'driver':
      return sameDriver(base, over) ? mergePlain(path, base, over, report) : over;
    case undefined:
      return mergePlain(path, base, over, report);
  }
}

function mergePlain(path: readonly string[], base: Tree, over: Tree, report: Report): Tree {
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(path, base, over, report);
  if (base.kind === 'list' && over.kind === 'list') return listTree(over.at, [...base.items, ...over.items]);
  if (base.kind !== over.kind && !isLimit(path))
    report.error(over.at, {
      code: 'compose.cannot-merge',
      message: `${path.join('.')}: ${describeTree(over)} cannot be laid over ${describeTree(base)} (${base.at.file}:${base.at.line}).`,
      hint: 'Write both in the same form.',
    });
  return over;
}

/** `nofile: 1024` over `nofile: { soft: …, hard: … }` is another form of the same. */
function isLimit(path: readonly string[]): boolean {
  return path.length === 4 && path[0] === 'services' && path[2] === 'ulimits';
}

function mergeMaps(path: readonly string[], base: Tree, over: Tree, report: Report): Tree {
  const [below, above] = [entriesOf(base), entriesOf(over)];
  const entries = below.map((entry) => {
    const later = entryOf(over, entry.key);
    if (!later || isEmpty(later.value)) return entry;
    return { ...later, value: merge([...path, entry.key], entry.value, later.value, report) };
  });
  return mapTree(over.at, [...entries, ...above.filter(({ key }) => !entryOf(base, key))]);
}

/** Here an empty value says something: take it from the variables. */
function mergePairs(base: Tree, over: Tree): Tree {
  // What is no pair is left for the reader, which refuses it at its place.
  if (base.kind !== 'map') return base;
  if (over.kind !== 'map') return over;
  const kept = base.entries.filter(({ key }) => !entryOf(over, key));
  return mapTree(over.at, [...kept, ...over.entries]);
}

function asPairs(tree: Tree, separator: RegExp): Tree {
  if (tree.kind !== 'list') return tree;
  const entries = new Map<string, Entry>();
  for (const item of tree.items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return tree;
    const end = item.value.search(separator);
    const key = end < 0 ? item.value : item.value.slice(0, end);
    entries.set(key, { key, at: item.at, value: textTree(item, end < 0 ? null : item.value.slice(end + 1)) });
  }
  return mapTree(tree.at, [...entries.values()]);
}

function asOptions(tree: Tree): Tree {
  if (tree.kind !== 'list') return tree;
  const entries = tree.items.map((item) =>
    item.kind === 'scalar' && typeof item.value === 'string'
      ? { key: item.value, at: item.at, value: textTree(item, null) }
      : undefined,
  );
  return entries.every((entry) => entry !== undefined) ? mapTree(tree.at, entries) : tree;
}

function asLong(tree: Tree, key: string): Tree {
  return tree.kind === 'scalar' ? mapTree(tree.at, [{ key, at: tree.at, value: tree }]) : tree;
}

function sameDriver(base: Tree, over: Tree): boolean {
  const [before, after] = [base, over].map((tree) => entryOf(tree, 'driver')?.value);
  if (after?.kind !== 'scalar' || before?.kind !== 'scalar') return true;
  return after.value === before.value;
}

/** The later one wins, in the earlier one's place. */
function unique(items: readonly Tree[], keyOf: (item: Tree) => string): readonly Tree[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function nameKey(item: Tree): string {
  const path = item.kind === 'map' ? entryOf(item, 'path')?.value : item;
  return path?.kind === 'scalar' ? String(path.value) : placeKey(item);
}

/** Where a mount, config or secret goes in the container. */
function targetKey(item: Tree): string {
  if (item.kind === 'scalar') return shortTarget(String(item.value));
  const [target, source] = ['target', 'source'].map((key) => entryOf(item, key)?.value);
  const named = target?.kind === 'scalar' ? target : source;
  return named?.kind === 'scalar' ? String(named.value) : placeKey(item);
}

/** `data:/var/lib/data:ro` goes to `/var/lib/data`; a config is named alone. */
function shortTarget(written: string): string {
  const [first, second] = written.split(':');
  return second ?? first ?? '';
}

function placeKey({ at }: Tree): string {
  return `${at.file}:${at.line}:${at.column}`;
}

function itemsOf(tree: Tree): readonly Tree[] {
  return tree.kind === 'list' ? tree.items : [tree];
}

function entriesOf(tree: Tree): readonly Entry[] {
  return tree.kind === 'map' ? tree.entries : [];
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

function ruleAt(path: readonly string[]): Rule | undefined {
  const [section, , ...rest] = path;
  const key = [section, '*', ...rest].join('.');
  return path.length > 2 && Object.hasOwn(rules, key) ? rules[key] : undefined;
}
