import { requireOfEdge } from '../../infra/edge-abilities.ts';
import type { MaintenanceResult } from '../../protocol/door.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import { awaitEdges, describeMissing } from '../../release/edges.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';

const acknowledgeMs = 30_000;

/** Puts the page up or takes it away, at every edge: one compare-and-swap, acknowledged like a swap. */
export async function maintenance(
  agent: Agent,
  { folder, environment, on }: Params<'maintenance'>,
  call: Call,
): Promise<MaintenanceResult> {
  const { engine } = await openPlace(agent, folder, environment);
  if (on) await requireOfEdge(engine, 'show a maintenance page');
  const news: { changed: boolean } = { changed: false };
  const routes = await engine.ledger.routes.change((before) => {
    news.changed = (before.maintenance !== undefined) !== on;
    return news.changed ? withMaintenance(before, on ? agent.identity.by : undefined) : before;
  });
  const missing = await awaitEdges(engine, { routes, limitMs: acknowledgeMs, signal: call.signal });
  return {
    outcome: missing.length > 0 ? 'partial' : news.changed ? 'done' : 'unchanged',
    maintenance: on ? 'on' : 'off',
    missing: missing.map((one) => describeMissing([one])),
  };
}

function withMaintenance(routes: Routes, by: string | undefined): Routes {
  const { maintenance: former, ...rest } = routes;
  return by === undefined ? rest : { ...rest, maintenance: former ?? by };
}
