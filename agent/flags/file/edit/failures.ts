import { nearestNames } from '../../../common/did-you-mean.ts';
import { failure, type TidegateError } from '../../../common/errors.ts';

export function noFlagsFile(): TidegateError {
  return failure('flags.no-file', {
    message: 'tidegate.yaml names no flags file.',
    hint: 'Write "flags: flags.yaml" into it; the file is made with the first flag.',
  });
}

export function notInFile(key: string, known: readonly string[]): TidegateError {
  const near = nearestNames(key, known);
  return failure('flags.unknown', {
    message: `The flags file of the working tree defines no flag "${key}".`,
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : 'It may be defined in the commit that is live: check that commit out, or create the flag here.',
    data: { flag: key, known, nearest: near },
  });
}

export function alreadyDefined(key: string): TidegateError {
  return failure('flags.cannot-edit', {
    message: `The flags file defines "${key}" already.`,
    hint: 'Take another key, or change the flag that is there.',
    data: { flag: key },
  });
}

export function unreadableFlags(file: string, why: string): TidegateError {
  return failure('flags.cannot-edit', {
    message: `${file} cannot be read: ${why.replace(/\.$/, '')}.`,
    hint: 'The Problems view says where. Put it right first.',
    data: { file },
  });
}

export function cannotNameFlagsFile(file: string): TidegateError {
  return failure('flags.cannot-edit', {
    message: `${file} cannot be given a flags file: there is no place for the line "flags: flags.yaml" as it is written.`,
    hint: 'Put right what the Problems view says of it, or write that line into it by hand.',
    data: { file },
  });
}

/** `why`: a sentence without its full stop. */
export function cannotEdit(key: string, why: string): TidegateError {
  return failure('flags.cannot-edit', {
    message: `"${key}" cannot be changed this way: ${why}.`,
    hint: 'Change it in the flags file by hand.',
    data: { flag: key },
  });
}
