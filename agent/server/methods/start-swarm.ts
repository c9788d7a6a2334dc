import { unknownEnvironment } from '../../config/failures.ts';
import type { Params, Results } from '../../protocol/methods.ts';
import { startSwarm as turnOn } from '../../swarm/start-swarm.ts';
import type { Agent } from '../agent.ts';
import { openCheckout } from '../place.ts';

export async function startSwarm(agent: Agent, params: Params<'startSwarm'>): Promise<Results['startSwarm']> {
  const { environments } = await openCheckout(agent, params.folder);
  const environment = environments.find(({ name }) => name === params.environment);
  if (!environment)
    throw unknownEnvironment(
      params.environment,
      environments.map(({ name }) => name),
    );
  const { engine } = await agent.connections.engine(environment.dockerContext);
  const outcome = await turnOn(engine, agent.clock);
  const message =
    outcome === 'done'
      ? `Docker at ${engine.name} is in Swarm mode now, as the only node.`
      : `Docker at ${engine.name} was in Swarm mode already.`;
  return { outcome, message };
}
