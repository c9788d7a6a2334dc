/** Two services field by field. Pure. */
import { isSensitiveName } from '../../config/masking.ts';
import type { Difference } from '../../protocol/plan.ts';
import type { SlotTemplate } from '../../swarm/ledger/release.ts';
import type { ContainerSpec } from '../../swarm/port.ts';
import { fileFields, withoutVersions } from './file-differences.ts';

/** What of a service counts, be it of a release or of a commit; `image` as a person should read it. */
export interface Compared {
  readonly image: string;
  readonly spec: SlotTemplate;
  /** Route, networks, …: whatever else is said of a service of its kind. */
  readonly [other: string]: unknown;
}

/** Every field that differs, by name; the values of `*_PASSWORD`, `*_TOKEN` and their like are masked. */
export function differences(
  before: Compared | undefined,
  after: Compared | undefined,
): readonly Difference[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((field) => {
    const [was, is] = [old.get(field) ?? null, now.get(field) ?? null];
    return was === is ? [] : [{ field, before: masked(field, was), after: masked(field, is) }];
  });
}

function fieldsOf(service: Compared | undefined): Map<string, string> {
  const fields = new Map<string, string>();
  if (service === undefined) return fields;
  const { spec, image, ...rest } = service;
  const { Env: env = [], ...container } = withoutVersions(spec.TaskTemplate.ContainerSpec) as ContainerSpec;
  // The slot names the image and the networks; here they would only repeat what is above.
  const template = {
    ...spec,
    TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...container, Image: '' } },
  };
  fields.set('image', image);
  for (const line of env) {
    const end = line.indexOf('=');
    fields.set(`environment.${end < 0 ? line : line.slice(0, end)}`, end < 0 ? '' : line.slice(end + 1));
  }
  for (const [field, version] of fileFields(spec)) fields.set(field, version);
  flatten('', rest, fields);
  flatten('spec', template, fields);
  return fields;
}

function flatten(path: string, value: unknown, into: Map<string, string>): void {
  if (value === undefined || value === null || value === '') return;
  const below = (key: string, item: unknown): void =>
    flatten(path === '' ? key : `${path}.${key}`, item, into);
  if (Array.isArray(value) && value.some((item) => typeof item === 'object'))
    value.forEach((item, index) => below(String(index), item));
  else if (typeof value === 'object' && !Array.isArray(value))
    for (const [key, item] of Object.entries(value)) below(key, item);
  else into.set(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** Fields whose names users choose; Docker's own names (`SecretName`) say nothing about a value. */
const namedByUsers = /^environment\.|\.Labels\.|\.Options\./;

function masked(field: string, value: string | null): string | null {
  if (value !== null && field.startsWith('secret.')) return '***';
  return value !== null && value !== '' && namedByUsers.test(field) && isSensitiveName(field) ? '***' : value;
}
