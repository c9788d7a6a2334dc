/**
 * Branches and tags out of a repository's files: `packed-refs` and the loose files below `refs/`
 * (gitrepository-layout). All are read at once: asking isomorphic-git for each tag reads `packed-refs` each
 * time, 3 ms a tag in a repository with 3,000 of them.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Location } from './location.ts';

export interface Ref {
  readonly oid: string;
  /** The commit behind an annotated tag, where `packed-refs` says it. */
  readonly peeled: string | undefined;
}

/** Full name (`refs/tags/v1.0.0`) -> where it points; symbolic refs (`refs/remotes/origin/HEAD`) followed. */
export type Refs = ReadonlyMap<string, Ref>;

export async function readRefs({ commonDir }: Location): Promise<Refs> {
  const packed = await readFile(path.join(commonDir, 'packed-refs'), 'utf8').catch(() => '');
  const refs = parsePackedRefs(packed);
  const symbolic: [string, string][] = [];
  const files = await readdir(path.join(commonDir, 'refs'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  await Promise.all(
    files.map(async (file) => {
      if (!file.isFile() || file.name.endsWith('.lock')) return;
      const full = path.join(file.parentPath, file.name);
      // A ref that vanishes between listing and reading was packed or deleted.
      const text = (await readFile(full, 'utf8').catch(() => '')).trim();
      const name = path.relative(commonDir, full).split(path.sep).join('/');
      if (/^[0-9a-f]{40}$/.test(text)) refs.set(name, { oid: text, peeled: undefined });
      else if (text.startsWith('ref: ')) symbolic.push([name, text.slice('ref: '.length).trim()]);
    }),
  );
  for (const [name, target] of symbolic) {
    const ref = refs.get(target);
    if (ref !== undefined) refs.set(name, ref);
  }
  return refs;
}

export function parsePackedRefs(text: string): Map<string, Ref> {
  const refs = new Map<string, Ref>();
  let last: string | undefined;
  for (const line of text.split('\n')) {
    const peeled = /^\^([0-9a-f]{40})/.exec(line)?.[1];
    const ref = last === undefined ? undefined : refs.get(last);
    if (peeled !== undefined && last !== undefined && ref !== undefined) refs.set(last, { ...ref, peeled });
    const [, oid, name] = /^([0-9a-f]{40}) (\S+)/.exec(line) ?? [];
    if (oid === undefined || name === undefined) continue;
    refs.set(name, { oid, peeled: undefined });
    last = name;
  }
  return refs;
}

/** What HEAD of this working tree points at; `undefined` on a branch without commits. */
export async function readHead({ gitDir }: Location, refs: Refs): Promise<string | undefined> {
  const text = (await readFile(path.join(gitDir, 'HEAD'), 'utf8').catch(() => '')).trim();
  if (/^[0-9a-f]{40}$/.test(text)) return text;
  return text.startsWith('ref: ') ? refs.get(text.slice('ref: '.length).trim())?.oid : undefined;
}

/** The ref a short name means, in git's order of preference (gitrevisions). */
export function findRef(refs: Refs, short: string): { readonly name: string; readonly ref: Ref } | undefined {
  const candidates = [
    short,
    `refs/${short}`,
    `refs/tags/${short}`,
    `refs/heads/${short}`,
    `refs/remotes/${short}`,
    `refs/remotes/${short}/HEAD`,
  ];
  for (const name of candidates) {
    const ref = refs.get(name);
    if (ref !== undefined) return { name, ref };
  }
  return undefined;
}

/** What people call a ref: without `refs/tags/`, `refs/heads/`, `refs/remotes/`. */
export function shortName(name: string): string {
  return name.replace(/^refs\/(tags|heads|remotes)\//, '');
}
