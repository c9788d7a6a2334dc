/** Files of whoever deploys: what must not be in a commit. They are read from the checkout, ignored by git or not. */
import type { ScalarTree } from './yaml-tree.ts';

export interface CallerFiles {
  /** Seen from the repository's root, or absolute. `undefined`: not there. */
  read(path: string): Promise<CallerFile | undefined>;
  /** True for a file inside the repository that git ignores. */
  isIgnored(path: string): Promise<boolean>;
}

export type CallerFile =
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** There, but no use: `it is a folder`. */
  | { readonly kind: 'unreadable'; readonly why: string };

export const noCallerFiles: CallerFiles = {
  read: () => Promise.resolve(undefined),
  isIgnored: () => Promise.resolve(false),
};

/** The path a text names, for `read`; unlike other paths it may lead out of the repository, and then begins with `/` or `..`. */
export function callerPath({ value, folder = '' }: ScalarTree): string | undefined {
  if (typeof value !== 'string' || value === '' || /[\\\0]/.test(value) || /^(?:~|[A-Za-z]:)/.test(value))
    return undefined;
  const isAbsolute = value.startsWith('/');
  const parts: string[] = [];
  for (const part of (isAbsolute ? value : `${folder}/${value}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (!isAbsolute && (parts.length === 0 || parts.at(-1) === '..'))) parts.push(part);
    else parts.pop();
  }
  return isAbsolute ? `/${parts.join('/')}` : parts.join('/');
}

/** Text of a file that git ignores; `undefined` where there is none, or it is not ignored. */
export async function ignoredText(caller: CallerFiles, path: string): Promise<string | undefined> {
  const file = await caller.read(path);
  if (file?.kind !== 'data' || !(await caller.isIgnored(path))) return undefined;
  return Buffer.from(file.data).toString('utf8');
}
