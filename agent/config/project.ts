/**
 * A project for one environment, out of the commit being released and the current checkout. The compose file and
 * `services:` come from the commit; `project:` and `environments:` from the checkout, so that an old tag is
 * released into today's environment and not into one of its time.
 */
import { stackName } from '../common/names.ts';
import { advise } from './advice.ts';
import { backingServices } from './backing.ts';
import { noCallerFiles, type CallerFiles } from './caller-files.ts';
import { readComposeFile, type ComposeFile, type ComposeService, type PortsRule } from './compose-file.ts';
import type { ComposePath } from './compose-tree.ts';
import { suggestion } from '../common/did-you-mean.ts';
import { dockerfileFacts, type DockerfileFacts } from './dockerfile-facts.ts';
import { environmentsOf } from './environments.ts';
import { missingHint, unknownEnvironment } from './failures.ts';
import type { Variables } from './interpolate.ts';
import type {
  AppService,
  BackingService,
  Environment,
  Problem,
  Project,
  ReadFile,
  WebService,
} from './model.ts';
import { Report, sortProblems, type Finding, type Place } from './report.ts';
import { folderOf, repositoryPath } from './repository-path.ts';
import { releaseCommandOf } from './release-command.ts';
import { rolloutOf } from './rollout.ts';
import { defaults, type ServiceInput } from './schema.ts';
import { serviceBase } from './service-base.ts';
import { readSuites } from './suites.ts';
import { checkSlotNames, readTidegateFile, type TidegateFile } from './tidegate-file.ts';
import { workerService } from './worker.ts';
import { withDotenv } from './variables.ts';
import { entryOf, locate } from './yaml-tree.ts';

export interface LoadRequest {
  readonly readCommitFile: ReadFile;
  readonly readCheckoutFile: ReadFile;
  readonly environment: string;
  /** The caller's variables (its shell); those of the environment win over them, and they over `.env`. */
  readonly variables: Variables;
  /** Files of the caller: secrets, and what git ignores. Default: none. */
  readonly callerFiles?: CallerFiles;
  /** Folder of tidegate.yaml inside the repository; `''`, the default, is its root. */
  readonly folder?: string;
}

export interface LoadedProject {
  /** There exactly when no problem is an error. */
  readonly project?: Project;
  /** Names of all environments of the checkout. */
  readonly environments: readonly string[];
  /** Errors and warnings, by file and line. */
  readonly problems: readonly Problem[];
  /** The commit has no tidegate.yaml: `services:` are the checkout's too, and the plan must say so. */
  readonly usedCheckoutConfig: boolean;
  /** The commit's flags file, where it names one, and where it does; what is in it is the flags' business. */
  readonly flagsFile?: { readonly path: string; readonly namedAt: Place };
}

/** Never throws for what is in the files; only what the two readers throw passes through. */
export async function loadProject(request: LoadRequest): Promise<LoadedProject> {
  const path = configPath(request.folder);
  const [checkoutText, commitText] = await Promise.all([
    request.readCheckoutFile(path),
    request.readCommitFile(path),
  ]);
  if (checkoutText === undefined)
    return { environments: [], problems: [missingFile(path)], usedCheckoutConfig: false };
  const usedCheckoutConfig = commitText === undefined;
  const checkout = readTidegateFile(path, checkoutText);
  const commit =
    usedCheckoutConfig || commitText === checkoutText ? checkout : readTidegateFile(path, commitText);
  const report = new Report();
  const environment = findEnvironment(checkout, request, report);
  if (commit.project !== checkout.project && commit.project !== undefined && checkout.project !== undefined)
    report.warning(commit.place('project'), renamed(commit.project, checkout.project));
  const { services, backing } = await readServices({ request, commit, environment, report });
  const flagsFile = flagsFileOf(commit, report);
  const suites = await readSuites({ file: commit, services, readFile: request.readCommitFile, report });
  const problems = sortProblems([
    ...[
      checkout.reports.rest,
      commit.reports.rest,
      checkout.reports.environments,
      commit.reports.services,
    ].flatMap((part) => part.problems()),
    ...report.problems(),
  ]);
  const common = {
    environments: checkout.environmentNames,
    problems,
    usedCheckoutConfig,
    ...(flagsFile && { flagsFile }),
  };
  const isRight = !problems.some(({ severity }) => severity === 'error');
  if (!isRight || !environment || checkout.project === undefined) return common;
  return { ...common, project: { name: checkout.project, environment, services, backing, suites } };
}

export interface ListedEnvironments {
  readonly project?: string;
  /** Those without an error, whatever the others and `services:` look like. */
  readonly environments: readonly Environment[];
  /** Hosts that services answer to; empty when one of them answers to any. */
  readonly hosts: readonly string[];
  /** Of everything but `services:`. */
  readonly problems: readonly Problem[];
}

