/** Control and the edge as services, for what an environment asks for. */
import type { Door } from '../edge/door.ts';
import { controlServiceSpec, edgeServiceSpec, type MountedConfig } from '../edge/services.ts';
import type { ServiceSpec } from '../swarm/port.ts';
import type { FrontNetwork } from './front-network.ts';
import type { SetupRequest } from './setup.ts';

export interface NetworkIds {
  readonly edge: string;
  readonly control: string;
}

export interface SpecParts {
  readonly controlConfigs: readonly MountedConfig[];
  readonly edgeConfigs: readonly MountedConfig[];
  readonly networks: NetworkIds;
  /** Of the Swarm. */
  readonly managers: number;
  readonly door: Door;
  /** Of the proxy in front, where there is one. */
  readonly front: FrontNetwork | undefined;
}

/** Who is on the network of the proxy in front is believed, where nobody else is named. */
export function doorBehind(door: Door, front: FrontNetwork | undefined): Door {
  return front && door.trustedProxies === undefined ? { ...door, trustedProxies: front.subnets } : door;
}

export function serviceSpecs(
  { engine, images, front: wanted }: SetupRequest,
  { controlConfigs, edgeConfigs, networks, managers, door, front }: SpecParts,
): { readonly control: ServiceSpec; readonly edge: ServiceSpec } {
  const { stack } = engine.ledger;
  return {
    control: controlServiceSpec({
      stack,
      image: images.control,
      configs: controlConfigs,
      network: networks.control,
      managers,
    }),
    edge: edgeServiceSpec({
      stack,
      image: images.edge,
      httpPort: door.http,
      httpsPort: door.https,
      configs: edgeConfigs,
      networks,
      behind: front && { network: front.id, labels: wanted?.labels ?? {} },
    }),
  };
}
