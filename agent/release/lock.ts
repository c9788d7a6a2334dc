/** Writing routes as the holder of the environment's lock. */
import { hasCode, type TidegateError } from '../common/errors.ts';
import { isEnded } from '../swarm/ledger/rollout.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored } from '../swarm/port.ts';
import type { Rollout } from './engine.ts';
import { lockHeld } from './failures.ts';
import { locked, unlocked, type Writer } from './routes-changes.ts';

/**
 * One compare-and-swap under the lock, which is taken with it when we do not hold it yet. Waits for a lock
 * that somebody else holds. Throws `ledger.busy`, `ledger.fenced`, and what `change` throws.
 */
export async function writeRoutes(
  rollout: Rollout,
  change: (routes: Routes) => Routes,
  signal?: AbortSignal,
): Promise<Stored<Routes>> {
  const { ledger, changes, limits } = rollout.engine;
  let busy: TidegateError | undefined;
  const written = await changes.until(
    async () => {
      try {
        const over = await endedHolder(rollout);
        return await ledger.routes.change((routes) => change(locked(routes, writerOf(rollout), over)));
      } catch (error) {
        if (!hasCode(error, 'ledger.busy') || error.data['holder'] === undefined) throw error;
        busy = error;
        return undefined;
      }
    },
    { limitMs: limits.lock, pollMs: 500, signal },
  );
  if (!written) throw busy ?? lockHeld('?');
  rollout.epoch = written.value.lock.epoch;
  rollout.claimed = undefined;
  return written;
}

/** Gives the lock back; what somebody else took by now is left alone. */
export async function releaseLock(
  rollout: Rollout,
  change: (routes: Routes) => Routes = (same) => same,
): Promise<void> {
  const writer = writerOf(rollout);
  await rollout.engine.ledger.routes.change((routes) => unlocked(change(routes), writer));
  rollout.epoch = undefined;
  rollout.claimed = undefined;
}

export function writerOf({ head, engine, epoch }: Rollout): Writer {
  return { rollout: head.id, driver: engine.driver, epoch };
}

/** The rollout whose lock nobody will ever release: it has ended, or its journal is gone. */
async function endedHolder(rollout: Rollout): Promise<ReadonlySet<string>> {
  const { ledger } = rollout.engine;
  if (rollout.epoch !== undefined) return new Set();
  const { holder } = (await ledger.routes.read()).value.lock;
  const id = holder?.split('/')[0];
  if (id === undefined || id === rollout.head.id || id === downHolder) return new Set();
  const journal = await ledger.journals.get(id);
  return !journal || isEnded(journal.value.state) ? new Set([id]) : new Set();
}

/** Who holds the lock for good while an environment is being taken down. */
export const downHolder = 'down';