/** The environments of the checkout, without any commit: for status, setup and down. */
export async function listEnvironments(request: {
  readonly readCheckoutFile: ReadFile;
  readonly variables: Variables;
  readonly folder?: string;
}): Promise<ListedEnvironments> {
  const path = configPath(request.folder);
  const text = await request.readCheckoutFile(path);
  if (text === undefined) return { environments: [], hosts: [], problems: [missingFile(path)] };
  const file = readTidegateFile(path, text);
  return {
    ...(file.project === undefined ? {} : { project: file.project }),
    environments: environmentsOf(file, request.variables),
    hosts: hostsOf(file),
    problems: sortProblems([...file.reports.rest.problems(), ...file.reports.environments.problems()]),
  };
}

function hostsOf({ services }: TidegateFile): readonly string[] {
  const routes = [...services.values()].flatMap(({ route }) =>
    route && route.internal !== true ? [route] : [],
  );
  const takesAny = routes.some(({ hosts, paths }) => hosts === undefined && paths === undefined);
  return takesAny ? [] : [...new Set(routes.flatMap(({ hosts = [] }) => hosts))];
}

function configPath(folder = ''): string {
  return repositoryPath(folder, 'tidegate.yaml') ?? 'tidegate.yaml';
}

function missingFile(file: string): Problem {
  const message = `There is no ${file} in the checkout.`;
  return { severity: 'error', file, line: 1, column: 1, code: 'config.missing', message, hint: missingHint };
}

function findEnvironment(file: TidegateFile, request: LoadRequest, report: Report): Environment | undefined {
  const { environment: wanted } = request;
  if (file.environmentNames.length > 0 && !file.environmentNames.includes(wanted)) {
    const { message, hint } = unknownEnvironment(wanted, file.environmentNames);
    report.error(file.place('environments'), {
      code: 'config.unknown-environment',
      message,
      hint: hint ?? '',
    });
  }
  return environmentsOf(file, request.variables).find(({ name }) => name === wanted);
}

function renamed(commit: string, checkout: string): { code: string; message: string; hint: string } {
  return {
    code: 'config.project-renamed',
    message: `The commit calls the project ${commit}, the checkout ${checkout}; ${checkout} holds.`,
    hint: 'Environments belong to the name in the checkout: nothing to do if the project was renamed on purpose.',
  };
}

interface Parts {
  readonly request: LoadRequest;
  readonly commit: TidegateFile;
  readonly environment: Environment | undefined;
  readonly report: Report;
}

async function readServices({ request, commit, environment, report }: Parts): Promise<{
  readonly services: readonly AppService[];
  readonly backing: readonly BackingService[];
}> {
  const none = { services: [], backing: [] };
  if (!commit.tree) return none;
  const stack = environment?.stack ?? stackName(commit.project ?? 'project', request.environment);
  if (environment) checkSlotNames(commit, stack);
  const paths = composePaths(commit, report);
  if (paths.length === 0) return none;
  const caller = request.callerFiles ?? noCallerFiles;
  const sources = { read: request.readCommitFile, caller, report };
  const variables = { ...request.variables, ...environment?.variables };
  const compose = await readComposeFile({
    ...sources,
    paths,
    stack,
    variables: await withDotenv(folderOf(paths[0]?.path ?? ''), variables, sources),
    permits: (service) => {
      const isBacking = !commit.serviceNames.includes(service);
      const input = commit.services.get(service);
      const isNeverTwo = isBacking || input?.worker?.order === 'stop-first';
      return {
        shared: isNeverTwo || input?.volumes === 'shared',
        mayBeGlobal: isBacking || input?.worker !== undefined,
        ports: portsOf(commit, service),
        mayHaveAliases: isBacking,
      };
    },
  });
  if (!compose) return none;
  checkNamed(commit, compose, report);
  const dockerfiles = await readDockerfiles(compose.services, request.readCommitFile);
  return {
    services: compose.services.flatMap((service) =>
      appService(service, { file: commit, dockerfiles, report }),
    ),
    backing: backingServices(compose, { named: commit.serviceNames, stack, report }),
  };
}

/** Inside the repository; none when one of them is not. */
function composePaths(file: TidegateFile, report: Report): readonly ComposePath[] {
  const written = file.compose ?? [{ path: defaults.compose, at: file.place('compose') }];
  const paths = written.flatMap(({ path, at }) => {
    const inside = repositoryPath(folderOf(file.path), path);
    if (inside !== undefined && inside !== '') return [{ path: inside, at }];
    report.error(at, {
      code: 'config.invalid-value',
      message: `compose: ${JSON.stringify(path)} is not a file of the repository.`,
      hint: 'Write a path as seen from tidegate.yaml, with "/", that stays inside the repository: compose.yaml.',
    });
    return [];
  });
  return paths.length === written.length ? paths : [];
}

