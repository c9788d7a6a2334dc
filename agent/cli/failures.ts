import { failure, type TidegateError } from '../common/errors.ts';

/** Something about the command line is wrong; `usage` is the line that would be right. */
export function usage(message: string, hint: string): TidegateError {
  return failure('usage.invalid', { message, hint });
}

export function needsYes(command: string, consequence: string): TidegateError {
  return failure('usage.invalid', {
    message: `"tidegate ${command}" asks before it goes on, and there is no terminal to ask on. ${consequence}`,
    hint: 'Add --yes when that is what you want.',
    data: { command },
  });
}

export function declined(command: string): TidegateError {
  return failure('cancelled', {
    message: `"tidegate ${command}" was not confirmed.`,
    hint: 'Nothing was changed.',
    data: { command },
  });
}
