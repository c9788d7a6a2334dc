/** The Unleash server of `npm test`: fetched while other things are prepared. */
import { messageOf } from '../../agent/common/errors.ts';
import type { Consent } from '../consent.ts';
import { ensurePostgres, ensureUnleash, type Getting } from './place.ts';

export interface UnleashOnItsWay {
  /** The rest of it: PostgreSQL by the package manager, when nobody else uses that. */
  arrived(consent: Consent): Promise<void>;
}

/** What is missing then is told here; the tests that need it say for themselves whether they fail or are left out. */
export function beginUnleash({ root, say }: Getting): UnleashOnItsWay {
  const began = performance.now();
  const server = ensureUnleash({ root, say });
  // Looked at in `arrived`; until then nobody listens.
  server.catch(() => undefined);
  return {
    arrived: async (consent) => {
      try {
        const postgres = await ensurePostgres(consent, say);
        await server;
        const seconds = Math.round((performance.now() - began) / 1_000);
        say(
          postgres === undefined
            ? 'There is no PostgreSQL on this machine: the tests against a real Unleash server are left out.'
            : `Unleash: ready ${seconds} s after the start`,
        );
      } catch (error) {
        say(`There is no Unleash server: ${messageOf(error)}`);
      }
    },
  };
}
