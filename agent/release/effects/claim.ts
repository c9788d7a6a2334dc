import { hasCode } from '../../common/errors.ts';
import type { JournalEntry } from '../../swarm/ledger/rollout.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import type { Stored } from '../../swarm/port.ts';
import type { Rollout } from '../engine.ts';
import type { RolloutEvent } from '../machine.ts';
import { writerOf } from '../lock.ts';
import { claimAll, holderOf, locked } from '../routes-changes.ts';

/**
 * Claims the services for this rollout. A service that control is just emptying is waited for. Earlier rollouts
 * go on keeping their slots warm until this one has filled them (`supersede.ts`): should it be aborted before,
 * nothing of theirs is lost.
 */
export async function claim(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const { ledger, changes, limits } = rollout.engine;
  let lost = '';
  const claimed = await changes.until(
    async () => {
      try {
        return await ledger.routes.change((routes) => lockedIfFree(claimAll(routes, rollout.head), rollout));
      } catch (error) {
        if (!hasCode(error, 'ledger.busy')) throw error;
        lost = error.message;
        // Only an emptying ends by itself within moments; everything else is somebody's decision.
        const owner = await ownerOf(rollout, error.data['rollout']);
        if (owner?.value.state.phase.name !== 'settling') return 'lost' as const;
        return undefined;
      }
    },
    { limitMs: limits.lock, pollMs: 250, signal },
  );
  if (claimed === undefined || claimed === 'lost')
    return { type: 'failed', reason: 'lost-claim', detail: lost };
  const { holder, epoch } = claimed.value.lock;
  if (holder === holderOf(writerOf(rollout))) {
    rollout.epoch = epoch;
    rollout.claimed = claimed;
  }
  return { type: 'claimed' };
}

/**
 * Where the slots are warm nothing is built or placed: the swap is next, and with the lock in hand already the edges
 * acknowledge these routes while the journal is written. Who meets a held lock takes it later.
 */
function lockedIfFree(routes: Routes, rollout: Rollout): Routes {
  const isFree = routes.lock.holder === undefined;
  return rollout.head.warm && isFree ? locked(routes, writerOf(rollout), new Set()) : routes;
}

async function ownerOf({ engine }: Rollout, id: unknown): Promise<Stored<JournalEntry> | undefined> {
  return typeof id === 'string' ? engine.ledger.journals.get(id) : undefined;
}
