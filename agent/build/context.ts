/** What a build is given: the files of a folder of a commit, without what its ignore file leaves out. */
import path from 'node:path';
import { sha256 } from '../common/canonical.ts';
import type { ImageSource } from '../config/model.ts';
import type { Commit, Repository, TreeEntry } from '../git/repository.ts';
import { badIgnoreFile, noContext, noDockerfile } from './failures.ts';
import { parseIgnoreFile, type Ignores } from './ignore.ts';

export type BuildSource = Extract<ImageSource, { kind: 'build' }>;

/** `classic` is the builder before BuildKit: it knows no ignore file of a single Dockerfile. */
export type BuilderKind = 'buildkit' | 'classic';

export type ContextEntry =
  | TreeEntry
  | { readonly path: string; readonly kind: 'folder' }
  | { readonly path: string; readonly kind: 'text'; readonly text: string };

export interface Context {
  /** Folders before what is in them; paths inside the context. */
  readonly entries: readonly ContextEntry[];
  /** Name of the Dockerfile inside the context. */
  readonly dockerfile: string;
}

/** Name a Dockerfile gets when it lies outside of its context. */
const foreignDockerfile = '.tidegate.Dockerfile';

/** Text of the Dockerfile. Throws `build.failed` when it is not in the commit. */
export async function readDockerfile(
  repository: Repository,
  commit: Commit,
  source: BuildSource,
): Promise<string> {
  const text = await repository.readFile(commit.oid, source.dockerfile);
  if (text === undefined) throw noDockerfile(source.dockerfile, commit.oid);
  return text;
}

/** Throws `build.failed` when the folder or an ignore file is not as it should be. */
export async function readContext(
  { repository, commit }: { readonly repository: Repository; readonly commit: Commit },
  source: BuildSource,
  kind: BuilderKind,
): Promise<Context> {
  const [files, ignores] = await Promise.all([
    repository.entries(commit.oid, source.context),
    readIgnores(repository, commit, source, kind),
  ]);
  if (files.length === 0) throw noContext(source.context, commit.oid);
  const inside = nameInContext(source);
  const isInside = !inside.startsWith('../');
  // The classic builder reads both files, then takes away itself what the ignore file names of them.
  const always = [...(isInside ? [inside] : []), ...(kind === 'classic' ? ['.dockerignore'] : [])];
  const entries = select(files, ignores ?? nothing, new Set(always));
  if (isInside) return { entries, dockerfile: inside };
  const text = await readDockerfile(repository, commit, source);
  return {
    entries: [{ path: foreignDockerfile, kind: 'text', text }, ...entries],
    dockerfile: foreignDockerfile,
  };
}

/**
 * Digest of the files a build sees in its context; equal for commits that differ only in what the ignore file leaves
 * out. Without an ignore file it is the folder's tree, which is known without looking into it.
 */
export async function contextDigest(
  { repository, commit }: { readonly repository: Repository; readonly commit: Commit },
  source: BuildSource,
  kind: BuilderKind,
): Promise<string> {
  const [tree, ignores] = await Promise.all([
    repository.objectId(commit.oid, source.context),
    readIgnores(repository, commit, source, kind),
  ]);
  if (tree === undefined) throw noContext(source.context, commit.oid);
  if (ignores === undefined) return tree;
  const files = await repository.entries(commit.oid, source.context);
  const lines = select(files, ignores, new Set()).map(
    (entry) => `${entry.kind} ${'oid' in entry ? entry.oid : ''} ${entry.path}\0`,
  );
  return sha256(lines.join(''));
}

/** The Dockerfile seen from the context: `Dockerfile`, `../docker/web.Dockerfile`. */
export function nameInContext({ context, dockerfile }: BuildSource): string {
  return path.posix.relative(`/${context}`, `/${dockerfile}`);
}

/** Names of the ignore files that a build looks for, the first that exists counts. Paths inside the repository. */
function ignoreFiles(source: BuildSource, kind: BuilderKind): readonly string[] {
  const ofContext = path.posix.join(source.context, '.dockerignore');
  return kind === 'buildkit' ? [`${source.dockerfile}.dockerignore`, ofContext] : [ofContext];
}

const nothing: Ignores = () => false;

/** `undefined` when there is no ignore file. */
async function readIgnores(
  repository: Repository,
  commit: Commit,
  source: BuildSource,
  kind: BuilderKind,
): Promise<Ignores | undefined> {
  for (const file of ignoreFiles(source, kind)) {
    const text = await repository.readFile(commit.oid, file);
    if (text === undefined) continue;
    try {
      return parseIgnoreFile(text);
    } catch (error) {
      throw error instanceof SyntaxError ? badIgnoreFile(file, error) : error;
    }
  }
  return undefined;
}

/**
 * The files that are sent, with their folders in front of them. A folder that is not ignored is sent even when
 * all of its files are, as Docker does.
 */
export function select(
  files: readonly TreeEntry[],
  ignores: Ignores,
  always: ReadonlySet<string>,
): readonly ContextEntry[] {
  const entries: ContextEntry[] = [];
  const seen = new Set<string>();
  const written = new Set<string>();
  const write = (folder: string): void => {
    if (!written.has(folder)) entries.push({ path: folder, kind: 'folder' });
    written.add(folder);
  };
  for (const file of files) {
    const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
    if (!seen.has(folder)) for (const above of foldersTo(folder)) if (!ignores(above)) write(above);
    seen.add(folder);
    if (!always.has(file.path) && ignores(file.path)) continue;
    if (!written.has(folder)) for (const above of foldersTo(folder)) write(above);
    entries.push(file);
  }
  return entries;
}

/** `a`, `a/b`, `a/b/c` for `a/b/c`. */
function foldersTo(folder: string): string[] {
  const names = folder === '' ? [] : folder.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
