/** Each host and path belongs to one service; "every other host" and "every other path" to one as well. */
import type { Finding, Place } from './report.ts';
import type { ServiceInput } from './schema.ts';
import type { TidegateFile } from './tidegate-file.ts';
import { locate } from './yaml-tree.ts';

interface Claim {
  readonly service: string;
  /** `undefined`: every host, every path, that no other service claims. */
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly at: Place;
  /** `route.hosts[0]`; empty where neither is said. */
  readonly key: string;
}

export function checkClaims(file: TidegateFile): void {
  const owners = new Map<string, Claim>();
  for (const [service, input] of file.services) {
    if (input.route?.internal === true) continue;
    for (const claim of claimsOf(file, service, input)) {
      const key = `${claim.host ?? '*'}${claim.path ?? '/'}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, claim);
      else file.reports.services.error(claim.at, taken(claim, owner));
    }
    if (input.route?.stripPrefix === true && input.route.paths === undefined)
      file.reports.services.error(file.place('services', service, 'route', 'stripPrefix'), {
        code: 'config.invalid-value',
        message: `services.${service}.route.stripPrefix: there are no paths whose beginning could be taken away.`,
        hint: 'Name them, route: { paths: [/api], stripPrefix: true }, or leave it out.',
      });
  }
}

function claimsOf(file: TidegateFile, service: string, { route }: ServiceInput): readonly Claim[] {
  const place = (...keys: readonly (string | number)[]): Place =>
    file.tree ? locate(file.tree, ['services', service, ...keys]).at : file.place();
  if (!route) return [];
  const { hosts = [undefined], paths = [undefined] } = route;
  return hosts.flatMap((host, hostIndex) =>
    paths.map((path, pathIndex): Claim => {
      const keys =
        path !== undefined
          ? (['route', 'paths', pathIndex] as const)
          : host !== undefined
            ? (['route', 'hosts', hostIndex] as const)
            : (['route'] as const);
      const [, list, index] = keys;
      const key = list === undefined ? '' : `route.${list}[${index}]`;
      return { service, host, path, at: place(...keys), key };
    }),
  );
}

function taken(claim: Claim, owner: Claim): Finding {
  const where = `${owner.at.file}:${owner.at.line}:${owner.at.column}`;
  if (claim.key === '' || owner.key === '')
    return {
      code: 'config.host-taken',
      message: `services.${claim.service}.route has no hosts, and neither has ${owner.service} (${where}): both would get every other host.`,
      hint: 'Name the hosts of all services but one, route: { hosts: [shop.example] }, or give one its paths.',
    };
  const what = `${claim.host ?? (claim.path === undefined ? '' : 'every other host, ')}${claim.path ?? ''}`;
  return {
    code: claim.path === undefined ? 'config.host-taken' : 'config.path-taken',
    message: `services.${claim.service}.${claim.key}: ${what} already belongs to ${owner.service} (${where}).`,
    hint:
      claim.path === undefined
        ? 'Give each host to one service, or tell them apart by their paths: route: { paths: [/api] }.'
        : 'Give each path of a host to one service; of several that fit, the longest one counts.',
  };
}
