import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Location } from './location.ts';

/** Environment and working folder of every git that Tidegate starts, and the program's name. */
export interface GitProgram {
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** True when the program can be started. */
export async function isInstalled({ program, env }: GitProgram): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['--version'], { env, stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/**
 * Starts git on exactly this repository. The caller's GIT_* variables are dropped: inside a git hook they name
 * another repository or index. Nothing is ever fetched: a partial clone would ask its remote for each missing
 * object, one at a time, in the middle of a build (GIT_NO_LAZY_FETCH is for git 2.45 and newer, an empty list
 * of allowed transports for all).
 */
export function startGit(
  git: GitProgram,
  { root, gitDir }: Location,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  const kept = Object.entries(git.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(kept),
    GIT_DIR: gitDir,
    GIT_WORK_TREE: root,
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  };
  return spawn(git.program, args, { cwd: root, env });
}
