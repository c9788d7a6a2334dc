/** The compose files of a commit as services, whatever kind each of them is. */
import type { SlotTemplate } from '../swarm/ledger/release.ts';
import type { ComposeContext } from './compose-context.ts';
import { Field } from './compose-field.ts';
import { checkKeys, serviceKeys, topKeys } from './compose-keys.ts';
import { loadComposeTree, noServices, type ComposePath } from './compose-tree.ts';
import type { CallerFiles } from './caller-files.ts';
import type { Change } from './fix/change.ts';
import { configFiles, readConfigs } from './configs.ts';
import { checkCircle, readDependencies } from './dependencies.ts';
import { readImageSource } from './image-source.ts';
import type { Variables } from './interpolate.ts';
import type { ConfigFile, ExternalFile, ImageSource, NetworkUse, ReadFile, SecretFile } from './model.ts';
import { readMounted } from './mounted-references.ts';
import { readNamedFiles } from './named-files.ts';
import { readAttachments, readNetworks, type DeclaredNetworks } from './networks.ts';
import { activeProfiles, isActive } from './profiles.ts';
import type { Place, Report } from './report.ts';
import { readSecrets } from './secrets.ts';
import { readTemplate } from './service-template.ts';
import { readVolumes } from './volumes.ts';

export interface ComposeInput {
  /** The first one, then those that are laid over it. */
  readonly paths: readonly ComposePath[];
  /** Of the commit. */
  readonly read: ReadFile;
  readonly caller: CallerFiles;
  readonly stack: string;
  readonly variables: Variables;
  /** What the kind of a service permits. */
  readonly permits: (service: string) => Permits;
  readonly report: Report;
}

export interface Permits extends Pick<ComposeContext, 'shared' | 'mayBeGlobal'> {
  readonly ports: PortsRule;
  /** There is one of it, so it may be called by more than its name. */
  readonly mayHaveAliases: boolean;
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
  readonly networkUses: readonly NetworkUse[];
  readonly configs: readonly ConfigFile[];
  readonly secrets: readonly SecretFile[];
  readonly externalFiles: readonly ExternalFile[];
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
  const files = await readNamedFiles(tree, input.read, input.caller);
  const project = {
    stack,
    variables,
    files,
    networks: readNetworks(root.get('networks'), stack),
    volumes: readVolumes(root.get('volumes'), stack),
    configFiles: configFiles(root.get('configs')),
    configs: readConfigs(root.get('configs'), { stack, variables, files }),
    secrets: readSecrets(root.get('secrets'), { stack, variables, files }),
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
  const read = active.flatMap(([name, field]) =>
    readService(name, field, { ...project, ...input.permits(name), serviceNames: allNames }),
  );
  checkCircle(read);
  return {
    services: read,
    serviceNames,
    leftOut: allNames.filter((name) => !serviceNames.includes(name)),
    place: (service) => services.raw(service)?.keyAt ?? services.keyAt,
  };
}

interface ServiceContext extends ComposeContext {
  readonly networks: DeclaredNetworks;
  readonly serviceNames: readonly string[];
  readonly ports: PortsRule;
  readonly mayHaveAliases: boolean;
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
  const configs = readMounted('config', field.get('configs'), context.configs);
  const secrets = readMounted('secret', field.get('secrets'), context.secrets);
  return [
    {
      name,
      field,
      source: readImageSource(field, context.variables),
      template: readTemplate(field, context),
      ...readAttachments(field.get('networks'), { ...context, service: name }),
      configs: configs?.made ?? [],
      secrets: secrets?.made ?? [],
      externalFiles: [...(configs?.external ?? []), ...(secrets?.external ?? [])],
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
