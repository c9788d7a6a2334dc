/** The networks that a service's tasks are on: made when they are missing; what is somebody else's has to be there. */
import { failure } from '../common/errors.ts';
import { names } from '../common/names.ts';
import type { NetworkDetails } from '../swarm/ledger/release.ts';
import type { NetworkObject, NetworkOptions, Swarm } from '../swarm/port.ts';
import { networkLabels } from './slot-spec.ts';

export interface Attached {
  readonly networks: readonly string[];
  readonly networkDetails?: Readonly<Record<string, NetworkDetails>> | undefined;
}

type Networks = Pick<Swarm, 'networks'>;

/** Ids for a slot: Tidegate's own first. */
export async function slotNetworks(
  swarm: Networks,
  stack: string,
  content: Attached,
): Promise<readonly string[]> {
  const edge = await swarm.networks.ensure(names.edgeNetwork(stack), networkLabels(stack), {
    internal: true,
  });
  return [edge, ...(await composeNetworks(swarm, stack, content))];
}

/** Ids, in the order of the compose file's names. Throws `engine.failed` where an external one is not there. */
export async function composeNetworks(
  swarm: Networks,
  stack: string,
  { networks, networkDetails = {} }: Attached,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const key of networks) {
    const details = networkDetails[key] ?? {};
    const name = networkName(stack, key, details);
    const id =
      details.external === true
        ? findOverlay(await swarm.networks.list({}), name)?.id
        : await swarm.networks.ensure(
            name,
            { ...details.labels, ...networkLabels(stack) },
            optionsOf(details),
          );
    if (id === undefined) throw noExternalNetwork(name);
    ids.push(id);
  }
  return ids;
}

/** In the Swarm. */
export function networkName(stack: string, key: string, { name }: NetworkDetails): string {
  return name ?? names.network(stack, key);
}

/** Of networks with one name, the one that services can be on. */
export function findOverlay(all: readonly NetworkObject[], name: string): NetworkObject | undefined {
  return all.find((network) => network.name === name && network.overlay === true);
}

function optionsOf({ internal, attachable, options, subnets }: NetworkDetails): NetworkOptions {
  return {
    ...(internal && { internal }),
    ...(attachable && { attachable }),
    ...(options && { options }),
    ...(subnets && { subnets }),
  };
}

function noExternalNetwork(name: string): Error {
  return failure('engine.failed', {
    message: `The Swarm has no overlay network ${name}, which is external.`,
    hint: `Make it first: "docker network create --driver overlay ${name}".`,
    data: { network: name },
  });
}
