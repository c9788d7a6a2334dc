import { messageOf, TidegateError } from '../../common/errors.ts';
import type { ErrorCode } from '../../protocol/codes.ts';
import { cleanText, type Style } from '../terminal.ts';

/** What `--json` prints below `error`. */
export interface ErrorDocument {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** With TIDEGATE_DEBUG=1. */
  readonly stack?: string;
}

/** `debug`: with the stack. */
export function describeError(error: unknown, { debug }: { readonly debug: boolean }): ErrorDocument {
  const known = error instanceof TidegateError ? error : undefined;
  const stack = debug ? { stack: stackOf(error) } : {};
  if (known !== undefined && known.code !== 'internal') {
    return { code: known.code, message: known.message, hint: known.hint ?? null, data: known.data, ...stack };
  }
  return {
    code: 'internal',
    message: `Tidegate failed in a way it should not: ${messageOf(error)}`,
    hint:
      known?.hint ??
      'This is a defect of Tidegate. Please report it, with what the same command prints when TIDEGATE_DEBUG=1 is set.',
    data: known?.data ?? {},
    ...stack,
  };
}

/** For people: the code, what failed and where, what to do next. */
export function reportError(error: ErrorDocument, style: Style): string[] {
  return [
    `${style.bad('error')} ${error.code}: ${cleanText(error.message)}`,
    ...(error.hint === null ? [] : [`${style.bold('next')}: ${cleanText(error.hint)}`]),
    ...(error.stack === undefined ? [] : [style.dim(error.stack)]),
  ];
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`;
}
