/** The environment's public address, asked from here as well: what stands in front of the edge is part of the way. */
import { headers } from '../edge/wire.ts';
import { messageOf } from '../common/errors.ts';

export interface PublicProbe {
  readonly url: string;
  readonly probeKey: string;
  readonly release: number;
  /** `fetch`, or a stand-in. */
  readonly fetch: typeof globalThis.fetch;
}

const limitMs = 5_000;

/**
 * One sentence for a note. Not reachable from here is `unverified`, not a failure: the agent's machine need not
 * be where the users are.
 */
export async function probePublicUrl({ url, probeKey, release, fetch }: PublicProbe): Promise<{
  readonly verified: 'yes' | 'no' | 'unverified';
  readonly text: string;
}> {
  try {
    const answer = await fetch(url, {
      headers: { [headers.probe]: probeKey },
      redirect: 'manual',
      signal: AbortSignal.timeout(limitMs),
    });
    await answer.body?.cancel();
    const [slot, number] = answer.headers.get(headers.answer)?.split(' ') ?? [];
    if (slot === undefined)
      return {
        verified: 'unverified',
        text: `${url} answers with HTTP ${answer.status}, but not through this edge: unverified`,
      };
    return Number(number) === release
      ? { verified: 'yes', text: `${url} is answered by ${slot}, release ${release}` }
      : {
          verified: 'no',
          text: `${url} is answered by ${slot}, release ${number ?? '?'}, not by release ${release}`,
        };
  } catch (error) {
    return {
      verified: 'unverified',
      text: `${url} cannot be reached from here (${messageOf(error)}): unverified`,
    };
  }
}
