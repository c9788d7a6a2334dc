import { labels, slotKey, slotServiceName, type Colour } from '../common/names.ts';
import { edgePorts, flagsHost, flagsUrl } from '../edge/wire.ts';
import type { ReleasedService } from '../swarm/ledger/release.ts';
import type { ServiceSpec } from '../swarm/port.ts';

export interface SlotPlacement {
  readonly stack: string;
  readonly service: string;
  readonly colour: Colour;
  readonly release: number;
  readonly content: ReleasedService;
  /** Ids of the overlay networks: Tidegate's own first, then those of the compose file. */
  readonly networks: readonly string[];
  /** What SDKs of flags are let in with; left out: the environment has none. */
  readonly flagsToken?: string | undefined;
}

/**
 * The Swarm service of a slot. The number of the release is a label of the service, not of its task template:
 * a changing label there would restart tasks. No alias: the edge owns the service's name.
 */
export function slotSpec(placement: SlotPlacement): ServiceSpec {
  const { stack, service, colour, release, content, networks } = placement;
  const { spec } = content;
  const own = {
    [labels.stackNamespace]: stack,
    [labels.stack]: stack,
    [labels.object]: 'slot',
    [labels.service]: service,
    [labels.slot]: slotKey(service, colour),
  };
  const container = spec.TaskTemplate.ContainerSpec;
  return {
    ...spec,
    Name: slotServiceName(stack, service, colour),
    Labels: { ...spec.Labels, ...own, [labels.release]: String(release) },
    TaskTemplate: {
      ...spec.TaskTemplate,
      ContainerSpec: {
        ...container,
        Image: content.image,
        Labels: { ...container.Labels, ...own },
        Env: withFlags(container.Env ?? [], placement.flagsToken),
      },
      Networks: networks.map((id) => ({ Target: id })),
    },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

/** In a release of an environment whose flags another server holds: what kind of server that is. */
export const flagServerVariable = 'TIDEGATE_FLAG_SERVER';

/**
 * Where feature flags are asked for, and with what: our names for it, and those that SDKs read by themselves (Unleash's
 * read none). No part of a release's content, so that nothing that runs is restarted for it; what the compose file sets
 * stays as it is.
 */
function withFlags(env: readonly string[], token: string | undefined): readonly string[] {
  const set = new Set(env.map((entry) => entry.split('=', 1)[0]));
  // Its SDKs ask another server: what is here would answer that there are no flags.
  if (set.has(flagServerVariable)) return env;
  const ours = [
    ['TIDEGATE_FLAGS_URL', flagsUrl],
    ['OFREP_ENDPOINT', flagsUrl],
    ['FLAGD_HOST', flagsHost],
    ['FLAGD_SYNC_PORT', String(edgePorts.flagd)],
    ['TIDEGATE_UNLEASH_URL', `${flagsUrl}/api`],
    ...(token === undefined
      ? []
      : [
          ['TIDEGATE_FLAGS_TOKEN', token],
          ['OFREP_HEADERS', `Authorization=Bearer ${token}`],
        ]),
  ] as const;
  return [...env, ...ours.filter(([name]) => !set.has(name)).map(([name, value]) => `${name}=${value}`)];
}

/** Labels of a network of the compose file. */
export function networkLabels(stack: string): Record<string, string> {
  return { [labels.stackNamespace]: stack, [labels.stack]: stack, [labels.object]: 'network' };
}
