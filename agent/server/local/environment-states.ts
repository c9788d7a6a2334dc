/** What is switched in an environment, for who serves its flags elsewhere: read, and never written. */
import { messageOf } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import { oneAtATime } from '../../common/one-at-a-time.ts';
import type { Environment } from '../../config/model.ts';
import { noFlags, type FlagSetting } from '../../swarm/ledger/flags.ts';
import type { Agent } from '../agent.ts';
import { openEnvironment } from '../place.ts';

/** Events tell at once; this is for the ones that got lost, and for an engine that comes back. */
const pollMs = 5_000;

export type States = ReadonlyMap<string, FlagSetting>;

export interface FollowedStates {
  /** Resolves when they have been asked for once, with whatever answer. */
  readonly first: Promise<void>;
  readonly close: () => void;
}

/** `onStates` with each answer, `onProblem` with each failure: what was known before goes on to hold. */
export function followStates(
  agent: Agent,
  environment: Environment,
  told: { readonly onStates: (states: States) => void; readonly onProblem: (why: string) => void },
): FollowedStates {
  const stop = new AbortController();
  const { signal } = stop;
  let unlisten: (() => void) | undefined;
  const look = oneAtATime(async () => {
    try {
      const { connection, engine } = await openEnvironment(agent, environment, 'look');
      const object = names.flags(environment.stack);
      unlisten ??= connection.changes.listen((event) => {
        if (event === undefined || (event.type === 'config' && event.name === object)) void look();
      });
      const { states } = (await engine.ledger.flags.find())?.value ?? noFlags;
      if (!signal.aborted) told.onStates(states);
    } catch (error) {
      if (!signal.aborted) told.onProblem(messageOf(error));
    } finally {
      if (signal.aborted) unlisten?.();
    }
  });
  const timer = setInterval(() => void look(), pollMs).unref();
  return {
    first: look(),
    close: () => {
      stop.abort();
      clearInterval(timer);
      unlisten?.();
    },
  };
}
