/** Keys that cannot be honoured, where a machine can write what is meant in another way, or nothing is lost without them. */
import type { Field } from './compose-field.ts';
import type { Change, RemoveEntry, Value } from './fix/change.ts';

/** `field`: the value that stands behind the key; `map`: what the key is in. */
export type KeyRepair = (field: Field, map: Field) => Change | undefined;

export const serviceRepairs: Readonly<Record<string, KeyRepair>> = {
  links: (field) => (hasAliases(field) ? undefined : without(field, 'services reach each other by name')),
  platform: (field) => without(field, "images are for the engine's own platform"),
  scale: moved(['deploy', 'replicas'], (field) => positive(field)),
  mem_limit: moved(['deploy', 'resources', 'limits', 'memory'], size),
  mem_reservation: moved(['deploy', 'resources', 'reservations', 'memory'], size),
  cpus: moved(['deploy', 'resources', 'limits', 'cpus'], (field) => scalarText(field)),
  pids_limit: moved(['deploy', 'resources', 'limits', 'pids'], (field) => positive(field)),
};

/** A driver of a single machine. */
export function withoutDriver(field: Field): Change | undefined {
  return scalarText(field) === 'bridge' ? alone(field, 'services of a Swarm are on an overlay') : undefined;
}

/** The network stays, also where nothing else is said of it. */
function alone(field: Field, why: string): Change {
  return { ...without(field, why), alone: true };
}

function without({ keyAt, steps, path }: Field, why: string): RemoveEntry {
  const title = `Remove ${path}: ${why}`;
  return { kind: 'remove', title, file: keyAt.file, path: steps, at: keyAt };
}

/** To where Swarm reads it, unless something is there already. */
function moved(to: readonly string[], read: (field: Field) => Value | undefined): KeyRepair {
  return (field, map) => {
    const value = read(field);
    const there = to.reduce<Field | undefined>((at, key) => at?.get(key), map);
    if (value === undefined || there) return undefined;
    const { file } = field.keyAt;
    const path = [...map.steps, ...to];
    const title = `Write ${to.join('.')} instead of ${String(field.steps.at(-1))}`;
    return {
      ...{ kind: 'all', title, file, path: field.steps },
      changes: [{ kind: 'set', title, file, path, value }, without(field, '')],
    };
  };
}

/** `db:database` is another name, which nobody would know any more. */
function hasAliases({ tree }: Field): boolean {
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.some((item) => {
    const [name, alias = name] = item.kind === 'scalar' ? String(item.value).split(':') : [undefined, ''];
    return name !== alias;
  });
}

/** As it is written; what a variable stands for is not written down for good. */
function scalarText({ scalar }: Field): string | undefined {
  if (!scalar || scalar.source.includes('$') || scalar.value === null) return undefined;
  return typeof scalar.value === 'object' ? undefined : String(scalar.value);
}

function positive(field: Field): number | undefined {
  const number = Number(scalarText(field) ?? '');
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Only what has a unit, or is a number of bytes. */
function size(field: Field): string | undefined {
  const text = scalarText(field);
  return text !== undefined && /^\d+(?:\.\d+)?(?:[kmg]b?|b)?$/i.test(text) ? text : undefined;
}
