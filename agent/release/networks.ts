import type { Swarm } from '../swarm/port.ts';
import { networkLabels, networkNames } from './slot-spec.ts';

/** Ids of the networks a slot is on: Tidegate's own first. What is missing is made. */
export async function networkIds(
  swarm: Pick<Swarm, 'networks'>,
  stack: string,
  compose: readonly string[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of networkNames(stack, compose))
    ids.push(await swarm.networks.ensure(name, networkLabels(stack)));
  return ids;
}
