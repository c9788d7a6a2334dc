import { setUp } from '../../infra/setup.ts';
import type { Call, Params, SetupResult } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { edgeUrl, openPlace } from '../place.ts';

export async function setup(agent: Agent, params: Params<'setup'>, call: Call): Promise<SetupResult> {
  const [{ engine, environment, connection }, assets] = await Promise.all([
    openPlace(agent, params.folder, params.environment),
    agent.readAssets(),
  ]);
  const { changes, pending, unset } = await setUp({
    engine,
    door: environment.edge,
    certificates: environment.edge.tls ?? [],
    images: environment.images,
    assets,
    upgradeEdge: params.upgradeEdge,
    signal: call.signal,
    onNote: (text) => call.onEvent({ kind: 'note', level: 'info', text }),
  });
  for (const name of unset)
    call.onEvent({
      kind: 'note',
      level: 'warning',
      text: `The certificate ${name} is not set yet: tidegate cert set ${environment.name} ${name} --cert FILE --key FILE`,
    });
  return {
    outcome: changes.length === 0 ? 'unchanged' : 'done',
    stack: environment.stack,
    changes,
    pending,
    url: environment.url ?? edgeUrl(environment, connection.engine.host),
  };
}
