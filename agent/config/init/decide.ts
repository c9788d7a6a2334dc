/** From what a compose file says to how its services are released, each decision with its reason. Pure. */
import type { DockerfileFacts } from '../dockerfile-facts.ts';
import { callersOf, traefikOf, urlOf } from './evidence.ts';
import { backingKind, isDiscoveringProxy, isHttpPort, speaksFastCgi } from './known-images.ts';
import type { PublishedPort, Survey, SurveyedService } from './survey.ts';

export interface Surroundings {
  /** What Dockerfiles of services that are built say; and texts of the files mounted into services. */
  readonly dockerfile: (service: SurveyedService) => DockerfileFacts | undefined;
  readonly files: (service: SurveyedService) => readonly string[];
  readonly project: string;
  /** Asked for by COMPOSE_PROFILES. */
  readonly profiles: ReadonlySet<string>;
}

export type Decision = RouteDecision | WorkerDecision | BackingDecision | LeftOutDecision;

interface Common {
  readonly service: string;
  /** Why it is taken for that. */
  readonly why: string;
  /** What its user should know beside. */
  readonly notes: readonly string[];
}

export interface RouteDecision extends Common {
  readonly kind: 'route' | 'internal';
  readonly port: number;
  /** Empty for internal ones. */
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  /** Users and other services call it. */
  readonly also: boolean;
  /** `undefined`: nothing says which; `/` is asked. */
  readonly health: string | undefined;
  readonly drainMs: number | undefined;
  readonly ignorePorts: boolean;
  readonly sharedVolumes: readonly string[];
}

export interface WorkerDecision extends Common {
  readonly kind: 'worker';
  readonly drainMs: number | undefined;
  readonly ignorePorts: boolean;
  readonly sharedVolumes: readonly string[];
}

export interface BackingDecision extends Common {
  readonly kind: 'backing';
}

/** In profiles that nobody asks for: it is not there. */
export interface LeftOutDecision extends Common {
  readonly kind: 'left-out';
}

export function decide(survey: Survey, around: Surroundings): readonly Decision[] {
  const decisions = survey.services.map((service) => decideOne(service, survey, around));
  return withHosts(decisions, survey, around.project);
}

function decideOne(service: SurveyedService, survey: Survey, around: Surroundings): Decision {
  const dockerfile = around.dockerfile(service);
  const image = service.image && !service.build ? service.image : dockerfile?.base;
  return (
    leftOut(service, around.profiles) ??
    backingOf(service, image) ??
    routeOf(service, survey, around) ??
    ({
      kind: 'worker',
      service: service.name,
      why: 'it publishes no port, and nobody calls it by http',
      notes: [],
      ...slots(service),
    } satisfies WorkerDecision)
  );
}

function leftOut(
  { name, profiles }: SurveyedService,
  active: ReadonlySet<string>,
): LeftOutDecision | undefined {
  if (profiles.length === 0 || active.has('*') || profiles.some((one) => active.has(one))) return undefined;
  const why = `it is only there with the profile ${profiles.join(' or ')}`;
  return { kind: 'left-out', service: name, why, notes: [] };
}

function backingOf(service: SurveyedService, image: string | undefined): BackingDecision | undefined {
  const backing = (why: string, notes: readonly string[] = []): BackingDecision => ({
    kind: 'backing',
    service: service.name,
    why,
    notes: [...notes, ...openPorts(service)],
  });
  if (image === undefined) return undefined;
  const kind = backingKind(image);
  if (kind !== undefined) return backing(`${image} is ${kind}`);
  if (isDiscoveringProxy(image))
    return backing(`${image} is a proxy in front of the others`, [
      `the edge takes its place: remove it, or give it a profile ("profiles: [local]")`,
    ]);
  if (speaksFastCgi(image)) return backing(`${image} speaks FastCGI, which the edge cannot ask`);
  const published = service.ports.filter(({ protocol }) => protocol === 'tcp');
  if (published.length > 0 && published.every(({ target }) => !isHttpPort(target)))
    return backing(`it publishes ${published.map(({ target }) => target).join(', ')}, which is not http`);
  return undefined;
}

