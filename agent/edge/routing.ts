/**
 * What the edges of an environment have to know, out of the ledger: a pure value, the same for control (which
 * hands it out) and for the agent (which knows by its hash what an edge must acknowledge).
 */
import { colours, slotKey, type SlotKey } from '../common/names.ts';
import type { ReleasedService, ReleasedWeb, ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Route, Routes } from '../swarm/ledger/routes.ts';
import type { Stored } from '../swarm/port.ts';

export interface SlotTarget {
  readonly slot: SlotKey;
  readonly release: number;
  readonly port: number;
  readonly health: string;
  readonly replicas: number;
  /** Beginnings of paths that the app is not told. */
  readonly strip?: readonly string[];
}

export interface ServiceRouting {
  readonly service: string;
  /** `undefined`: no version is live yet. */
  readonly route: Route | undefined;
  /** Of the active release, or of the one being prepared when there is none. */
  readonly hosts: readonly string[];
  /** Beginnings of paths, whole segments; none: every path. Of the same release. */
  readonly paths?: readonly string[];
  readonly slots: readonly SlotTarget[];
  /** Slots whose open streams are to be closed. */
  readonly cuts: readonly SlotKey[];
  /** Ports on which the mesh takes calls to its name, of all its slots; missing: it has no internal route. */
  readonly inside?: readonly number[];
  /** No slot of it has a public route: edges know no way to it. */
  readonly onlyInside?: true;
  /** The release that `hosts` is of has no public route: edges have no address for it. */
  readonly unlisted?: true;
}

export interface Routing {
  readonly stack: string;
  /** Id and version index of the routes object. */
  readonly object: string;
  readonly version: number;
  readonly services: readonly ServiceRouting[];
  /** Users get a page that says so; probes and previews pass. */
  readonly maintenance?: true;
  /** Versions of the certificates edges have, by name; control hands out their content. */
  readonly certificates?: Readonly<Record<string, string>>;
}

/** Builds the routing; `releases` holds every release that a slot names (others are ignored). */
export function routingOf(
  stack: string,
  stored: Stored<Routes>,
  releases: ReadonlyMap<number, ReleaseRecord>,
): Routing {
  const { routes, slots, cuts, maintenance, certificates } = stored.value;
  const named = Object.keys(slots).map((key) => key.replace(/-(blue|green)$/, ''));
  const services = [...new Set([...Object.keys(routes), ...named])].sort();
  return {
    stack,
    object: stored.id,
    version: stored.version,
    services: services
      .filter((service) => !isWorker(service, slots, releases))
      .map((service) => serviceRouting(service, routes[service])),
    ...(maintenance === undefined ? {} : { maintenance: true }),
    ...(certificates === undefined ? {} : { certificates }),
  };

  function serviceRouting(service: string, route: Route | undefined): ServiceRouting {
    const targets = colours.flatMap((colour): readonly SlotTarget[] => {
      const slot = slotKey(service, colour);
      const release = slots[slot];
      const content = release === undefined ? undefined : releases.get(release)?.services[service];
      if (release === undefined || !content || content.kind === 'worker') return [];
      const { port, paths = [], stripPrefix = false } = content.route;
      return [
        {
          slot,
          release,
          port,
          health: content.health,
          replicas: content.replicas,
          ...(stripPrefix && paths.length > 0 ? { strip: paths } : {}),
        },
      ];
    });
    const leading = route ? slotKey(service, route.active) : targets[0]?.slot;
    const release = leading === undefined ? undefined : releases.get(slots[leading] ?? 0);
    const contents = targets.flatMap((target) => releases.get(target.release)?.services[service] ?? []);
    return {
      service,
      route,
      hosts: routeOf(release?.services[service])?.hosts ?? [],
      ...pathsOf(release?.services[service]),
      ...reachOf(contents, release?.services[service]),
      slots: targets,
      cuts: colours.map((colour) => slotKey(service, colour)).filter((slot) => cuts[slot] !== undefined),
    };
  }
}

/** Workers have slots as well, and are none of an edge's business. */
function isWorker(
  service: string,
  slots: Routes['slots'],
  releases: ReadonlyMap<number, ReleaseRecord>,
): boolean {
  return colours.some((colour) => {
    const release = slots[slotKey(service, colour)];
    return release !== undefined && releases.get(release)?.services[service]?.kind === 'worker';
  });
}

function routeOf(content: ReleasedService | undefined): ReleasedWeb['route'] | undefined {
  return content === undefined || content.kind === 'worker' ? undefined : content.route;
}

function pathsOf(content: ReleasedService | undefined): Pick<ServiceRouting, 'paths'> {
  const paths = routeOf(content)?.paths;
  return paths && paths.length > 0 ? { paths } : {};
}

/**
 * Of all slots, and not of the active one alone: a name is to be known, and servers seen healthy, before a swap makes
 * somebody ask for them.
 */
function reachOf(
  contents: readonly ReleasedService[],
  leading: ReleasedService | undefined,
): Pick<ServiceRouting, 'inside' | 'onlyInside' | 'unlisted'> {
  const routes = contents.flatMap((content) => routeOf(content) ?? []);
  const ports = routes.flatMap(({ internal, port }) => (internal === undefined ? [] : [port]));
  if (ports.length === 0) return {};
  return {
    inside: [...new Set(ports)].sort((a, b) => a - b),
    ...(routes.every(({ internal }) => internal === 'only') ? { onlyInside: true } : {}),
    ...(routeOf(leading)?.internal === 'only' ? { unlisted: true } : {}),
  };
}

/** Whether anything is called by its name. */
export function hasInside({ services }: Pick<Routing, 'services'>): boolean {
  return services.some(({ inside }) => inside !== undefined);
}
