/** The caller's own files, out of the checkout: the agent runs on the caller's machine, as the caller. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CallerFile, CallerFiles } from '../config/caller-files.ts';
import type { Repository } from '../git/repository.ts';

/** More than the Swarm takes of anything. */
const largest = 2 * 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ELOOP: 'its symbolic links go round in a circle',
  EISDIR: 'it is a folder',
};

export function callerFiles(repository: Pick<Repository, 'root' | 'isIgnored'>): CallerFiles {
  return {
    isIgnored: (file) => repository.isIgnored(file),
    read: async (file): Promise<CallerFile | undefined> => {
      const whole = path.resolve(repository.root, file);
      try {
        // Opening a pipe would wait for somebody to write into it.
        const found = await stat(whole);
        if (!found.isFile()) return { kind: 'unreadable', why: 'it is not a plain file' };
        if (found.size > largest)
          return { kind: 'unreadable', why: `it has more than ${largest / 1024 / 1024} MB` };
        return { kind: 'data', data: await readFile(whole) };
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined;
        return { kind: 'unreadable', why: reasons[code] ?? `the system says ${code}` };
      }
    },
  };
}
