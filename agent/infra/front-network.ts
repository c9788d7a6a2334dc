/** The overlay network that an edge without a port shares with a proxy in front: somebody else's, found by its name. */
import type { Swarm } from '../swarm/port.ts';
import { noFrontNetwork } from './failures.ts';

export interface FrontNetwork {
  readonly id: string;
  /** CIDR: whoever is on it comes from there. */
  readonly subnets: readonly string[];
}

/** Throws `edge.no-network` where there is none that services can be on. */
export async function frontNetwork({ networks }: Swarm, name: string): Promise<FrontNetwork> {
  const found = (await networks.list({})).filter((network) => network.name === name);
  const overlay = found.find((network) => network.overlay);
  if (!overlay) throw noFrontNetwork(name, found.length === 0 ? 'missing' : 'not-an-overlay');
  return { id: overlay.id, subnets: overlay.subnets ?? [] };
}
