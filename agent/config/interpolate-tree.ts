import { interpolate, type Variables } from './interpolate.ts';
import type { Report } from './report.ts';
import type { ScalarTree, Tree } from './yaml-tree.ts';

/**
 * Puts variables into every text of a compose file, not into its keys. `x-` sections are left alone: what is
 * used of them is reached through aliases. Structure never comes out of a variable: a text stays one text.
 */
export function interpolateTree(tree: Tree, variables: Variables, report: Report): Tree {
  switch (tree.kind) {
    case 'scalar':
      return interpolateScalar(tree, variables, report);
    case 'list':
      return { ...tree, items: tree.items.map((item) => interpolateTree(item, variables, report)) };
    case 'map':
      return {
        ...tree,
        entries: tree.entries.map((entry) =>
          entry.key.startsWith('x-')
            ? entry
            : { ...entry, value: interpolateTree(entry.value, variables, report) },
        ),
      };
  }
}

function interpolateScalar(scalar: ScalarTree, variables: Variables, report: Report): ScalarTree {
  if (typeof scalar.value !== 'string') return scalar;
  const { text, faults } = interpolate(scalar.value, variables);
  for (const { kind, dollar, message, hint } of faults) {
    const at = scalar.dollar(dollar);
    if (kind === 'unset') report.warning(at, { code: 'compose.variable-unset', message, hint });
    else report.error(at, { code: `compose.variable-${kind}`, message, hint });
  }
  const broken = faults.some(({ kind }) => kind !== 'unset');
  return { ...scalar, value: text, ...(broken ? { broken } : {}) };
}
