import { setUp } from '../../infra/setup.ts';
import type { Call, Params, SetupResult } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';

export async function setup(agent: Agent, params: Params<'setup'>, call: Call): Promise<SetupResult> {
  const { engine, environment } = await openPlace(agent, params.folder, params.environment);
  const { changes, pending } = await setUp({
    engine,
    httpPort: environment.edge.http,
    images: environment.images,
    assets: await agent.readAssets(),
    upgradeEdge: params.upgradeEdge,
    signal: call.signal,
    onNote: (text) => call.onEvent({ kind: 'note', level: 'info', text }),
  });
  return {
    outcome: changes.length === 0 ? 'unchanged' : 'done',
    stack: environment.stack,
    changes,
    pending,
    url: environment.url ?? `http://localhost:${environment.edge.http}/`,
  };
}
