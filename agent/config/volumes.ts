/** The top-level `volumes:`. Swarm makes a volume on each node where a task that mounts it starts. */
import type { Field } from './compose-field.ts';
import { checkKeys, volumeKeys } from './compose-keys.ts';
import { readPairs } from './compose-pairs.ts';
import { readLabels } from './labels.ts';

export interface DeclaredVolume {
  /** In the Swarm. */
  readonly name: string;
  /** Not made by the project. */
  readonly external: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly driver: { readonly Name: string; readonly Options?: Record<string, string> } | undefined;
}

export function readVolumes(field: Field | undefined, stack: string): ReadonlyMap<string, DeclaredVolume> {
  const volumes = (field?.entries() ?? []).map(
    ([key, volume]) => [key, readVolume(key, volume, stack)] as const,
  );
  return new Map(volumes);
}

function readVolume(key: string, field: Field, stack: string): DeclaredVolume {
  if (field.isEmpty) return { name: `${stack}_${key}`, external: false, labels: {}, driver: undefined };
  checkKeys(field, volumeKeys);
  const external = field.get('external')?.boolean() ?? false;
  const name = field.get('name')?.text() ?? (external ? key : `${stack}_${key}`);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
    (field.get('name') ?? field).errorAtKey({
      code: 'compose.invalid-name',
      message: `the engine refuses the name "${key}" of a volume.`,
      hint: 'Use letters, digits, "_", "." and "-".',
    });
  const [driver, options, labels] = [
    field.get('driver')?.text(),
    field.get('driver_opts'),
    field.get('labels'),
  ];
  const given =
    options && Object.fromEntries(readPairs(options).map((pair) => [pair.name, pair.value ?? '']));
  return {
    name,
    external,
    labels: labels ? readLabels(labels) : {},
    driver:
      driver === undefined && !given
        ? undefined
        : { Name: driver ?? '', ...(given ? { Options: given } : {}) },
  };
}
