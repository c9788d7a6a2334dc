/** One tidegate.yaml, read as far as it is right: a broken environment leaves the others usable. */
import { names, slotServiceName, stackName } from '../common/names.ts';
import { checkClaims } from './claims.ts';
import { checkFlagServers } from './flag-server.ts';
import { checkInternalRoutes } from './internal-routes.ts';
import { Report, type Finding, type Place } from './report.ts';
import { environmentSchema, serviceSchema, suiteSchema, tidegateSchema } from './schema.ts';
import type { EnvironmentInput, ServiceInput, SuiteInput } from './schema.ts';
import { findingsOf } from './schema-problems.ts';
import { readYaml } from './yaml-source.ts';
import { entryOf, locate, plainOf, type Tree } from './yaml-tree.ts';

export interface TidegateFile {
  readonly path: string;
  readonly project: string | undefined;
  /** As written, each with its place; `undefined`: the default. */
  readonly compose: readonly WrittenPath[] | undefined;
  /** As written; `undefined`: the project has no flags. */
  readonly flags: string | undefined;
  /** Those without an error. */
  readonly environments: ReadonlyMap<string, EnvironmentInput>;
  /** Every name that is written there, right or wrong. */
  readonly environmentNames: readonly string[];
  readonly services: ReadonlyMap<string, ServiceInput>;
  readonly serviceNames: readonly string[];
  readonly suites: ReadonlyMap<string, SuiteInput>;
  /** Where a key stands, or the nearest one above it. */
  readonly place: (...path: readonly string[]) => Place;
  readonly tree: Tree | undefined;
  /** Environments come from the checkout, services and suites from the commit: the problems of each part by itself. */
  readonly reports: { readonly environments: Report; readonly services: Report; readonly rest: Report };
}

export interface WrittenPath {
  readonly path: string;
  readonly at: Place;
}

/** Swarm refuses longer names of services, and of configs. */
const longestName = 63;
const longestConfigName = 64;

export function readTidegateFile(path: string, text: string): TidegateFile {
  const reports = { environments: new Report(), services: new Report(), rest: new Report() };
  const start: Place = { file: path, line: 1, column: 1 };
  const tree = readYaml(path, text, reports.rest);
  if (!tree) {
    if (!reports.rest.hasErrors) reports.rest.error(start, emptyFile(path));
    return emptyTidegateFile(path, reports, start);
  }
  const plain = plainOf(tree);
  for (const { path: where, at, ...finding } of findingsOf(
    tidegateSchema.safeParse(plain).error?.issues ?? [],
    tree,
  ))
    reports[sectionOf(where)].error(at, finding);
  const file: TidegateFile = {
    path,
    project: parsed(tidegateSchema.shape.project, scalarAt(tree, 'project')),
    compose: composePaths(tree),
    flags: parsed(tidegateSchema.shape.flags, scalarAt(tree, 'flags')),
    environments: partsOf(tree, 'environments', environmentSchema),
    environmentNames: keysOf(tree, 'environments'),
    services: partsOf(tree, 'services', serviceSchema),
    serviceNames: keysOf(tree, 'services'),
    suites: partsOf(tree, 'suites', suiteSchema),
    place: (...keys) => locate(tree, keys).at,
    tree,
    reports,
  };
  checkStacks(file);
  checkServiceNames(file);
  checkClaims(file);
  checkInternalRoutes(file);
  checkFlagServers(file, reports.environments);
  return file;
}

/** Reports each service whose slots would have names that Swarm refuses, in this environment. */
export function checkSlotNames(file: TidegateFile, stack: string): void {
  for (const service of file.serviceNames) {
    const longest = slotServiceName(stack, service, 'green');
    if (longest.length > longestName)
      file.reports.services.error(
        file.place('services', service),
        tooLong(longest, 'service, project or environment'),
      );
  }
}

function sectionOf(path: readonly PropertyKey[]): 'environments' | 'services' | 'rest' {
  if (path[0] === 'suites') return 'services';
  return path[0] === 'environments' || path[0] === 'services' ? path[0] : 'rest';
}

