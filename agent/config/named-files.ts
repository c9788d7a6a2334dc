/** Files of the commit that a compose file names: `env_file:` of services and `file:` of configs. */
import type { Field } from './compose-field.ts';
import type { ReadFile } from './model.ts';
import { entryOf, namedPath, type Tree } from './yaml-tree.ts';

/** By path inside the repository; `undefined`: not in the commit. Read before the readers run, which do not wait. */
export type NamedFiles = ReadonlyMap<string, string | undefined>;

export async function readNamedFiles(root: Tree, read: ReadFile): Promise<NamedFiles> {
  const services = valuesOf(entryOf(root, 'services')?.value).flatMap((service) =>
    itemsOf(entryOf(service, 'env_file')?.value).map((item) => entryOf(item, 'path')?.value ?? item),
  );
  const configs = valuesOf(entryOf(root, 'configs')?.value).flatMap(
    (config) => entryOf(config, 'file')?.value ?? [],
  );
  const paths = [...services, ...configs].flatMap((tree) => {
    const path = tree.kind === 'scalar' ? namedPath(tree) : undefined;
    return path === undefined || path === '' ? [] : [path];
  });
  const texts = await Promise.all([...new Set(paths)].map(async (path) => [path, await read(path)] as const));
  return new Map(texts);
}

export interface NamedFile {
  readonly path: string;
  readonly text: string;
}

/** The file a field names. One that is not there is reported, unless it need not be. */
export function namedFile(
  field: Field,
  files: NamedFiles,
  need: { readonly required: boolean } = { required: true },
): NamedFile | undefined {
  const written = field.text('Name a file of the repository.');
  if (written === undefined || !field.scalar) return undefined;
  const path = namedPath(field.scalar);
  if (path === undefined || path === '') {
    field.error({
      code: 'compose.outside-repository',
      message: `${field.shown} is not a file of the repository.`,
      hint: 'Use a relative path with "/" that stays inside: a release is made of what is in the commit.',
    });
    return undefined;
  }
  const text = files.get(path);
  if (text !== undefined) return { path, text };
  if (need.required)
    field.error({
      code: 'compose.missing-file',
      message: `there is no ${path} in the commit.`,
      hint: `Commit it (git-ignored files are not part of a release), or correct the path.`,
    });
  return undefined;
}

function valuesOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'map' ? tree.entries.map(({ value }) => value) : [];
}

function itemsOf(tree: Tree | undefined): readonly Tree[] {
  if (!tree) return [];
  return tree.kind === 'list' ? tree.items : [tree];
}
