/** The compose file of a commit, in its small form: web services only, each named in tidegate.yaml. */
import { names as swarmNames } from '../common/names.ts';
import type { SlotTemplate } from '../swarm/ledger/release.ts';
import { Field } from './compose-field.ts';
import { attachmentKeys, checkKeys, networkKeys, serviceKeys, topKeys } from './compose-keys.ts';
import { suggestion } from './did-you-mean.ts';
import { readImageSource } from './image-source.ts';
import { interpolateTree } from './interpolate-tree.ts';
import type { Variables } from './interpolate.ts';
import type { ImageSource } from './model.ts';
import type { Finding, Place, Report } from './report.ts';
import { folderOf } from './repository-path.ts';
import { readTemplate } from './service-template.ts';
import { readYaml } from './yaml-source.ts';

export interface ComposeInput {
  /** Path inside the repository. */
  readonly path: string;
  readonly text: string;
  readonly stack: string;
  readonly variables: Variables;
  readonly report: Report;
}

export interface ComposeFile {
  /** In the order of the file. Those that could be read; problems are in the report. */
  readonly services: readonly ComposeService[];
  /** Every service that is written there. */
  readonly serviceNames: readonly string[];
  /** Where a service's key stands. */
  readonly place: (service: string) => Place;
}

export interface ComposeService {
  readonly name: string;
  readonly source: ImageSource | undefined;
  readonly template: SlotTemplate;
  readonly networks: readonly string[];
  readonly field: Field;
}

/** Never throws. `undefined` when nothing of the file can be read. */
export function readComposeFile(input: ComposeInput): ComposeFile | undefined {
  const { path, text, report } = input;
  const start: Place = { file: path, line: 1, column: 1 };
  const raw = readYaml(path, text, report);
  if (raw?.kind !== 'map') {
    if (!report.hasErrorIn(path)) report.error(start, noServices(path));
    return undefined;
  }
  const root = new Field('', interpolateTree(raw, input.variables, report), start, report);
  checkKeys(root, topKeys);
  const networks = readNetworks(root.get('networks'), input.stack);
  const services = root.get('services');
  if (!services) report.error(start, noServices(path));
  if (services?.tree.kind !== 'map') {
    services?.entries();
    return undefined;
  }
  const entries = services.entries();
  return {
    services: entries.flatMap(([name, field]) => readService(name, field, networks, input)),
    serviceNames: entries.map(([name]) => name),
    place: (service) => services.raw(service)?.keyAt ?? services.keyAt,
  };
}

function noServices(path: string): Finding {
  return {
    code: 'compose.missing-key',
    message: `${path} holds no services.`,
    hint: 'Write them under "services:".',
  };
}

function readService(
  name: string,
  field: Field,
  networks: readonly string[],
  input: ComposeInput,
): readonly ComposeService[] {
  if (field.tree.kind !== 'map') {
    field.error({
      code: 'compose.invalid-value',
      message: 'a service is a map.',
      hint: 'Say at least where its image comes from: "build: ." or "image: name:tag".',
    });
    return [];
  }
  checkKeys(field, serviceKeys);
  const ports = field.get('ports');
  if (ports && !(ports.tree.kind === 'list' && ports.tree.items.length === 0))
    ports.errorAtKey({
      code: 'compose.ports',
      message: 'only the edge publishes ports; a port of its own could be held by one slot only.',
      hint: 'Remove "ports:"; the edge sends requests to "route.port" of tidegate.yaml.',
    });
  const build = { folder: folderOf(input.path), variables: input.variables };
  return [
    {
      name,
      field,
      source: readImageSource(field, build),
      template: readTemplate(field, input),
      networks: readAttachments(field.get('networks'), networks),
    },
  ];
}

/** Names of the declared networks; `default` is always there. */
function readNetworks(field: Field | undefined, stack: string): readonly string[] {
  const declared = field?.entries() ?? [];
  for (const [name, network] of declared) {
    checkNetworkName(name, network, stack);
    if (network.isEmpty) continue;
    checkKeys(network, networkKeys);
    const driver = network.get('driver');
    if (driver && driver.text() !== 'overlay')
      driver.error({
        code: 'compose.unsupported-value',
        message: `${driver.shown} is not supported: Swarm services need an overlay network.`,
        hint: 'Write "driver: overlay", or leave it out.',
      });
  }
  return [...new Set(['default', ...declared.map(([name]) => name)])];
}

function checkNetworkName(name: string, field: Field, stack: string): void {
  const whole = swarmNames.network(stack, name);
  const isName = /^[a-z0-9]+(?:[_-]+[a-z0-9]+)*$/i.test(name);
  if (isName && whole.length <= 63 && !name.startsWith('tidegate')) return;
  field.errorAtKey({
    code: 'compose.invalid-name',
    message: `the network ${whole} cannot be made: ${isName ? "its name is too long or Tidegate's own" : 'Swarm refuses the name'}.`,
    hint: 'Use letters, digits, "-" and "_", at most 63 characters with the stack\'s name, and not "tidegate".',
  });
}

/** Sorted: the order in the file means nothing. */
function readAttachments(field: Field | undefined, declared: readonly string[]): readonly string[] {
  if (!field) return ['default'];
  const attached = field.tree.kind === 'list' ? field.items().flatMap(named) : field.entries();
  for (const [name, network] of attached) {
    if (field.tree.kind === 'map' && !network.isEmpty) checkKeys(network, attachmentKeys);
    if (!declared.includes(name))
      network.errorAtKey({
        code: 'compose.unknown-network',
        message: `the network "${name}" is not declared.`,
        hint: `${suggestion(name, declared)} Networks are declared under the top-level "networks:".`,
      });
  }
  const names = [...new Set(attached.map(([name]) => name))].sort();
  return names.length === 0 ? ['default'] : names;
}

function named(item: Field): readonly (readonly [string, Field])[] {
  const name = item.text('Name a network.');
  return name === undefined ? [] : [[name, item]];
}