interface Parser<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

function parsed<T>(schema: Parser<T>, value: unknown): T | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

function scalarAt(tree: Tree, key: string): unknown {
  const value = entryOf(tree, key)?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}

/** One path, or a list of them. */
function composePaths(tree: Tree): readonly WrittenPath[] | undefined {
  const entry = entryOf(tree, 'compose');
  const given = entry && parsed(tidegateSchema.shape.compose, plainOf(entry.value));
  if (!entry || given === undefined) return undefined;
  if (typeof given === 'string') return [{ path: given, at: entry.at }];
  return given.map((path, index) => ({ path, at: locate(tree, ['compose', index]).at }));
}

function keysOf(tree: Tree, section: string): readonly string[] {
  const value = entryOf(tree, section)?.value;
  return value?.kind === 'map' ? value.entries.map(({ key }) => key) : [];
}

function partsOf<T>(tree: Tree, section: string, schema: Parser<T>): ReadonlyMap<string, T> {
  const value = entryOf(tree, section)?.value;
  const parts = new Map<string, T>();
  for (const { key, value: part } of value?.kind === 'map' ? value.entries : []) {
    const data = parsed(schema, plainOf(part));
    if (data !== undefined) parts.set(key, data);
  }
  return parts;
}

function checkStacks(file: TidegateFile): void {
  if (file.project === undefined) return;
  for (const name of file.environmentNames) {
    // The longest name that Tidegate makes of a stack's: shorter ones fit when it does.
    const longest = names.file(stackName(file.project, name), 'edge-config', '0'.repeat(12));
    if (longest.length > longestConfigName)
      file.reports.environments.error(file.place('environments', name), {
        code: 'config.name-too-long',
        message: `The stack ${stackName(file.project, name)} has ${longest.length - longestConfigName} characters too many: Swarm's configs have names of ${longestConfigName} at most.`,
        hint: 'Shorten the name of the project or of the environment.',
      });
  }
  if (file.environmentNames.length === 0 && entryOf(file.tree, 'environments')?.value.kind === 'map')
    file.reports.environments.error(
      file.place('environments'),
      noneNamed('environment', 'dev: { edge: { http: 8080 } }'),
    );
}

function checkServiceNames(file: TidegateFile): void {
  const report = file.reports.services;
  for (const service of file.serviceNames) {
    if (/-(?:blue|green)$/.test(service) || service.startsWith('tidegate-'))
      report.error(file.place('services', service), {
        code: 'config.reserved-name',
        message: `services: "${service}" is a name Tidegate uses itself.`,
        hint: 'Service names do not end in -blue or -green and do not start with tidegate-.',
      });
  }
  if (file.serviceNames.length === 0 && entryOf(file.tree, 'services')?.value.kind === 'map')
    report.error(file.place('services'), noneNamed('service', 'web: { route: { port: 3000 } }'));
}

function tooLong(name: string, what: string): Finding {
  return {
    code: 'config.name-too-long',
    message: `The Swarm service ${name} would have ${name.length} characters; Swarm allows ${longestName}.`,
    hint: `Shorten the name of the ${what} by ${name.length - longestName}.`,
  };
}

function noneNamed(what: string, example: string): Finding {
  return {
    code: 'config.missing-key',
    message: `${what}s: there is none.`,
    hint: `Name at least one: ${example}.`,
  };
}

function emptyFile(path: string): Finding {
  return {
    code: 'config.missing-key',
    message: `${path} is empty.`,
    hint: 'It needs version, project, environments and services.',
  };
}

function emptyTidegateFile(path: string, reports: TidegateFile['reports'], start: Place): TidegateFile {
  return {
    path,
    project: undefined,
    compose: undefined,
    flags: undefined,
    environments: new Map(),
    environmentNames: [],
    services: new Map(),
    serviceNames: [],
    suites: new Map(),
    place: () => start,
    tree: undefined,
    reports,
  };
}
