import { allowedNames, isAllowed, ownNames } from '../protocol/connection/session-env.ts';
import { notInSession } from './failures.ts';

/** Throws `usage.invalid` with every name that has no business in a session's environment. */
export function checkSessionEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  const strangers = Object.keys(env).filter((name) => !isAllowed(name));
  if (strangers.length > 0) throw notInSession(strangers, [...allowedNames, `${ownNames}*`]);
}
