import { failure, type TidegateError } from '../../common/errors.ts';
import { nearestNames } from '../../common/did-you-mean.ts';

export function noFlagsFile(config: string): TidegateError {
  return failure('flags.no-file', {
    message: `${config} names no flags file.`,
    hint: 'Write "flags: flags.yaml" into it, and define the flags there (docs/flags.md).',
    data: { config },
  });
}

export function undefinedFlag(key: string, file: string, known: readonly string[]): TidegateError {
  const near = nearestNames(key, known);
  const there = known.length === 0 ? 'It defines none.' : `It defines: ${known.join(', ')}.`;
  return failure('flags.unknown', {
    message: `${file} in the working tree defines no flag "${key}".`,
    hint: near.length > 0 ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?` : there,
    data: { flag: key, known, nearest: near },
  });
}

export function wrongValue(
  key: string,
  text: string,
  { wrong, hint }: { readonly wrong: string; readonly hint: string },
): TidegateError {
  return failure('flags.wrong-value', {
    message: `"${key}" cannot be overridden with ${text}: that ${wrong}.`,
    hint,
    data: { flag: key },
  });
}

export function portTaken(port: number, why: string): TidegateError {
  return failure('flags.port-taken', {
    message: `Flags cannot be served on the ports ${port} and ${port + 1} of this machine: ${why}.`,
    hint: 'Name another with --port, or leave it out: then one is found.',
    data: { port },
  });
}
