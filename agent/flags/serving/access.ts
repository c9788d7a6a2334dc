/** Who may read the flags: a token in one of the ways in which SDKs send it. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { SdkAccess } from '../../swarm/ledger/sdk-access.ts';

export interface Credentials {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  /** Of the address, where an SDK cannot send headers: good for being told that something changed, and nothing else. */
  readonly ticket: string | undefined;
}

export interface FlagsAccess extends SdkAccess {
  /** Whatever is sent is right: on a developer's own machine a token of an environment is no typo. */
  readonly anyToken?: true;
}

export type Verdict = 'allowed' | 'no-token' | 'wrong-token';

/** A token that is sent has to be right, even where none is asked for: a typo is found on the first day. */
export function judge({ tokens, required, anyToken }: FlagsAccess, sent: Credentials): Verdict {
  if (anyToken) return 'allowed';
  const token = sent.apiKey ?? bare(sent.authorization);
  if (token !== undefined) return tokens.some((one) => equal(one, token)) ? 'allowed' : 'wrong-token';
  if (sent.ticket !== undefined)
    return tokens.some((one) => equal(ticketOf(one), sent.ticket ?? '')) ? 'allowed' : 'wrong-token';
  return required ? 'no-token' : 'allowed';
}

/** What the address of a change stream carries instead of the token, since addresses get into logs. */
export function ticketOf(token: string): string {
  return createHash('sha256').update(`tidegate change stream:${token}`).digest('base64url').slice(0, 22);
}

/** `Bearer <token>`, or the token alone, as Unleash's SDKs send it. */
function bare(authorization: string | undefined): string | undefined {
  const text = authorization?.trim() ?? '';
  return text === '' ? undefined : text.replace(/^bearer\s+/i, '');
}

/** How long tokens are is no secret; what is in them does not show in the time that this takes. */
function equal(known: string, sent: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(sent)];
  return a.length === b.length && timingSafeEqual(a, b);
}
