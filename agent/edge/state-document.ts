/**
 * What control hands to an edge: the lines of its map file and, when the edge runs another one, the services
 * configuration. Text, because both parts are written to the edge's disk as they are (`edge.lua` reads it).
 *
 *   #tidegate <object> <version> <hash>
 *   _version <version>
 *   h/<host> <service>            h/* for every host that no service claims
 *   s/<service> <active>:<canary>:<release in blue>:<release in green>     `-` where there is none
 *   c/<slot> 1                    what is still open in that slot is to be closed
 *   k/<probe key> 1
 *   p/<key id> <preview key>      base64, as HAProxy's hmac() wants it
 *   #end
 *   # <hash>                      from here on: services-config.ts
 *   …
 *   #end
 */
import { slotKey } from '../common/names.ts';
import type { EdgeKeys } from '../swarm/ledger/keys-store.ts';
import { unsafeText } from './failures.ts';
import type { Routing, ServiceRouting } from './routing.ts';
import type { ServicesConfig } from './services-config.ts';

/** The map part. Throws `ledger.corrupt` when a host would break out of a line. */
export function renderState(routing: Routing, keys: EdgeKeys, hash: string): string {
  const lines = [
    `_version ${routing.version}`,
    ...hostLines(routing),
    ...routing.services.map(serviceLine),
    ...routing.services.flatMap((service) => service.cuts.map((slot) => `c/${slot} 1`)),
    `k/${keys.probe} 1`,
    `p/${keys.preview.id} ${Buffer.from(keys.preview.key, 'base64').toString('base64')}`,
  ];
  return [`#tidegate ${routing.object} ${routing.version} ${hash}`, ...lines, '#end', ''].join('\n');
}

/** The whole answer to a pull. */
export function renderDocument(state: string, services: ServicesConfig | undefined): string {
  return services ? state + services.text : state;
}

function serviceLine(service: ServiceRouting): string {
  const release = (colour: 'blue' | 'green'): number | '-' =>
    service.slots.find((target) => target.slot === slotKey(service.service, colour))?.release ?? '-';
  const { active, canary } = service.route ?? { active: '-', canary: 0 };
  return `s/${service.service} ${active}:${canary}:${release('blue')}:${release('green')}`;
}

/** The first service that claims a host has it; configuration refuses a second one. */
function hostLines(routing: Routing): readonly string[] {
  const owners = new Map<string, string>();
  for (const service of routing.services) {
    const claims = service.hosts.length > 0 ? service.hosts : ['*'];
    for (const host of claims.map((name) => name.toLowerCase())) {
      if (!/^(\*|[a-z0-9._:[\]-]+)$/.test(host)) throw unsafeText('host', host);
      if (!owners.has(host)) owners.set(host, service.service);
    }
  }
  return [...owners].map(([host, service]) => `h/${host} ${service}`);
}
