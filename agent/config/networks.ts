/** The overlay networks of a compose file: those it declares, and which of them a service is on. */
import { isIPv4 } from 'node:net';
import { names as swarmNames } from '../common/names.ts';
import type { NetworkDetails } from '../swarm/ledger/release.ts';
import type { Field } from './compose-field.ts';
import { attachmentKeys, checkKeys, ipamConfigKeys, ipamKeys, networkKeys } from './compose-keys.ts';
import { readPairs } from './compose-pairs.ts';
import { withoutDriver } from './key-repairs.ts';
import { suggestion } from '../common/did-you-mean.ts';
import { readLabels } from './labels.ts';
import type { NetworkUse } from './model.ts';
import type { Place } from './report.ts';

/** By their names in the compose file; `default` is always there. */
export type DeclaredNetworks = ReadonlyMap<string, DeclaredNetwork>;

export interface DeclaredNetwork {
  /** Empty: nothing is said of it but its name. */
  readonly details: NetworkDetails;
  readonly at: Place | undefined;
}

export function readNetworks(field: Field | undefined, stack: string): DeclaredNetworks {
  const declared = (field?.entries() ?? []).map(([key, network]) => {
    const details = network.isEmpty ? {} : readDetails(network);
    checkNetworkName(details.name ?? swarmNames.network(stack, key), details, network.get('name') ?? network);
    return [key, { details, at: network.keyAt }] as const;
  });
  const usual: DeclaredNetwork = { details: {}, at: undefined };
  return new Map<string, DeclaredNetwork>([['default', usual], ...declared]);
}

function readDetails(field: Field): NetworkDetails {
  checkKeys(field, networkKeys);
  const external = field.get('external');
  if (external && isExternal(external)) return readExternal(field, external);
  checkDriver(field.get('driver'));
  const [options, labels, ipam] = [field.get('driver_opts'), field.get('labels'), field.get('ipam')];
  const [name, subnets] = [field.get('name')?.text(), ipam ? readSubnets(ipam) : []];
  const given = options ? readPairs(options).map((pair) => [pair.name, pair.value ?? '']) : [];
  const ownLabels = labels ? readLabels(labels) : {};
  return {
    ...(name !== undefined && { name }),
    ...(field.get('internal')?.boolean() === true && { internal: true as const }),
    ...(field.get('attachable')?.boolean() === true && { attachable: true as const }),
    ...(given.length > 0 && { options: Object.fromEntries(given) as Record<string, string> }),
    ...(Object.keys(ownLabels).length > 0 && { labels: ownLabels }),
    ...(subnets.length > 0 && { subnets: [...subnets] }),
  };
}

function checkDriver(driver: Field | undefined): void {
  if (!driver || driver.text() === 'overlay') return;
  driver.error({
    code: 'compose.unsupported-value',
    message: `${driver.shown} is not supported: Swarm services need an overlay network.`,
    hint: 'Write "driver: overlay", or leave it out.',
    change: withoutDriver(driver),
  });
}

/** `true`, or, as it once was written, a map with the name. */
function isExternal(field: Field): boolean {
  return field.tree.kind === 'map' || field.boolean() === true;
}

function readExternal(field: Field, external: Field): NetworkDetails {
  for (const key of ['driver_opts', 'ipam', 'internal', 'attachable', 'labels'])
    field.get(key)?.errorAtKey({
      code: 'compose.unsupported-value',
      message: 'has no effect on a network that is external.',
      hint: 'Remove it: who makes the network says what it is.',
    });
  const old = external.tree.kind === 'map' ? external.get('name')?.text() : undefined;
  const name = field.get('name')?.text() ?? old ?? keyOf(field);
  const isOfNode = ['host', 'none', 'bridge'].includes(name);
  if (isOfNode)
    field.errorAtKey({
      code: 'compose.unsupported-value',
      message: `the network ${name} is one of a node, where the edge cannot reach a service.`,
      hint: 'Join an overlay network of the Swarm, or leave "networks:" out.',
    });
  return { name, external: true };
}

function keyOf(field: Field): string {
  return String(field.steps.at(-1) ?? '');
}

