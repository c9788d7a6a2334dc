/** Protected environments: what changes one has to be confirmed, whichever client asks for it. */
import { failure } from '../common/errors.ts';
import type { Method } from '../protocol/methods.ts';
import { changes } from '../protocol/reading.ts';
import type { Agent } from './agent.ts';
import { openCheckout } from './place.ts';

/** The parts of any method's parameters that count here. */
export interface Asked {
  readonly folder?: string;
  readonly environment?: string | null;
  readonly confirmed?: boolean | undefined;
}

/** Throws `environment.protected`, before anything was done. */
export async function checkConfirmed(agent: Agent, method: Method, asked: Asked): Promise<void> {
  const { folder, environment, confirmed } = asked;
  // It asks by itself, with what would change.
  if (method === 'backing.apply') return;
  if (!changes(method) || confirmed === true || folder === undefined || environment == null) return;
  const { environments } = await openCheckout(agent, folder);
  if (environments.find(({ name }) => name === environment)?.protected !== true) return;
  throw failure('environment.protected', {
    message: `${environment} is protected ("protected: true" in tidegate.yaml), and "${method}" changes it.`,
    hint: 'Confirm it: --yes on the command line, "confirmed": true in the request.',
    data: { environment, method },
  });
}
