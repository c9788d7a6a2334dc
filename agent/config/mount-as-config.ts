/** Single files of the checkout that are mounted: as configs every node gets them. Pure. */
import { checkoutSource, sourceOf } from './checkout-source.ts';
import { configProblem } from './configs.ts';
import type { Field } from './compose-field.ts';
import type { Change, Value } from './fix/change.ts';
import type { NamedFiles } from './named-files.ts';

export interface ConfigPlace {
  readonly files: NamedFiles;
  /** Files of the configs that are declared, by their name. */
  readonly configFiles: ReadonlyMap<string, string | undefined>;
}

/** The mount becomes a config; `undefined` where it is no text file of the commit, or not written in one place. */
export function asConfig(
  item: Field,
  service: Field,
  { target, place: { files, configFiles } }: { readonly target: string; readonly place: ConfigPlace },
): Change | undefined {
  const source = checkoutSource(item.tree);
  const text = source && files.commit.get(source.path);
  if (!source || text === undefined || configProblem(text) !== undefined) return undefined;
  // What a variable stands for is not written down for good.
  if (sourceOf(item.tree)?.source.includes('$') ?? true) return undefined;
  const { file } = item.tree.at;
  const title = `Mount ${source.written} as a config: every node gets it`;
  const common = { title, file };
  const name = nameFor(source.path, configFiles);
  const reference: Value = { source: name, target, ...(isProgram(text) && { mode: '0555' }) };
  const declared: readonly Change[] = configFiles.has(name)
    ? []
    : [{ ...common, kind: 'set', path: ['configs', name], value: { file: source.written } }];
  return {
    ...{ ...common, kind: 'all', path: item.steps },
    changes: [
      { ...common, kind: 'add', path: [...service.steps, 'configs'], item: reference },
      ...declared,
      { ...common, kind: 'remove', path: item.steps, at: item.tree.at },
    ],
  };
}

/** Scripts are mounted to be run; configs are for reading unless they say more. */
function isProgram(text: string): boolean {
  return text.startsWith('#!');
}

/** Of the config that has this file already, or one that is free. */
function nameFor(path: string, taken: ConfigPlace['configFiles']): string {
  const there = [...taken].find(([, file]) => file === path)?.[0];
  if (there !== undefined) return there;
  // Short: Swarm's longest name has the stack's and a digest in it as well.
  const base = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(-24)
    .replace(/^-+|-+$/g, '');
  const names = [base || 'file', ...Array.from(taken, (_, index) => `${base || 'file'}-${index + 2}`)];
  return names.find((name) => !taken.has(name)) ?? base;
}
