import { names } from '../../common/names.ts';
import type { Environment } from '../../config/model.ts';
import { edgePorts } from '../../edge/wire.ts';
import { setUp, type SetupRequest } from '../../infra/setup.ts';
import type { Call, Params, SetupResult } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { edgeUrl, openPlace } from '../place.ts';

export async function setup(agent: Agent, params: Params<'setup'>, call: Call): Promise<SetupResult> {
  const [{ engine, environment, connection, hosts }, assets] = await Promise.all([
    openPlace(agent, params.folder, params.environment),
    agent.readAssets(),
  ]);
  const { changes, pending, unset } = await setUp({
    engine,
    door: environment.edge,
    front: frontOf(environment),
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
  const { network } = environment.edge;
  if (network !== undefined)
    call.onEvent({
      kind: 'note',
      level: 'info',
      text: `A proxy on the network ${network} reaches it at http://${names.edgeAlias(environment.stack)}:${edgePorts.public}; for its health checks, http://${names.edgeAlias(environment.stack)}:${edgePorts.internal}/ answers 200.`,
    });
  return {
    outcome: changes.length === 0 ? 'unchanged' : 'done',
    stack: environment.stack,
    changes,
    pending,
    url: edgeUrl(environment, hosts[0] ?? connection.engine.host),
  };
}

function frontOf({ edge }: Environment): SetupRequest['front'] {
  return edge.network === undefined ? undefined : { network: edge.network, labels: edge.labels ?? {} };
}
