import { isEnded } from '../swarm/ledger/rollout.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored } from '../swarm/port.ts';
import type { ReleaseEngine } from './engine.ts';
import { unclaimAll } from './routes-changes.ts';

/**
 * Claims and locks of rollouts that have ended, or whose journal is gone: a driver died between its last
 * journal entry and giving them back. Returns the rollouts they were taken from. `seen`: the routes, where they were read
 * a moment ago.
 */
export async function releaseOrphanedClaims(
  { ledger }: ReleaseEngine,
  seen?: Stored<Routes>,
): Promise<readonly string[]> {
  const { claims, lock } = (seen ?? (await ledger.routes.read())).value;
  const holder = lock.holder?.split('/')[0];
  const named = new Set([
    ...Object.values(claims),
    ...(holder === undefined || holder === 'down' ? [] : [holder]),
  ]);
  const orphans: string[] = [];
  for (const id of named) {
    const journal = await ledger.journals.get(id);
    if (!journal || isEnded(journal.value.state)) orphans.push(id);
  }
  if (orphans.length === 0) return orphans;
  await ledger.routes.change((routes) => {
    const free = orphans.reduce(unclaimAll, routes);
    const held = routes.lock.holder?.split('/')[0];
    if (held === undefined || !orphans.includes(held)) return free;
    return { ...free, lock: { holder: undefined, epoch: routes.lock.epoch } };
  });
  return orphans;
}
