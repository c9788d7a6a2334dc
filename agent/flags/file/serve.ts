/** Which variant is served: one, or shares of the users. */
import { suggestion } from '../../common/did-you-mean.ts';
import { parseShare } from '../../config/durations.ts';
import { entryOf, type Entry, type Tree } from '../../config/yaml-tree.ts';
import { wholeShare, type Serve } from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { below, checkKeys, isA, mapOf, textOf, wrong, type Reading } from './fields.ts';

export interface ServeContext {
  /** The flag's own key: the seed of splits that name none. */
  readonly key: string;
  readonly variants: readonly string[];
  /** The variant of a flag that is off. */
  readonly off: string;
}

const serveKeys = ['split', 'by', 'seed'];

export function readServe(tree: Tree, reading: Reading, context: ServeContext): Serve | undefined {
  const { variants } = context;
  const example = `Write one of ${variants.join(', ')}, or shares: { split: { ${variants[0] ?? 'a'}: 25%, ${variants[1] ?? 'b'}: 75% } }.`;
  // `on` and `off` are names of variants here, whatever YAML makes of true and false.
  if (tree.kind === 'scalar') {
    const variant = readVariant(tree, reading, context);
    return variant === undefined ? undefined : { variant };
  }
  const map = mapOf(tree, reading, example);
  if (!map) return undefined;
  checkKeys(map, serveKeys, reading);
  const shares = entryOf(map, 'split');
  if (!shares) return wrong(reading, tree.at, 'has no split', example);
  const by = readName(entryOf(map, 'by'), targetingKey, reading);
  const seed = readName(entryOf(map, 'seed'), context.key, reading);
  const split = readSplit(shares.value, below(reading, 'split'), context);
  if (!split || by === undefined || seed === undefined) return undefined;
  return { by, seed, split: inOrder(split, context.off) };
}

export function readVariant(tree: Tree, reading: Reading, { variants }: ServeContext): string | undefined {
  const name = tree.kind === 'scalar' ? (textOf(tree) ?? '') : '';
  if (variants.includes(name)) return name;
  return wrong(reading, tree.at, `${isA(tree)}, not a variant`, suggestion(name, variants));
}

function readName(entry: Entry | undefined, otherwise: string, reading: Reading): string | undefined {
  if (!entry) return otherwise;
  const text = textOf(entry.value);
  return text ?? wrong(below(reading, entry.key), entry.value.at, isA(entry.value), 'Write a name: userId.');
}

type Split = Extract<Serve, { by: string }>['split'];

/**
 * The order decides who gets what, so it is not that of the file: writing lines in another order moves nobody. What
 * is off comes last: a share that grows at its expense keeps everyone who was in.
 */
function inOrder(split: Split, off: string): Split {
  const rank = (variant: string): string => `${variant === off ? 1 : 0}${variant}`;
  return [...split].sort((a, b) => (rank(a.variant) < rank(b.variant) ? -1 : 1));
}

function readSplit(tree: Tree, reading: Reading, context: ServeContext): Split | undefined {
  const map = mapOf(tree, reading, 'Write a share for each variant: { quick: 25%, classic: 75% }.');
  if (!map) return undefined;
  const split: { variant: string; share: number }[] = [];
  for (const { key, at, value } of map.entries) {
    if (!context.variants.includes(key))
      return wrong(below(reading, key), at, 'is not a variant', suggestion(key, context.variants));
    const share = parseShare(textOf(value) ?? '');
    if (share === undefined)
      return wrong(below(reading, key), value.at, isA(value), 'Write a percentage: 25%.');
    split.push({ variant: key, share });
  }
  const sum = split.reduce((all, { share }) => all + share, 0);
  if (sum !== wholeShare)
    return wrong(
      reading,
      tree.at,
      `gives ${sum / 100}% of the users something`,
      'All shares together are 100%.',
    );
  return split;
}
