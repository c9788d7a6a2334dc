/** Throwaway repositories, made with the git of this machine. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Content = string | Uint8Array | { readonly link: string } | { readonly executable: string };

/** Git as nobody in particular: no configuration of the machine, always the same author and time. */
export async function git(dir: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: dir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_AUTHOR_DATE: '1700000000 +0000',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
    GIT_COMMITTER_DATE: '1700000000 +0000',
  };
  const config = [
    '-c',
    'init.defaultBranch=main',
    '-c',
    'protocol.file.allow=always',
    '-c',
    'core.autocrlf=false',
  ];
  const { stdout } = await run('git', [...config, ...args], { cwd: dir, env, maxBuffer: 1e9 });
  return stdout.trim();
}

export class Scratch {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  static async folder(): Promise<Scratch> {
    return new Scratch(await mkdtemp(path.join(tmpdir(), 'tidegate-git-')));
  }

  /** A new repository at `name` inside. */
  async repository(name: string, ...options: string[]): Promise<string> {
    const dir = path.join(this.dir, name);
    await mkdir(dir, { recursive: true });
    await git(dir, 'init', '-q', ...options);
    return dir;
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

export async function write(dir: string, files: Readonly<Record<string, Content>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(file, content);
    else if ('link' in content) await symlink(content.link, file);
    else {
      await writeFile(file, content.executable);
      await chmod(file, 0o755);
    }
  }
}

/** Writes files and commits everything that is there. Returns the commit's id. */
export async function commit(
  dir: string,
  files: Readonly<Record<string, Content>>,
  message = 'c',
): Promise<string> {
  await write(dir, files);
  await git(dir, 'add', '--all', '--force');
  await git(dir, 'commit', '-q', '--allow-empty', '-m', message);
  return git(dir, 'rev-parse', 'HEAD');
}
