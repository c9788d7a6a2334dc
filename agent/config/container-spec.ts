/**
 * The container's part of a service spec: what `docker stack deploy` makes of the same compose keys.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Service/operation/ServiceCreate
 */
import { labels as swarmLabels } from '../common/names.ts';
import type { ContainerSpec } from '../swarm/port.ts';
import type { Field } from './compose-field.ts';
import { fillIn, readPairs } from './compose-pairs.ts';
import { readHealthcheck } from './healthcheck.ts';
import type { Variables } from './interpolate.ts';
import { isSensitiveName } from './masking.ts';
import { shellWords } from './shell-words.ts';

/** `Image` is empty: it is known once the image is built or resolved. */
export function readContainerSpec(service: Field, stack: string, variables: Variables): ContainerSpec {
  const [env, labels] = [service.get('environment'), service.get('labels')];
  const spec = {
    Labels: { ...(labels ? readLabels(labels) : {}), [swarmLabels.stackNamespace]: stack },
    Env: env && readEnvironment(env, variables),
    Command: readCommand(service.get('entrypoint')),
    Args: readCommand(service.get('command')),
    Healthcheck: readHealthcheck(service.get('healthcheck')),
    StopGracePeriod: service.get('stop_grace_period')?.nanoseconds(),
    StopSignal: readStopSignal(service.get('stop_signal')),
    User: service.get('user')?.text(),
    Dir: service.get('working_dir')?.text(),
    Hostname: service.get('hostname')?.text(),
    Init: service.get('init')?.boolean(),
    ReadOnly: service.get('read_only')?.boolean(),
    CapabilityAdd: service.get('cap_add')?.texts().map(capability),
    CapabilityDrop: service.get('cap_drop')?.texts().map(capability),
    Mounts: readTmpfs(service.get('tmpfs')),
  };
  return { Image: '', ...withoutEmpty(spec) };
}

/** Labels that Tidegate and Docker set themselves are refused. */
export function readLabels(field: Field): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { name, value, field: at } of readPairs(field)) {
    if (/^(?:tidegate|com\.docker)\./.test(name))
      at.errorAtKey({
        code: 'compose.reserved-label',
        message: 'Tidegate and Docker set labels with this beginning themselves.',
        hint: 'Give the label another name.',
      });
    out[name] = value ?? '';
  }
  return out;
}

/** Leaves out what is not given, so that the engine's own defaults hold. */
export function withoutEmpty(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

function readEnvironment(field: Field, variables: Variables): readonly string[] {
  return fillIn(readPairs(field), variables).map(({ name, value, field: at }) => {
    if (value !== undefined && value !== '' && isSensitiveName(name))
      at.warning({
        code: 'compose.visible-secret',
        message: 'whoever may look at the Swarm can read this value.',
        hint: 'Tidegate masks it in its own output; keep what must stay secret out of "environment:".',
      });
    // A name alone removes the variable that the image sets.
    return value === undefined ? name : `${name}=${value}`;
  });
}

function readCommand(field: Field | undefined): readonly string[] | undefined {
  if (!field) return undefined;
  const line = field.tree.kind === 'list' ? undefined : field.text(commandHint);
  if (field.tree.kind !== 'list' && line === undefined) return undefined;
  const words = line === undefined ? commandItems(field) : shellWords(line);
  if (words && words.length > 0) return words;
  field.error({
    code: 'compose.invalid-value',
    message: words
      ? 'an empty command cannot be told to Swarm.'
      : `${field.shown} has a quote that is not closed.`,
    hint: commandHint,
  });
  return undefined;
}

const commandHint = 'Write a list, ["node", "server.js"], or one line; leave it out to use the image\'s own.';

/** Unlike elsewhere, an item may be an empty text: an argument can be. */
function commandItems(field: Field): readonly string[] {
  return field.items().flatMap((item) => (item.scalar?.value === '' ? '' : (item.text(commandHint) ?? [])));
}

function readStopSignal(field: Field | undefined): string | undefined {
  const signal = field?.text('Name a signal: SIGTERM.');
  if (signal === undefined || /^(?:(?:SIG)?[A-Z][A-Z0-9+-]*|\d{1,2})$/.test(signal)) return signal;
  field?.error({
    code: 'compose.invalid-value',
    message: `${field.shown} is not a signal.`,
    hint: 'Name a signal: SIGTERM, SIGINT.',
  });
  return undefined;
}

/** The engine knows capabilities by their whole name. */
function capability(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}

function readTmpfs(field: Field | undefined): readonly Record<string, unknown>[] | undefined {
  if (!field) return undefined;
  const items = field.tree.kind === 'list' ? field.items() : [field];
  return items.flatMap((item) => {
    const target = item.text('Name a folder of the container: /tmp.');
    if (target === undefined) return [];
    if (/^\/[^:]*$/.test(target)) return [{ Type: 'tmpfs', Target: target }];
    item.error({
      code: 'compose.unsupported-value',
      message: `${item.shown} is not supported yet.`,
      hint: 'Name an absolute folder of the container, without options: /tmp.',
    });
    return [];
  });
}
