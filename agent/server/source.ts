/** A commit as something that can be released: its configuration, and its services' wanted content. */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import { configFailure, problemLine } from '../config/failures.ts';
import type { AppService, Problem, Project, ServiceBase, WebService } from '../config/model.ts';
import { loadProject } from '../config/project.ts';
import { sortProblems } from '../config/report.ts';
import type { Commit } from '../git/repository.ts';
import type { Call } from '../protocol/methods.ts';
import { slotContent, type Current } from '../release/current.ts';
import type { MakeRelease } from '../release/engine.ts';
import { ensureFiles } from '../release/mounted-files.ts';
import type { Wanted } from '../release/plan.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import type { NetworkDetails, ReleasedService, ReleasedWeb, ReleaseRecord } from '../swarm/ledger/release.ts';
import type { RolloutHead } from '../swarm/ledger/rollout.ts';
import type { Agent } from './agent.ts';
import { callerFiles } from './caller-files.ts';
import { toldOfFlagServer } from './flag-sources/variables.ts';
import { madeFiles, mountProject } from './mounted.ts';
import { buildImage } from './images.ts';
import type { Place } from './place.ts';
import { readSourceFlags } from './source-flags.ts';

export interface Source {
  readonly commit: Commit;
  readonly project: Project;
  readonly wanted: Readonly<Record<string, Wanted>>;
  /** `undefined`: the project names no flags file. */
  readonly flags: readonly FlagDefinition[] | undefined;
}

/** A deploy is not the place for a long list: it is said again each time. */
const warningsTold = 3;

function warningLines(warnings: readonly Problem[]): readonly string[] {
  const lines = warnings.map(problemLine);
  const more = lines.length - warningsTold;
  if (more <= 1) return lines;
  return [...lines.slice(0, warningsTold), `and ${more} more: "tidegate validate" lists them all`];
}

/** Reads the commit's configuration; throws `config.invalid` with every problem, notes every warning. */
export async function readSource(agent: Agent, place: Place, ref: string, call: Call): Promise<Source> {
  const { repository, folder, environment, readCheckoutFile } = place;
  const { swarm, ledger } = place.engine;
  const commit = await repository.resolve(ref);
  const readCommitFile = (file: string) => repository.readFile(commit.oid, file);
  const loaded = await loadProject({
    readCommitFile,
    readCheckoutFile,
    environment: environment.name,
    variables: agent.env,
    callerFiles: callerFiles(repository),
    folder,
  });
  const { flags, problems: flagProblems } = await readSourceFlags(loaded, readCommitFile, environment.name);
  const mounted = loaded.project && (await mountProject(swarm, ledger.keys, loaded.project));
  const problems = sortProblems([...loaded.problems, ...flagProblems, ...(mounted?.problems ?? [])]);
  if (!mounted || problems.some(({ severity }) => severity === 'error'))
    throw configFailure(problems, {
      environment: environment.name,
      environments: loaded.environments,
    });
  for (const text of warningLines(problems)) call.onEvent({ kind: 'note', level: 'warning', text });
  if (loaded.usedCheckoutConfig)
    call.onEvent({
      kind: 'note',
      level: 'warning',
      text: `${commit.ref} has no tidegate.yaml: the one of the checkout is used`,
    });
  const { builder } = place.connection;
  const wanted: Record<string, Wanted> = {};
  const project = toldOfFlagServer(mounted.project);
  for (const service of project.services)
    wanted[service.name] = {
      content: contentKey(
        service,
        await builder.key({
          repository,
          commit,
          source: service.source,
          service: service.name,
          registry: environment.registry,
        }),
      ),
      rollout: service.rollout,
      ...(service.kind === 'worker' && { worker: service.order }),
    };
  // What another server holds is not served from here as well.
  return { commit, project, wanted, flags: environment.flagServer ? undefined : flags };
}

/** Builds what moves; takes over from the live release what does not. */
export function releaseFromSource(
  place: Place,
  options: {
    readonly source: Source;
    readonly current: Current;
    readonly previous: number | null;
    readonly call: Call;
  },
): MakeRelease {
  const { source, current, previous } = options;
  return async (head, signal) => {
    const services: Record<string, ReleasedService> = {};
    for (const service of source.project.services) {
      const kept = head.moves.some((move) => move.service === service.name)
        ? undefined
        : unmoved(current, service.name);
      services[service.name] = kept ?? (await makeService(place, service, { ...options, signal }));
    }
    const flags = source.flags && { flags: [...source.flags] };
    return {
      ...recordOf(place, head),
      commit: source.commit.oid,
      restores: null,
      previous,
      services,
      ...flags,
    };
  };
}

/** What every record says about the rollout that made it. */
export function recordOf(
  { environment, engine }: Place,
  head: RolloutHead,
): Omit<ReleaseRecord, 'number' | 'services' | 'previous' | 'restores'> {
  return {
    format: 1,
    project: environment.stack.slice(0, -(environment.name.length + 1)),
    environment: environment.name,
    stack: engine.ledger.stack,
    commit: head.commit,
    tag: head.tag,
    ref: head.ref,
    by: head.by,
    at: head.at,
  };
}

function unmoved(current: Current, service: string): ReleasedService | undefined {
  const route = current.routes.value.routes[service];
  return route && slotContent(current, service, route.active);
}

async function makeService(
  place: Place,
  service: AppService,
  { source, call, signal }: { readonly source: Source; readonly call: Call; readonly signal: AbortSignal },
): Promise<ReleasedService> {
  const { environment } = place;
  const image = await buildImage(place, {
    source,
    service: service.name,
    image: service.source,
    what: service.name,
    registry: environment.registry,
    call,
    signal,
  });
  await ensureFiles(place.engine.swarm, environment.stack, madeFiles(service));
  const common = {
    content: source.wanted[service.name]?.content ?? '',
    image: image.ref,
    digest: image.digest,
    replicas: service.replicas,
    networks: [...service.networks],
    ...detailsOf(service),
    ...(service.dependsOn.length > 0 && { dependsOn: [...service.dependsOn] }),
    rollout: { ...service.rollout, steps: [...service.rollout.steps] },
    spec: service.template,
  };
  return service.kind === 'web'
    ? { kind: 'web', ...common, route: routeOf(service), health: service.health }
    : { kind: 'worker', ...common, order: service.order };
}

export function routeOf({ route }: Pick<WebService, 'route'>): ReleasedWeb['route'] {
  const { hosts, port, paths, stripPrefix, internal } = route;
  return {
    hosts: [...hosts],
    port,
    ...(paths && { paths: [...paths] }),
    ...(stripPrefix && { stripPrefix }),
    ...(internal && { internal }),
  };
}

/** What is said of its networks, where something is. */
export function detailsOf({ networkUses }: Pick<ServiceBase, 'networkUses'>): {
  readonly networkDetails?: Record<string, NetworkDetails>;
} {
  const said = networkUses.filter(({ details }) => Object.keys(details).length > 0);
  if (said.length === 0) return {};
  return { networkDetails: Object.fromEntries(said.map(({ key, details }) => [key, details])) };
}

/** Equal text: equal content. How a release is rolled out is no part of it. */
function contentKey(service: AppService, image: string): string {
  const { name, replicas, networks, template } = service;
  const { networkDetails } = detailsOf(service);
  const { route, health } = service.kind === 'web' ? service : {};
  return sha256(canonicalJson({ name, image, route, health, replicas, networks, networkDetails, template }));
}
