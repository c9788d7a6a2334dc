import type { ReleaseCommand } from './model.ts';
import { defaults, type ServiceInput } from './schema.ts';

/** `release:` of a service with every default filled in. */
export function releaseCommandOf(
  input: ServiceInput['release'],
): { readonly releaseCommand: ReleaseCommand } | undefined {
  if (input === undefined) return undefined;
  const { command, timeout = defaults.releaseTimeoutMs } =
    typeof input === 'string' || Array.isArray(input) ? { command: input } : input;
  return { releaseCommand: { command: wordsOf(command), timeoutMs: timeout } };
}

/** Text is for the shell of the image. */
export function wordsOf(command: string | readonly string[]): readonly string[] {
  return typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
}
