import { takeDown } from '../../infra/down.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';

export async function down(agent: Agent, params: Params<'down'>, call: Call): Promise<Results['down']> {
  const { engine, environment } = await openPlace(agent, params.folder, params.environment);
  await engine.swarm.info();
  const report = await takeDown({
    engine,
    volumes: params.volumes,
    isAlive: (driver) => agent.identity.stateOf(driver) === 'alive',
    signal: call.signal,
  });
  return { stack: environment.stack, ...report };
}
