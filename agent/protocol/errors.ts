import type { ErrorCode } from './codes.ts';

export interface FailureDetails {
  /** What failed and where, one sentence. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  /** Facts for machines; must be JSON. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one class of errors that are meant for people. Everything else that is thrown is a defect. */
export class TidegateError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, details: FailureDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'TidegateError';
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }
}

/** Builds a failure; rooms wrap it in one named factory per failure (`failures.ts` of the room). */
export function failure(code: ErrorCode, details: FailureDetails): TidegateError {
  return new TidegateError(code, details);
}

export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is TidegateError {
  return error instanceof TidegateError && codes.includes(error.code);
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code clients match on; whatever nobody foresaw is `internal`. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof TidegateError ? error.code : 'internal';
}
