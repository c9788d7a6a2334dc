import { failure, type TidegateError } from '../common/errors.ts';

/** A release that names something HAProxy's configuration cannot hold: never written by Tidegate itself. */
export function unsafeText(what: string, value: string): TidegateError {
  return failure('ledger.corrupt', {
    message: `The ledger holds a ${what} that cannot go into an edge's configuration: ${JSON.stringify(value.slice(0, 80))}.`,
    hint: 'Edges keep serving their last good state. Put the ledger entry right, or deploy a release without it.',
    data: { what },
  });
}
