import { takeDown } from '../../infra/down.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';
import { clearAway } from '../suites/suites.ts';

export async function down(agent: Agent, params: Params<'down'>, call: Call): Promise<Results['down']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { engine, environment } = place;
  await engine.swarm.info();
  const report = await takeDown({
    engine,
    volumes: params.volumes,
    isAlive: (driver) => agent.identity.stateOf(driver) === 'alive',
    signal: call.signal,
  });
  await clearAway(place);
  return { stack: environment.stack, ...report };
}
