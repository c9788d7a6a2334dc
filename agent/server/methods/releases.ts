import type { Params, ReleaseEntry, Results } from '../../protocol/methods.ts';
import { hasTraffic } from '../../release/routes-changes.ts';
import { history, type HistoryEntry } from '../../release/history.ts';
import { isEnded } from '../../swarm/ledger/rollout.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import type { SlotKey } from '../../common/names.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';
import { nameOf } from '../rollouts.ts';

/** The kept releases, newest first, and what became of each. */
export async function releases(agent: Agent, params: Params<'releases'>): Promise<Results['releases']> {
  const { engine } = await openPlace(agent, params.folder, params.environment);
  const { ledger } = engine;
  const [routes, records, past] = await Promise.all([
    ledger.routes.read(),
    ledger.releases.list(),
    history(ledger),
  ]);
  const byRelease = new Map(
    past.flatMap((entry) => (entry.state.release === null ? [] : [[entry.state.release, entry] as const])),
  );
  return {
    stack: ledger.stack,
    releases: [...records]
      .reverse()
      .map((record) => entryOf(record, byRelease.get(record.number), routes.value)),
  };
}

function entryOf(record: ReleaseRecord, rollout: HistoryEntry | undefined, routes: Routes): ReleaseEntry {
  return {
    ...nameOf(record),
    at: record.at,
    by: record.by,
    kind: rollout?.head.kind ?? (record.restores === null ? 'deploy' : 'rollback'),
    restores: record.restores,
    state: stateOf(record, rollout, routes),
    reason: rollout?.state.reason ?? null,
    services: rollout?.head.moves.map((move) => move.service) ?? Object.keys(record.services),
  };
}

function stateOf(
  record: ReleaseRecord,
  rollout: HistoryEntry | undefined,
  routes: Routes,
): ReleaseEntry['state'] {
  const slots = Object.entries(routes.slots).filter(([, release]) => release === record.number);
  const active = slots.some(([slot]) => hasTraffic(routes, slot as SlotKey));
  const phase = rollout?.state.phase.name;
  if (phase === 'aborted' || phase === 'aborting') return 'failed';
  if (rollout && !isEnded(rollout.state) && phase !== 'settling') return 'running';
  if (active) return 'live';
  return slots.length > 0 ? 'warm' : 'kept';
}
