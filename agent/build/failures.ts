/** What can go wrong while an image is built, one factory per failure. */
import { failure, type TidegateError } from '../common/errors.ts';

export function noContext(folder: string, commit: string): TidegateError {
  return failure('build.failed', {
    message: `The build context ${JSON.stringify(folder)} is not a folder of commit ${commit.slice(0, 12)}.`,
    hint: 'Commit the folder, or correct "build.context" in the compose file: only what is committed is built.',
    data: { folder, commit },
  });
}

export function noDockerfile(file: string, commit: string): TidegateError {
  return failure('build.failed', {
    message: `The Dockerfile ${file} is not in commit ${commit.slice(0, 12)}.`,
    hint: 'Commit it, or correct "build.dockerfile" in the compose file: only what is committed is built.',
    data: { file, commit },
  });
}

export function badIgnoreFile(file: string, cause: SyntaxError): TidegateError {
  return failure('build.failed', {
    message: `${file} cannot be read: ${cause.message}.`,
    hint: 'Correct the pattern; Docker refuses it as well.',
    data: { file },
    cause,
  });
}

export function largeFilePointer(file: string): TidegateError {
  return failure('build.unsupported', {
    message: `${file} is kept by Git LFS: the commit holds a pointer, and the image would get the pointer.`,
    hint: 'Keep the file in git itself, fetch it in the Dockerfile, or leave it out with .dockerignore.',
    data: { file },
  });
}

export interface FailedStep {
  readonly service: string;
  /** `RUN npm ci`; `undefined` when the build failed outside of a step. */
  readonly step: string | undefined;
  readonly dockerfile: string;
  /** Of the step in the Dockerfile, from 1. */
  readonly line: number | undefined;
  readonly reason: string;
  /** Last lines of the step's output. */
  readonly output: readonly string[];
}

export function buildFailed(failed: FailedStep): TidegateError {
  const { service, step, dockerfile, line, reason, output } = failed;
  const where = line === undefined ? dockerfile : `${dockerfile}, line ${line}`;
  const at = step === undefined ? ` (${where})` : ` at "${step}" (${where})`;
  const tail = output.map((text) => `\n  ${text}`).join('');
  return failure('build.failed', {
    message: `The image of ${service} was not built: it failed${at}: ${reason}${tail}`,
    hint: 'Nothing was changed. Correct the step, commit, and deploy that commit.',
    data: { service, step: step ?? null, dockerfile, line: line ?? null, reason, output },
  });
}

export function buildCancelled(service: string): TidegateError {
  return failure('build.cancelled', {
    message: `The build of ${service} was cancelled.`,
    hint: 'Nothing was changed.',
    data: { service },
  });
}

/** The Dockerfile asks for something that this engine, or the builder it was told to use, does not have. */
export function missingFeature(what: string, hint: string, cause: TidegateError): TidegateError {
  return failure('build.unsupported', {
    message: `${what}. ${cause.message}`,
    hint,
    data: cause.data,
    cause,
  });
}

export function noImageId(service: string): TidegateError {
  return failure('engine.unreachable', {
    message: `The engine stopped talking in the middle of the build of ${service}.`,
    hint: 'Is Docker running? Try again: finished steps are kept.',
    data: { service },
  });
}
