/** The compose files of a commit as services, whatever kind each of them is. */
import type { SlotTemplate } from '../swarm/ledger/release.ts';
import type { ComposeContext } from './compose-context.ts';
import { Field } from './compose-field.ts';
import { checkKeys, serviceKeys, topKeys } from './compose-keys.ts';
import { loadComposeTree, noServices, type ComposePath } from './compose-tree.ts';
import { readConfigs, readMountedConfigs } from './configs.ts';
import { readDependencies } from './dependencies.ts';
import type { Change } from './fix/change.ts';
import { readImageSource } from './image-source.ts';
import type { Variables } from './interpolate.ts';
import type { ConfigFile, ImageSource, ReadFile } from './model.ts';
import { readNamedFiles } from './named-files.ts';
import { readAttachments, readNetworks } from './networks.ts';
import { activeProfiles, isActive } from './profiles.ts';
import type { Place, Report } from './report.ts';
import { readTemplate } from './service-template.ts';
import { readVolumes } from './volumes.ts';

export interface ComposeInput {
  /** The first one, then those that are laid over it. */
  readonly paths: readonly ComposePath[];
  /** Of the commit. */
  readonly read: ReadFile;
  readonly stack: string;
  readonly variables: Variables;
  /** What the kind of a service permits. */
  readonly permits: (service: string) => Permits;
  readonly report: Report;
}

export interface Permits extends Pick<ComposeContext, 'shared' | 'mayBeGlobal'> {
  readonly ports: PortsRule;
}

/** What is done about a service's `ports:`. */
export type PortsRule =
  /** It is said elsewhere that they are not for here. */
  | { readonly kind: 'ignore' }
  /** There is no place to say so. */
  | { readonly kind: 'warn' }
  /** `change`: says it. */
  | { readonly kind: 'refuse'; readonly change: Change | undefined };

export interface ComposeFile {
  /** In the order of the file. Those that could be read; problems are in the report. */
  readonly services: readonly ComposeService[];
  /** Every service that is written there and not left out by its profiles. */
  readonly serviceNames: readonly string[];
  /** Services in profiles that nobody asked for. */
  readonly leftOut: readonly string[];
  /** Where a service's key stands. */
  readonly place: (service: string) => Place;
}

export interface ComposeService {
  readonly name: string;
  readonly source: ImageSource | undefined;
  readonly template: SlotTemplate;
  readonly networks: readonly string[];
  readonly configs: readonly ConfigFile[];
  readonly dependsOn: readonly string[];
  readonly field: Field;
}

/** Throws only what `read` throws. `undefined` when nothing of the files can be read. */
export async function readComposeFile(input: ComposeInput): Promise<ComposeFile | undefined> {
  const { paths, report, stack, variables } = input;
  const path = paths[0]?.path ?? '';
  const tree = await loadComposeTree(paths, input);
  if (!tree) return undefined;
  const start: Place = { file: path, line: 1, column: 1 };
  const root = new Field('', tree, start, report);
  checkKeys(root, topKeys);
  const files = await readNamedFiles(tree, input.read);
  const project = {
    stack,
    variables,
    files,
    networks: readNetworks(root.get('networks'), stack),
    volumes: readVolumes(root.get('volumes'), stack),
    configs: readConfigs(root.get('configs'), { stack, variables, files }),
  };
  const services = root.get('services');
  if (!services) report.error(start, noServices(path));
  if (services?.tree.kind !== 'map') {
    services?.entries();
    return undefined;
  }
  const all = services.entries();
  const profiles = activeProfiles(variables);
  const active = all.filter(([, field]) => isActive(field, profiles));
  const serviceNames = active.map(([name]) => name);
  const allNames = all.map(([name]) => name);
  return {
    services: active.flatMap(([name, field]) =>
      readService(name, field, { ...project, ...input.permits(name), serviceNames: allNames }),
    ),
    serviceNames,
    leftOut: allNames.filter((name) => !serviceNames.includes(name)),
    place: (service) => services.raw(service)?.keyAt ?? services.keyAt,
  };
}

interface ServiceContext extends ComposeContext {
  readonly networks: readonly string[];
  readonly serviceNames: readonly string[];
  readonly ports: PortsRule;
}

function readService(name: string, field: Field, context: ServiceContext): readonly ComposeService[] {
  if (field.tree.kind !== 'map') {
    field.error({
      code: 'compose.invalid-value',
      message: 'a service is a map.',
      hint: 'Say at least where its image comes from: "build: ." or "image: name:tag".',
    });
    return [];
  }
  checkKeys(field, serviceKeys);
  checkPorts(field.get('ports'), context.ports);
  return [
    {
      name,
      field,
      source: readImageSource(field, context.variables),
      template: readTemplate(field, context),
      networks: readAttachments(field.get('networks'), context.networks),
      configs: readMountedConfigs(field.get('configs'), context.configs)?.files ?? [],
      dependsOn: readDependencies(field.get('depends_on'), context.serviceNames),
    },
  ];
}

function checkPorts(ports: Field | undefined, rule: PortsRule): void {
  if (!ports || (ports.tree.kind === 'list' && ports.tree.items.length === 0)) return;
  if (rule.kind === 'warn')
    ports.warning({
      code: 'compose.ports-not-published',
      message:
        'not published here: only the edge publishes ports; services of the project reach it by its name.',
      hint: 'Nothing to do, if only "docker compose" needs them.',
    });
  if (rule.kind === 'refuse')
    ports.errorAtKey({
      code: 'compose.ports',
      message: 'only the edge publishes ports; a port of its own could be held by one slot only.',
      hint: 'Remove "ports:", or write "ports: ignore" for the service in tidegate.yaml, so that only docker compose publishes them.',
      change: rule.change,
    });
}
