/** Files that a compose file names: `env_file:` and `label_file:` of services, `file:` of configs and secrets. */
import { callerPath, ignoredText, type CallerFile, type CallerFiles } from './caller-files.ts';
import { checkoutSource } from './checkout-source.ts';
import type { Field } from './compose-field.ts';
import type { ReadFile } from './model.ts';
import { entryOf, namedPath, type ScalarTree, type Tree } from './yaml-tree.ts';

/** Read before the readers run, which do not wait. By path; `undefined`: not there. */
export interface NamedFiles {
  /** Of the commit. */
  readonly commit: ReadonlyMap<string, string | undefined>;
  /** Of the caller's checkout: files that the commit does not have and git ignores. */
  readonly ignored: ReadonlyMap<string, string | undefined>;
  /** Of the caller: what secrets are made of. */
  readonly secrets: ReadonlyMap<string, CallerFile | undefined>;
}

export async function readNamedFiles(root: Tree, read: ReadFile, caller: CallerFiles): Promise<NamedFiles> {
  const lines = valuesOf(entryOf(root, 'services')?.value).flatMap((service) =>
    ['env_file', 'label_file'].flatMap((key) =>
      itemsOf(entryOf(service, key)?.value).map((item) => entryOf(item, 'path')?.value ?? item),
    ),
  );
  const linePaths = lines.flatMap(committedPath);
  const commit = await readEach(
    [...linePaths, ...filesOf(root, 'configs').flatMap(committedPath), ...mountedFiles(root)],
    read,
  );
  const missing = linePaths.filter((path) => commit.get(path) === undefined);
  const secrets = filesOf(root, 'secrets').flatMap((scalar) => callerPath(scalar) ?? []);
  return {
    commit,
    ignored: await readEach(missing, (path) => ignoredText(caller, path)),
    secrets: await readEach(secrets, (path) => caller.read(path)),
  };
}

async function readEach<T>(
  paths: readonly string[],
  read: (path: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  return new Map(
    await Promise.all([...new Set(paths)].map(async (path) => [path, await read(path)] as const)),
  );
}

function filesOf(root: Tree, section: string): readonly ScalarTree[] {
  return valuesOf(entryOf(root, section)?.value).flatMap((declared) => {
    const file = entryOf(declared, 'file')?.value;
    return file?.kind === 'scalar' ? file : [];
  });
}

/** What services mount of the checkout, and is a file. */
function mountedFiles(root: Tree): readonly string[] {
  return valuesOf(entryOf(root, 'services')?.value).flatMap((service) =>
    itemsOf(entryOf(service, 'volumes')?.value).flatMap((item) => checkoutSource(item)?.path ?? []),
  );
}

function committedPath(tree: Tree): readonly string[] {
  const path = tree.kind === 'scalar' ? namedPath(tree) : undefined;
  return path === undefined || path === '' ? [] : [path];
}

export interface NamedFile {
  readonly path: string;
  readonly text: string;
}

/** The file of the commit that a field names; one that is not there is reported. */
export function namedFile(field: Field, files: NamedFiles): NamedFile | undefined {
  const path = pathOf(field);
  if (path === undefined) return undefined;
  const text = files.commit.get(path);
  if (text !== undefined) return { path, text };
  field.error({
    code: 'compose.missing-file',
    message: `there is no ${path} in the commit.`,
    hint: `Commit it (git-ignored files are not part of a release), or correct the path.`,
  });
  return undefined;
}

/** The same for files that differ from one place to another: where git ignores one, it is the caller's. */
export function namedLines(
  field: Field,
  files: NamedFiles,
  need: { readonly required: boolean } = { required: true },
): NamedFile | undefined {
  const path = pathOf(field);
  if (path === undefined) return undefined;
  const text = files.commit.get(path) ?? files.ignored.get(path);
  if (text !== undefined) return { path, text };
  if (need.required)
    field.error({
      code: 'compose.missing-file',
      message: `there is no ${path} in the commit, nor one in the checkout that git ignores.`,
      hint: 'Commit it; or put it into the checkout and its name into .gitignore; or correct the path.',
    });
  return undefined;
}

function pathOf(field: Field): string | undefined {
  const written = field.text('Name a file of the repository.');
  if (written === undefined || !field.scalar) return undefined;
  const path = namedPath(field.scalar);
  if (path !== undefined && path !== '') return path;
  field.error({
    code: 'compose.outside-repository',
    message: `${field.shown} is not a file of the repository.`,
    hint: 'Use a relative path with "/" that stays inside: a release is made of what is in the commit.',
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
