/**
 * What control hands to an edge: the lines of its map file and, when the edge runs another one, the services
 * configuration. Text, because both parts are written to the edge's disk as they are (`edge.lua` reads it).
 *
 *   #tidegate <object> <version> <hash>
 *   _version <version>
 *   r/<host><path>/ <service>     `*` for every host that no service claims; the longest one counts
 *   h/<host> <service>            the same without paths, for edges of before there were any
 *   n/<port>/<name> <service>     for the mesh: its name and port inside; `*` for any name where the port has one service
 *   m/on 1                        under maintenance
 *   t/on 1                        there is a certificate: users of HTTP are sent on to HTTPS
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
import { pathPrefix, type ServicesConfig } from './services-config.ts';
import { answersFor } from './side.ts';

/** The map part. Throws `ledger.corrupt` when a host would break out of a line. */
export function renderState(routing: Routing, keys: EdgeKeys, hash: string): string {
  const lines = [
    `_version ${routing.version}`,
    ...hostLines(routing),
    ...nameLines(routing),
    ...routing.services.map(serviceLine),
    ...(routing.maintenance ? ['m/on 1'] : []),
    ...(Object.keys(routing.certificates ?? {}).length > 0 ? ['t/on 1'] : []),
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

/**
 * The longest beginning of a path has it, for a host of its own as for `*`: a service without hosts and with paths
 * answers at them on every host. The first service that claims a host and path has it; configuration refuses a second.
 */
function hostLines(routing: Routing): readonly string[] {
  const owners = new Map<string, string>();
  const listed = routing.services.filter((service) => answersFor(service, 'outside'));
  const named = new Set(listed.flatMap(({ hosts }) => hosts.map(hostKey)));
  const claim = (host: string, { service, paths = ['/'] }: ServiceRouting): void => {
    for (const path of paths) {
      if (!pathPrefix.test(path)) throw unsafeText('path', path);
      const key = `${host}${path === '/' ? '' : path}/`;
      if (!owners.has(key)) owners.set(key, service);
    }
  };
  for (const service of listed) for (const host of service.hosts) claim(hostKey(host), service);
  for (const service of listed.filter(({ hosts }) => hosts.length === 0))
    for (const host of [...named, '*']) claim(host, service);
  // An edge keeps the configuration it was set up with, and has to find its way with a newer control.
  const whole = [...owners].filter(([key]) => key.indexOf('/') === key.length - 1);
  return [
    ...whole.map(([key, service]) => `h/${key.slice(0, -1)} ${service}`),
    ...[...owners].map(([key, service]) => `r/${key} ${service}`),
  ];
}

/** A caller that passes on its own visitor's Host is understood as long as nobody else listens on the port. */
function nameLines({ services }: Routing): readonly string[] {
  const takers = new Map<number, string[]>();
  for (const { service, inside = [] } of services)
    for (const port of inside) takers.set(port, [...(takers.get(port) ?? []), service]);
  return [...takers].flatMap(([port, names]) => [
    ...names.map((name) => `n/${port}/${name} ${name}`),
    ...(names.length === 1 ? [`n/${port}/* ${names[0] ?? ''}`] : []),
  ]);
}

function hostKey(name: string): string {
  const host = name.toLowerCase();
  if (!/^[a-z0-9._:[\]-]+$/.test(host)) throw unsafeText('host', host);
  return host;
}
