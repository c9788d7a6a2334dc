import fs from 'node:fs';
import * as git from 'isomorphic-git';
import type { Location } from './location.ts';

export async function originUrl({ commonDir }: Location): Promise<string | undefined> {
  const url: unknown = await git.getConfig({ fs, gitdir: commonDir, path: 'remote.origin.url' });
  return typeof url === 'string' ? withoutCredentials(url) : undefined;
}

/** `https://user:token@host/x.git` and `git@host:x.git` (git-clone, "GIT URLS"), as something one may publish. */
export function withoutCredentials(url: string): string | undefined {
  const [, host, path] = /^(?:[^@/\s]+@)?([\w.-]+):(?!\/\/)(\S+)$/.exec(url) ?? [];
  if (host !== undefined && host.length > 1 && path !== undefined) return `ssh://${host}/${path}`;
  if (!/^(https?|ssh|git):\/\//.test(url) || !URL.canParse(url)) return undefined;
  const { protocol, host: name, pathname } = new URL(url);
  return `${protocol}//${name}${pathname}`;
}
