import { interpolate, type Variables } from './interpolate.ts';
import type { Report } from './report.ts';
import type { ScalarTree, Tree } from './yaml-tree.ts';

export interface TreePlace {
  readonly variables: Variables;
  /** Folder inside the repository that relative paths start from. */
  readonly folder: string;
  readonly report: Report;
}

/**
 * Puts variables into every text of a compose file, not into its keys. `x-` sections are left alone: what is
 * used of them is reached through aliases. Structure never comes out of a variable: a text stays one text.
 */
export function interpolateTree(tree: Tree, place: TreePlace): Tree {
  switch (tree.kind) {
    case 'scalar':
      return interpolateScalar(tree, place);
    case 'list':
      return { ...tree, items: tree.items.map((item) => interpolateTree(item, place)) };
    case 'map':
      return {
        ...tree,
        entries: tree.entries.map((entry) =>
          entry.key.startsWith('x-') ? entry : { ...entry, value: interpolateTree(entry.value, place) },
        ),
      };
  }
}

function interpolateScalar(scalar: ScalarTree, { variables, folder, report }: TreePlace): ScalarTree {
  if (typeof scalar.value !== 'string') return { ...scalar, folder };
  const { text, faults } = interpolate(scalar.value, variables);
  for (const { kind, dollar, message, hint } of faults) {
    const at = scalar.dollar(dollar);
    if (kind === 'unset') report.warning(at, { code: 'compose.variable-unset', message, hint });
    else report.error(at, { code: `compose.variable-${kind}`, message, hint });
  }
  const broken = faults.some(({ kind }) => kind !== 'unset');
  return { ...scalar, value: text, folder, ...(broken ? { broken } : {}) };
}
