/** This machine: git, Node, docker's contexts. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Check } from '../../protocol/doctor.ts';
import { contextNames } from '../../swarm/reach/contexts.ts';
import type { Surroundings } from '../../swarm/reach/surroundings.ts';
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

/** The contexts of the docker CLI; `wanted`: those that environments name. */
export async function contextsCheck(around: Surroundings, wanted: readonly string[]): Promise<Check> {
  const subject = { check: 'contexts', environment: null };
  const names = ['default', ...(await contextNames(around))];
  const missing = [...new Set(wanted)].filter((name) => !names.includes(name));
  if (missing.length > 0)
    return fail(
      subject,
      `There is no docker context ${missing.join(', ')}, which tidegate.yaml names.`,
      `"docker context create NAME --docker host=ssh://USER@HOST"; there is: ${names.join(', ')}.`,
    );
  return ok(subject, `docker contexts: ${names.join(', ')}`);
}
