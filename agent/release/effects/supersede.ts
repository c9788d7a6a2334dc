import { hasCode } from '../../common/errors.ts';
import type { Rollout } from '../engine.ts';
import { transition } from '../machine.ts';

/**
 * Ends the settling of earlier rollouts: the slots they kept warm hold this release now. Idempotent. Without our claim
 * there is nothing to end: this process has slept, somebody has finished the rollout for it, and what settles now is newer.
 */
export async function supersede({ engine, head }: Rollout): Promise<void> {
  const { ledger, changes, clock } = engine;
  const services = new Set(head.moves.map((move) => move.service));
  // Whoever drives it (control, while it drains) may write in between: then look again.
  await changes.until(
    async () => {
      const { claims } = (await ledger.routes.read()).value;
      if ([...services].some((service) => claims[service] !== head.id)) return true;
      for (const entry of await ledger.journals.list()) {
        const { head: old, state } = entry.value;
        // One that moved other services as well goes on settling those.
        if (old.id === head.id || !old.moves.every((move) => services.has(move.service))) continue;
        const next = transition(old, state, { type: 'superseded' }, clock.now());
        if (!next.changed) continue;
        try {
          await ledger.journals.takeOver(entry, { state: next.state, driver: undefined });
        } catch (error) {
          if (!hasCode(error, 'ledger.fenced')) throw error;
          return undefined;
        }
      }
      return true;
    },
    { limitMs: 5_000, pollMs: 50 },
  );
}
