/** The networks of a project against those of the Swarm. What does not fit is told before anything starts. */
import { labels, names } from '../common/names.ts';
import type { NetworkUse, Project, ServiceBase } from '../config/model.ts';
import type { Finding, Place, Report } from '../config/report.ts';
import { findOverlay, networkName } from '../release/networks.ts';
import type { NetworkDetails } from '../swarm/ledger/release.ts';
import type { NetworkObject, Swarm } from '../swarm/port.ts';

export async function checkNetworks(
  { swarm, report }: { readonly swarm: Pick<Swarm, 'networks'>; readonly report: Report },
  { environment: { stack }, services, backing }: Project,
): Promise<void> {
  const uses = new Map(
    [...services, ...backing].flatMap(({ networkUses }) => networkUses.map((use) => [use.key, use] as const)),
  );
  if (uses.size === 0) return;
  const all = await swarm.networks.list({});
  for (const use of uses.values()) {
    const finding = findingOf(use, stack, all);
    if (finding) report.error(placeOf(use), finding);
  }
  const way = findOverlay(all, names.edgeNetwork(stack));
  if (way?.internal !== false) return;
  for (const service of services) {
    const use = isolated(service);
    if (use) report.error(placeOf(use), wayOut(service.name, way.name));
  }
}

function findingOf(
  { key, details }: NetworkUse,
  stack: string,
  all: readonly NetworkObject[],
): Finding | undefined {
  const name = networkName(stack, key, details);
  const found = findOverlay(all, name);
  const owner = found?.labels[labels.stack];
  if (details.external === true) {
    if (!found) return missing(name);
    return owner === undefined || owner === stack ? undefined : foreign(name, owner);
  }
  if (!found) return undefined;
  if (owner !== stack) return taken(name);
  const field = difference(details, found);
  return field === undefined ? undefined : differs(name, field);
}

/** What a network cannot become: the key that says otherwise than what is there. */
function difference(details: NetworkDetails, found: NetworkObject): string | undefined {
  if ((details.internal ?? false) !== (found.internal ?? false)) return 'internal';
  if ((details.attachable ?? false) !== (found.attachable ?? false)) return 'attachable';
  const options = Object.entries(details.options ?? {});
  if (options.some(([name, value]) => found.options?.[name] !== value)) return 'driver_opts';
  if (details.subnets?.some((subnet) => found.subnets?.includes(subnet) === false)) return 'ipam';
  return undefined;
}

/** The network of a service that is on internal ones alone. */
function isolated({ networks, networkUses }: ServiceBase): NetworkUse | undefined {
  const internal = networkUses.filter(({ details }) => details.internal === true);
  return internal.length === networks.length ? internal[0] : undefined;
}

function placeOf({ at }: NetworkUse): Place {
  return at ?? { file: '', line: 1, column: 1 };
}

function missing(name: string): Finding {
  return {
    code: 'compose.missing-external',
    message: `networks: the Swarm has no overlay network ${name}, which is external.`,
    hint: `Make it first: "docker network create --driver overlay ${name}"; or let Tidegate make it: remove "external:".`,
  };
}

function foreign(name: string, owner: string): Finding {
  return {
    code: 'compose.invalid-name',
    message: `networks: the network ${name} belongs to the environment ${owner}.`,
    hint: `Join one of your own: what Tidegate makes goes with "tidegate down" of ${owner}.`,
  };
}

function taken(name: string): Finding {
  return {
    code: 'compose.invalid-name',
    message: `networks: there is a network ${name} already, which Tidegate did not make for this environment.`,
    hint: 'Join it with "external: true", or write another "name:".',
  };
}

function differs(name: string, field: string): Finding {
  return {
    code: 'compose.network-differs',
    message: `networks: the network ${name} is there, and its "${field}" is another one; no network can be changed.`,
    hint: 'Write another "name:", so that a new one is made, or take the environment down first.',
  };
}

function wayOut(service: string, network: string): Finding {
  return {
    code: 'compose.network-differs',
    message: `networks: ${service} is on internal networks alone, but ${network}, where the edge reaches it, leads out: an earlier version made it.`,
    hint: 'Take the environment down and set it up again; until then remove "internal:".',
  };
}
