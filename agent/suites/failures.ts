import { failure, type TidegateError } from '../common/errors.ts';

export function suiteCancelled(suite: string): TidegateError {
  return failure('cancelled', { message: `The suite ${suite} was cancelled.`, hint: 'Nothing was changed.' });
}
