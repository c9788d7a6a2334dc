/** How a check is told. */
import { messageOf, TidegateError } from '../../common/errors.ts';
import type { Check } from '../../protocol/doctor.ts';

/** What is looked at, and where. */
export type Subject = Pick<Check, 'check' | 'environment'>;

export function ok(subject: Subject, detail: string): Check {
  return { ...subject, state: 'ok', detail, fix: null };
}

export function warn(subject: Subject, detail: string, fix: string): Check {
  return { ...subject, state: 'warn', detail, fix };
}

export function fail(subject: Subject, detail: string, fix: string): Check {
  return { ...subject, state: 'fail', detail, fix };
}

/** A failure that says what to do is a finding; a defect is not, and passes. */
export function failed(subject: Subject, error: unknown): Check {
  if (!(error instanceof TidegateError)) throw error;
  return fail(
    subject,
    messageOf(error),
    error.hint ?? 'Look at what the message names, then run this again.',
  );
}
