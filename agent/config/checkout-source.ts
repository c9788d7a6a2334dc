/** Mounts of files and folders of the checkout: what they name. Pure. */
import { repositoryPath } from './repository-path.ts';
import { entryOf, type ScalarTree, type Tree } from './yaml-tree.ts';

/** `./nginx.conf` of `./nginx.conf:/etc/nginx/nginx.conf:ro`, or of `source:`. */
export interface CheckoutSource {
  readonly written: string;
  /** Inside the repository. */
  readonly path: string;
}

/** `undefined` for a volume, an absolute folder, and what is outside of the repository. */
export function checkoutSource(item: Tree): CheckoutSource | undefined {
  const scalar = sourceOf(item);
  const text = typeof scalar?.value === 'string' ? scalar.value : '';
  const [first = '', second] = text.split(':');
  const written = item.kind === 'map' ? text : second === undefined ? '' : first;
  if (!written.startsWith('.')) return undefined;
  const path = repositoryPath(scalar?.folder ?? '', written);
  return path === undefined || path === '' ? undefined : { written, path };
}

/** Where it is written. */
export function sourceOf(item: Tree): ScalarTree | undefined {
  const scalar = item.kind === 'map' ? entryOf(item, 'source')?.value : item;
  return scalar?.kind === 'scalar' ? scalar : undefined;
}