function openPorts({ ports }: SurveyedService): readonly string[] {
  if (ports.length === 0) return [];
  const shown = ports.map(({ target, published }) => String(published ?? target)).join(', ');
  return [`its ports (${shown}) are not published here: services of the project reach it by its name`];
}

function routeOf(service: SurveyedService, survey: Survey, around: Surroundings): RouteDecision | undefined {
  const dockerfile = around.dockerfile(service);
  const traefik = traefikOf(service.labels);
  const callers = callersOf(service.name, survey, around.files);
  const called = callers[0];
  const published = httpPort(service, dockerfile);
  const port = published?.target ?? traefik?.port ?? called?.port;
  const guessed = port ?? service.expose.find(isHttpPort) ?? dockerfile?.ports.find(isHttpPort);
  if (guessed === undefined && !traefik && !called) return undefined;
  const isPublic = published !== undefined || traefik !== undefined;
  const target = guessed ?? 80;
  const health = healthOf(service, dockerfile, target);
  return {
    kind: isPublic ? 'route' : 'internal',
    service: service.name,
    port: target,
    hosts: traefik?.hosts ?? [],
    paths: traefik?.paths ?? [],
    also: isPublic && called !== undefined,
    health,
    why: published
      ? `it publishes ${published.target}${published.published === undefined ? '' : ` as ${published.published}`}`
      : traefik
        ? 'its labels give it a route of Traefik'
        : called
          ? `${called.service} calls ${called.url}`
          : `it exposes ${target} and publishes nothing`,
    notes: health === undefined ? ['nothing says what to ask for its health: the edge asks for /'] : [],
    ...slots(service),
  };
}

function slots({
  stopGraceMs,
  ports,
  writable,
}: SurveyedService): Pick<RouteDecision, 'drainMs' | 'ignorePorts' | 'sharedVolumes'> {
  return { drainMs: stopGraceMs, ignorePorts: ports.length > 0, sharedVolumes: writable };
}

/** Of several the one its health check asks, or its Dockerfile exposes, or the first. */
function httpPort(
  service: SurveyedService,
  dockerfile: DockerfileFacts | undefined,
): PublishedPort | undefined {
  const candidates = service.ports.filter(({ target, protocol }) => protocol === 'tcp' && isHttpPort(target));
  const asked = urlOf(service.healthcheck ?? '', service.name)?.port;
  return (
    candidates.find(({ target }) => target === asked) ??
    candidates.find(({ target }) => dockerfile?.ports.includes(target)) ??
    candidates.find(({ target }) => target !== 443) ??
    candidates[0]
  );
}

function healthOf(
  service: SurveyedService,
  dockerfile: DockerfileFacts | undefined,
  port: number,
): string | undefined {
  const asked = urlOf(service.healthcheck ?? dockerfile?.healthcheck ?? '', service.name);
  return asked && (asked.port ?? port) === port ? asked.path : undefined;
}

const mainNames = /^(?:web|www|frontend|front|app|site|ui|client|proxy|nginx|gateway|shop|server)$/;

/** Where no label says it: the project's name for its main service, the others below it. */
function withHosts(decisions: readonly Decision[], survey: Survey, project: string): readonly Decision[] {
  const open = decisions.filter(
    (one): one is RouteDecision => one.kind === 'route' && one.hosts.length === 0 && one.paths.length === 0,
  );
  const at80 = (one: RouteDecision): boolean =>
    survey.services.some(
      ({ name, ports }) => name === one.service && ports.some(({ published }) => published === 80),
    );
  const main = open.find(at80) ?? open.find(({ service }) => mainNames.test(service)) ?? open[0];
  return decisions.map((one) => {
    if (!open.some((route) => route === one)) return one;
    const host = `${project}.localhost`.replaceAll('_', '-');
    const label = one.service.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    return { ...one, hosts: [one === main ? host : `${label}.${host}`] };
  });
}