function readSubnets(ipam: Field): readonly string[] {
  checkKeys(ipam, ipamKeys);
  const driver = ipam.get('driver');
  if (driver && driver.text() !== 'default')
    driver.error({
      code: 'compose.unsupported-value',
      message: `${driver.shown} is not supported: Swarm gives addresses itself.`,
      hint: 'Write "driver: default", or leave it out.',
    });
  return (ipam.get('config')?.items() ?? []).flatMap((item) => {
    checkKeys(item, ipamConfigKeys);
    const subnet = item.get('subnet');
    const text = subnet?.text();
    if (subnet && text !== undefined && !isSubnet(text))
      subnet.error({
        code: 'compose.invalid-value',
        message: `${subnet.shown} is not a subnet.`,
        hint: 'Write its first address and how many bits are the same: 10.20.0.0/24.',
      });
    return text ?? [];
  });
}

function isSubnet(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  return rest.length === 0 && isIPv4(address) && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 30;
}

function checkNetworkName(whole: string, { external, name }: NetworkDetails, field: Field): void {
  const pattern = name === undefined ? /^[a-z0-9]+(?:[_-]+[a-z0-9]+)*$/i : /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
  const isOwn = external !== true && /^tidegate/.test(keyOf(field));
  if (pattern.test(whole) && whole.length <= 63 && !isOwn) return;
  field.errorAtKey({
    code: 'compose.invalid-name',
    message: `the network ${whole} cannot be made: ${pattern.test(whole) ? "its name is too long or Tidegate's own" : 'Swarm refuses the name'}.`,
    hint: 'Use letters, digits, "-" and "_", at most 63 characters with the stack\'s name, and not "tidegate".',
  });
}

export interface Attaching {
  readonly service: string;
  readonly networks: DeclaredNetworks;
  readonly serviceNames: readonly string[];
  readonly mayHaveAliases: boolean;
}

export interface Attachments {
  /** Sorted: the order in the file means nothing. */
  readonly networks: readonly string[];
  readonly networkUses: readonly NetworkUse[];
}

export function readAttachments(field: Field | undefined, context: Attaching): Attachments {
  const known = [...context.networks.keys()];
  const attached = !field ? [] : field.tree.kind === 'list' ? field.items().flatMap(named) : field.entries();
  const aliases = new Map<string, readonly string[]>();
  for (const [key, network] of attached) {
    if (field?.tree.kind === 'map' && !network.isEmpty) {
      checkKeys(network, attachmentKeys);
      aliases.set(key, readAliases(network.get('aliases'), context));
    }
    if (!known.includes(key))
      network.errorAtKey({
        code: 'compose.unknown-network',
        message: `the network "${key}" is not declared.`,
        hint: `${suggestion(key, known)} Networks are declared under the top-level "networks:".`,
      });
  }
  const keys = [...new Set(attached.map(([key]) => key))].sort();
  const networks = keys.length === 0 ? ['default'] : keys;
  return { networks, networkUses: networks.flatMap((key) => useOf(key, context, aliases.get(key) ?? [])) };
}

/** None, where nothing is said but the name. */
function useOf(key: string, { networks }: Attaching, aliases: readonly string[]): readonly NetworkUse[] {
  const { details, at } = networks.get(key) ?? { details: {}, at: undefined };
  if (Object.keys(details).length === 0 && aliases.length === 0) return [];
  return [{ key, details, aliases, at }];
}

function readAliases(field: Field | undefined, context: Attaching): readonly string[] {
  if (!field || (field.tree.kind === 'list' && field.tree.items.length === 0)) return [];
  if (!context.mayHaveAliases) {
    field.errorAtKey({
      code: 'compose.unsupported-key',
      message: 'its two slots would both answer to the name, whichever of them is live.',
      hint: 'Call it by its own name, which leads to the live slot: "route: { internal: true }" or "internal: also" in tidegate.yaml.',
    });
    return [];
  }
  return field.items().flatMap((item) => {
    const alias = item.text();
    if (alias === undefined) return [];
    const isName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9_])?$/.test(alias);
    const isTaken = alias !== context.service && context.serviceNames.includes(alias);
    if (!isName || isTaken || alias.startsWith('tidegate'))
      item.error({
        code: 'compose.invalid-name',
        message: `"${alias}" ${isTaken ? 'is the name of another service' : 'cannot be a name on a network'}.`,
        hint: 'Use letters, digits, "-", "_" and ".", not "tidegate", and a name that nothing else has.',
      });
    return [alias];
  });
}

function named(item: Field): readonly (readonly [string, Field])[] {
  const name = item.text('Name a network.');
  return name === undefined ? [] : [[name, item]];
}
