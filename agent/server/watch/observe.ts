/** Looking at an environment through one client's connection. */
import { hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { RolloutProgress } from '../../protocol/watch.ts';
import { isEnded, type JournalEntry } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { rolloutStatus, statusOf } from '../methods/status.ts';
import { openEnvironment, type Place } from '../place.ts';
import type { Observer } from './feeds.ts';

/** Tasks change without an event. */
const pollMs = 5_000;
/** An engine that is gone tells of no events either, and somebody waits for it. */
const goneMs = 1_000;
/**
 * Events come in bursts: one look for all of them, when it is over. A rollout is one, and the engine that it waits for
 * would do the looking.
 */
const calmMs = 100;
/** A burst that does not end is looked at all the same. */
const burstMs = 500;

/** Two clients see the same environment when both mean the same stack of the same engine. */
export function feedKey({ connection, environment }: Pick<Place, 'connection' | 'environment'>): string {
  return `${connection.engine.name} ${environment.stack}`;
}

export function observe(agent: Agent, place: Place): Observer {
  const { stack } = place.environment;
  const counters = [names.traffic(stack), names.flagCounts(stack)];
  let dirty = false;
  let gone = false;
  let quiet = true;
  let wake: () => void = () => undefined;
  const stop = place.connection.changes.listen((event) => {
    // Counters change all the time, and no status tells of them.
    if (event?.type === 'config' && counters.includes(event.name)) return;
    dirty = true;
    quiet = false;
    wake();
  });
  return {
    look: async (known) => {
      dirty = false;
      const [status, rollouts] = await Promise.all([
        statusOf(agent, place.environment),
        progressOf(agent, place, known),
      ]);
      gone = status.state === 'unreachable';
      return { status, rollouts };
    },
    news: async (signal) => {
      const woken = new AbortController();
      wake = () => woken.abort();
      // What happened while we looked is news already.
      if (!dirty)
        await agent.clock
          .sleep(gone ? goneMs : pollMs, AbortSignal.any([signal, woken.signal]))
          .catch(() => undefined);
      const end = agent.clock.monotonic() + burstMs;
      do {
        quiet = true;
        await agent.clock.sleep(calmMs, signal).catch(() => undefined);
      } while (!isSet(quiet) && !signal.aborted && agent.clock.monotonic() < end);
    },
    close: () => {
      stop();
      // Whoever looks next must not wait for the end of our sleep.
      wake();
    },
  };
}

/** Reads a variable that a listener sets while we await (the compiler cannot see that). */
function isSet(value: boolean): boolean {
  return value;
}

/** An environment whose ledger cannot be read has no rollouts to tell of; its status says why. */
async function progressOf(
  agent: Agent,
  { environment }: Place,
  known: readonly string[],
): Promise<readonly RolloutProgress[]> {
  try {
    const { engine } = await openEnvironment(agent, environment, 'look');
    const entries = (await engine.ledger.journals.list()).map(({ value }) => value);
    return entries
      .filter(({ head, state }) => !isEnded(state) || known.includes(head.id))
      .map((entry) => progress(entry));
  } catch (error) {
    if (hasCode(error, 'internal')) throw error;
    return [];
  }
}

function progress(entry: JournalEntry): RolloutProgress {
  return {
    ...rolloutStatus(entry),
    ended: isEnded(entry.state),
    trail: entry.state.trail.map(({ phase, at }) => ({ phase, at: new Date(at).toISOString() })),
  };
}