function flagsFileOf(file: TidegateFile, report: Report): LoadedProject['flagsFile'] {
  if (file.flags === undefined) return undefined;
  const path = repositoryPath(folderOf(file.path), file.flags);
  const namedAt = file.place('flags');
  if (path !== undefined && path !== '') return { path, namedAt };
  report.error(namedAt, {
    code: 'config.invalid-value',
    message: `flags: ${JSON.stringify(file.flags)} is not a file of the repository.`,
    hint: 'Write a path as seen from tidegate.yaml, with "/", that stays inside the repository: flags.yaml.',
  });
  return undefined;
}

function checkNamed(file: TidegateFile, compose: ComposeFile, report: Report): void {
  for (const name of file.serviceNames.filter((service) => !compose.serviceNames.includes(service)))
    if (compose.leftOut.includes(name)) report.error(file.place('services', name), leftOut(name));
    else
      report.error(file.place('services', name), {
        code: 'config.unknown-service',
        message: `services: the compose file has no service "${name}".`,
        hint: suggestion(name, compose.serviceNames),
      });
}

function leftOut(name: string): Finding {
  return {
    code: 'config.inactive-profile',
    message: `services: "${name}" is in compose profiles that are not asked for.`,
    hint: `Name one in the environment's "variables:" ({ COMPOSE_PROFILES: … }), or remove the service here.`,
  };
}

/** Of services that are built: what their Dockerfiles say. */
type Dockerfiles = ReadonlyMap<string, DockerfileFacts>;

async function readDockerfiles(services: readonly ComposeService[], read: ReadFile): Promise<Dockerfiles> {
  const found = services.map(async ({ name, source }) => {
    const text = source?.kind === 'build' ? await read(source.dockerfile) : undefined;
    return text === undefined || source?.kind !== 'build'
      ? []
      : [[name, dockerfileFacts(text, { target: source.target, args: source.args })] as const];
  });
  return new Map((await Promise.all(found)).flat());
}

function portsOf(file: TidegateFile, service: string): PortsRule {
  if (!file.serviceNames.includes(service)) return { kind: 'warn' };
  if (file.services.get(service)?.ports === 'ignore') return { kind: 'ignore' };
  const title = `Leave the ports of ${service} to docker compose ("ports: ignore")`;
  const path = ['services', service, 'ports'];
  return { kind: 'refuse', change: { kind: 'set', title, file: file.path, path, value: 'ignore' } };
}

interface ServiceContext {
  readonly file: TidegateFile;
  readonly dockerfiles: Dockerfiles;
  readonly report: Report;
}

function appService(
  service: ComposeService,
  { file, dockerfiles, report }: ServiceContext,
): readonly AppService[] {
  const input = file.services.get(service.name);
  const { name, source, template } = service;
  if (!input || !source) return [];
  if (!input.route) {
    const { worker = {}, rollout } = input;
    const made = workerService(
      { ...service, source },
      { worker, rollout, orderAt: placeOf(file, name, 'worker', 'order'), report },
    );
    return [{ ...made, ...releaseCommandOf(input.release) }];
  }
  const web: WebService = {
    ...serviceBase({ ...service, source }),
    kind: 'web',
    route: routeOf(input.route),
    health: input.health ?? defaults.health,
    replicas: template.Mode.Replicated?.Replicas ?? 1,
    rollout: rolloutOf(input.rollout),
    ...releaseCommandOf(input.release),
  };
  advise({
    service: web,
    compose: service,
    drainAt: placeOf(file, name, 'rollout', 'drain'),
    dockerfile: dockerfiles.get(name),
    report,
  });
  return [web];
}

/** Without keys for what is not said: releases of before have the same content. */
function routeOf(route: NonNullable<ServiceInput['route']>): WebService['route'] {
  const { hosts = [], port, paths, stripPrefix, internal } = route;
  return {
    hosts,
    port,
    ...(paths && { paths }),
    ...(stripPrefix === true && { stripPrefix }),
    ...(internal === true && { internal: 'only' }),
    ...(internal === 'also' && { internal }),
  };
}

/** Where a key of a service's part of tidegate.yaml stands, if it is there. */
function placeOf(file: TidegateFile, service: string, part: string, key: string): Place | undefined {
  if (!file.tree) return undefined;
  return entryOf(locate(file.tree, ['services', service, part]).tree, key)?.at;
}
