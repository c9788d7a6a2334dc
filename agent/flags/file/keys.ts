/** The flags of a file with the places of their keys, for editors: also while a flag is half written. */
import type { FlagKey } from '../../protocol/flag-keys.ts';
import { Report } from '../../config/report.ts';
import { readYaml } from '../../config/yaml-source.ts';
import { entryOf } from '../../config/yaml-tree.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { modelOf } from '../model.ts';
import { readFlagsFile } from './flags-file.ts';

/** `null`: it is no YAML at the moment. */
export function readFlagKeys(file: string, text: string, environment: string): readonly FlagKey[] | null {
  const tree = readYaml(file, text, new Report());
  if (tree === undefined) return text.trim() === '' ? [] : null;
  const flags = entryOf(tree, 'flags')?.value;
  if (flags?.kind !== 'map') return [];
  const right = new Map(readFlagsFile(file, text, environment).flags.map((flag) => [flag.key, flag]));
  return flags.entries.map(({ key, at: { line, column } }) => {
    const known = right.get(key);
    return {
      ...{ key, line, column },
      description: known?.description ?? null,
      owner: known?.owner ?? null,
      kind: known?.kind ?? null,
      expires: known?.expires ?? null,
      default: known?.default ?? null,
      ...shapeOf(known),
    };
  });
}

function shapeOf(known: FlagDefinition | undefined): Pick<FlagKey, 'type' | 'variants'> {
  if (known === undefined) return {};
  const { type, variants } = modelOf(known);
  return { type, variants: variants.map(({ name }) => name) };
}
