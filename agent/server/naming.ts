import { TidegateError } from '../common/errors.ts';

/** Rooms below know a stack, not what its users call the environment: their hints say ENV, and this what to type. */
export function namingEnvironment(error: unknown, params: object): unknown {
  const { environment } = params as { readonly environment?: unknown };
  if (!(error instanceof TidegateError) || error.hint === undefined) return error;
  if (typeof environment !== 'string' || !/\bENV\b/.test(error.hint)) return error;
  const { code, message, data, cause } = error;
  const hint = error.hint.replaceAll(/\bENV\b/g, () => environment);
  return new TidegateError(code, { message, hint, data, cause });
}
