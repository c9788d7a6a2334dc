/** The overlay networks of a compose file: those it declares, and which of them a service is on. */
import { names as swarmNames } from '../common/names.ts';
import type { Field } from './compose-field.ts';
import { attachmentKeys, checkKeys, networkKeys } from './compose-keys.ts';
import { withoutDriver } from './key-repairs.ts';
import { suggestion } from '../common/did-you-mean.ts';

/** Names of the declared networks; `default` is always there. */
export function readNetworks(field: Field | undefined, stack: string): readonly string[] {
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
        change: withoutDriver(driver),
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
export function readAttachments(field: Field | undefined, declared: readonly string[]): readonly string[] {
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
