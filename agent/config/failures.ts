import { failure, type TidegateError } from '../common/errors.ts';
import { suggestion } from '../common/did-you-mean.ts';
import type { Problem } from './model.ts';

/** Every problem in one message, one a line. Warnings are told by whoever goes on in spite of them. */
export function configInvalid(problems: readonly Problem[]): TidegateError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const count = errors.length === 1 ? 'One problem' : `${errors.length} problems`;
  return failure('config.invalid', {
    message: [`${count} in the configuration:`, ...errors.map(problemLine)].join('\n'),
    hint: 'The compose file and "services:" are read from the commit: correct them, commit, and try again.',
    data: { problems: problems.map(withoutChange) },
  });
}

export function configMissing(path: string): TidegateError {
  return failure('config.missing', {
    message: `There is no ${path} in the checkout.`,
    hint: missingHint,
    data: { path },
  });
}

export function configExists(path: string): TidegateError {
  return failure('config.exists', {
    message: `There is a ${path} already; it is not replaced.`,
    hint: '"tidegate validate" says what is wrong with it. Move it away to start anew.',
    data: { path },
  });
}

export function nothingToStartFrom(names: readonly string[], folder: string): TidegateError {
  return failure('config.missing', {
    message: `There is no compose file to start from: no ${names.join(', ')} in ${folder}, nor above it in the repository.`,
    hint: 'Name it: tidegate init path/to/compose.yaml.',
    data: { names, folder },
  });
}

export function unknownEnvironment(wanted: string, known: readonly string[]): TidegateError {
  return failure('config.unknown-environment', {
    message: `There is no environment "${wanted}" in tidegate.yaml.`,
    hint: suggestion(wanted, known),
    data: { environment: wanted, known },
  });
}

/** The failure for problems with at least one error: a missing file and an unknown environment have their own codes. */
export function configFailure(
  problems: readonly Problem[],
  asked: { readonly environment: string; readonly environments: readonly string[] },
): TidegateError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const missing = errors.find(({ code }) => code === 'config.missing');
  if (missing) return configMissing(missing.file);
  const [only, ...others] = errors;
  if (only?.code === 'config.unknown-environment' && others.length === 0)
    return unknownEnvironment(asked.environment, asked.environments);
  return configInvalid(problems);
}

/** Changes are for those who have the working tree at hand: `validate`. */
function withoutChange({ severity, file, line, column, code, message, hint }: Problem): Problem {
  return { severity, file, line, column, code, message, hint };
}

/** `compose.yaml:7:5 services.web.image: … Write it as …` */
export function problemLine({ file, line, column, message, hint }: Problem): string {
  return `${file}:${line}:${column} ${message} ${hint}`;
}

export const missingHint =
  '"tidegate init" writes one from a compose file; the smallest has version, project, environments and services (docs/configuration.md).';
