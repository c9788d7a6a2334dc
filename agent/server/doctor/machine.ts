/** This machine: git, Node, docker's contexts. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { Check } from '../../protocol/doctor.ts';
import { fail, ok, warn } from './checks.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export async function gitCheck(env: Variables): Promise<Check> {
  const subject = { check: 'git', environment: null };
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { env: { ...env }, timeout: 10_000 });
    return ok(subject, stdout.trim());
  } catch {
    return warn(
      subject,
      'There is no git program: commits are read by the slower built-in reader.',
      'Install git, and see that it is in PATH.',
    );
  }
}

/** `version` as Node says it, without the "v". */
export function nodeCheck(version: string): Check {
  const subject = { check: 'node', environment: null };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok(subject, `Node ${version}`)
    : fail(subject, `Node ${version} is too old.`, 'Install Node 20.19 or newer.');
}

const contextMeta = z.object({ Name: z.string() });

/** The contexts of the docker CLI; `wanted`: those that environments name. */
export async function contextsCheck(env: Variables, wanted: readonly string[]): Promise<Check> {
  const subject = { check: 'contexts', environment: null };
  const folder = env['DOCKER_CONFIG'] ?? path.join(env['HOME'] ?? homedir(), '.docker');
  const names = await contextNames(path.join(folder, 'contexts', 'meta'));
  const missing = [...new Set(wanted)].filter((name) => name !== 'default' && !names.includes(name));
  if (missing.length > 0)
    return fail(
      subject,
      `There is no docker context ${missing.join(', ')}, which tidegate.yaml names.`,
      `"docker context create NAME --docker host=…"; there is: ${['default', ...names].join(', ')}.`,
    );
  return ok(subject, `docker contexts: ${['default', ...names].join(', ')}`);
}

async function contextNames(folder: string): Promise<readonly string[]> {
  const ids = await readdir(folder).catch(() => []);
  const all = await Promise.all(
    ids.map(async (id) => {
      const text = await readFile(path.join(folder, id, 'meta.json'), 'utf8').catch(() => '');
      return nameIn(text);
    }),
  );
  return all.filter((name) => name !== undefined).sort();
}

function nameIn(text: string): string | undefined {
  try {
    return contextMeta.safeParse(JSON.parse(text)).data?.Name;
  } catch {
    return undefined;
  }
}
