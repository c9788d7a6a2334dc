/** Two contents of a service as texts that a diff can show: readable, and without values of secrets. Pure. */
import { stringify } from 'yaml';
import { isSensitiveName } from '../../config/masking.ts';
import type { TextPair } from '../../protocol/rollback-plan.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { withoutVersions, fileFields } from '../plan/file-differences.ts';
import type { Compared } from '../plan/differences.ts';

export interface ServicePair {
  readonly service: string;
  readonly before: Compared | undefined;
  readonly after: Compared | undefined;
}

const hidden = '*** (not shown)';
const hiddenOther = '*** (not shown; another value than what runs)';

/** Only those that differ. */
export function serviceDocuments({ service, before, after }: ServicePair): readonly TextPair[] {
  const pairs: readonly TextPair[] = [
    { name: `${service}/service.yaml`, ...both(before, after, specText) },
    { name: `${service}/environment`, ...both(before, after, environmentText) },
    { name: `${service}/configs and secrets`, ...both(before, after, mountedText) },
  ];
  return pairs.filter((pair) => pair.before !== pair.after);
}

export function flagsDocument(
  before: readonly FlagDefinition[],
  after: readonly FlagDefinition[],
): readonly TextPair[] {
  const [old, now] = [flagsText(before), flagsText(after)];
  return old === now ? [] : [{ name: 'flags.yaml', before: old, after: now }];
}

type Write = (one: Compared, other: Compared | undefined, isAfter: boolean) => string;

function both(
  before: Compared | undefined,
  after: Compared | undefined,
  write: Write,
): { readonly before: string | null; readonly after: string | null } {
  return {
    before: before === undefined ? null : write(before, after, false),
    after: after === undefined ? null : write(after, before, true),
  };
}

function specText(one: Compared, other: Compared | undefined, isAfter: boolean): string {
  const [mine, theirs] = [plainSpec(one), other && plainSpec(other)];
  return stringify(masked(mine, theirs, { isAfter, isNamedByUsers: false }), { lineWidth: 0 });
}

/** Environment, configs and secrets have texts of their own; the slot names image and networks. */
function plainSpec({ spec, image, ...rest }: Compared): Record<string, unknown> {
  const own = Object.entries(spec.TaskTemplate.ContainerSpec);
  const container = Object.fromEntries(own.filter(([key]) => key !== 'Env' && key !== 'Image'));
  const template = { ...spec.TaskTemplate, ContainerSpec: withoutVersions(container) };
  return withoutNothing({ image, ...rest, spec: { ...spec, TaskTemplate: template } }) as Record<
    string,
    unknown
  >;
}

/** What is not said is left out, so that it is no difference. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(([, item]) => item !== undefined && item !== null && item !== '');
  return Object.fromEntries(said.sort().map(([key, item]) => [key, withoutNothing(item)]));
}

interface Masking {
  readonly isAfter: boolean;
  /** Docker's own names (`SecretName`) say nothing about a value; labels and options are named by users. */
  readonly isNamedByUsers: boolean;
}

function masked(value: unknown, other: unknown, masking: Masking): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => masked(item, Array.isArray(other) ? other[index] : undefined, masking));
  if (typeof value !== 'object' || value === null) return value;
  const theirs = (typeof other === 'object' ? other : null) as Record<string, unknown> | null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => {
      if (masking.isNamedByUsers && typeof item !== 'object' && isSensitiveName(key))
        return [key, hiddenValue(item, theirs?.[key], masking.isAfter)];
      const isNamedByUsers = masking.isNamedByUsers || key === 'Labels' || key === 'Options';
      return [key, masked(item, theirs?.[key], { ...masking, isNamedByUsers })];
    }),
  );
}

function hiddenValue(value: unknown, other: unknown, isAfter: boolean): string {
  return isAfter && other !== undefined && value !== other ? hiddenOther : hidden;
}

function environmentText(one: Compared, other: Compared | undefined, isAfter: boolean): string {
  const theirs = other === undefined ? undefined : environmentOf(other);
  const lines = [...environmentOf(one)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (value === undefined) return name;
      const shown =
        value !== '' && isSensitiveName(name) ? hiddenValue(value, theirs?.get(name), isAfter) : value;
      return `${name}=${shown.includes('\n') ? JSON.stringify(shown) : shown}`;
    });
  return text(lines);
}

function environmentOf({ spec }: Compared): ReadonlyMap<string, string | undefined> {
  const { Env: env = [] } = spec.TaskTemplate.ContainerSpec;
  return new Map(
    env.map((line) => {
      const end = line.indexOf('=');
      return end < 0 ? [line, undefined] : [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

/** A config's version is a digest of its content; that of a secret is nobody's business. */
function mountedText(one: Compared, other: Compared | undefined, isAfter: boolean): string {
  const theirs = new Map(other === undefined ? [] : fileFields(other.spec));
  return text(
    fileFields(one.spec).map(([field, version]) =>
      field.startsWith('secret.')
        ? `${field}: ${hiddenValue(version, theirs.get(field), isAfter)}`
        : `${field}: ${version}`,
    ),
  );
}

function flagsText(flags: readonly FlagDefinition[]): string {
  const byKey = [...flags].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, ...rest }) => [key, rest]);
  return byKey.length === 0 ? '' : stringify(withoutNothing(Object.fromEntries(byKey)), { lineWidth: 0 });
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
