/** Control and the edge as services, for what an environment asks for. */
import { controlServiceSpec, edgeServiceSpec, type MountedConfig } from '../edge/services.ts';
import type { ServiceSpec } from '../swarm/port.ts';
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
}

export function serviceSpecs(
  { engine, images, door }: SetupRequest,
  { controlConfigs, edgeConfigs, networks, managers }: SpecParts,
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
    }),
  };
}
