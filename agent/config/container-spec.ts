/**
 * The container's part of a service spec: what `docker stack deploy` makes of the same compose keys.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Service/operation/ServiceCreate
 */
import { labels as swarmLabels } from '../common/names.ts';
import type { ContainerSpec } from '../swarm/port.ts';
import type { Field } from './compose-field.ts';
import type { ComposeContext } from './compose-context.ts';
import { fillIn, readPairs } from './compose-pairs.ts';
import { readEnvFiles } from './env-file.ts';
import { readHealthcheck } from './healthcheck.ts';
import { readLabelFiles, readLabels } from './labels.ts';
import { readDns, readExtraHosts, readSysctls, readUlimits } from './limits.ts';
import { isSensitiveName, visibleSecret } from './masking.ts';
import { readMounted } from './mounted-references.ts';
import { readMounts } from './mounts.ts';
import { shellWords } from './shell-words.ts';

/** `Image` is empty: it is known once the image is built or resolved. */
export function readContainerSpec(service: Field, context: ComposeContext): ContainerSpec {
  const labels = service.get('labels');
  const spec = {
    Labels: {
      ...readLabelFiles(service.get('label_file'), context),
      ...(labels ? readLabels(labels) : {}),
      [swarmLabels.stackNamespace]: context.stack,
    },
    Env: readEnvironment(service, context),
    Command: readCommand(service.get('entrypoint')),
    Args: readCommand(service.get('command')),
    ...readProcess(service),
    Healthcheck: readHealthcheck(service.get('healthcheck')),
    StopGracePeriod: service.get('stop_grace_period')?.nanoseconds(),
    StopSignal: readStopSignal(service.get('stop_signal')),
    ReadOnly: service.get('read_only')?.boolean(),
    CapabilityAdd: service.get('cap_add')?.texts().map(capability),
    CapabilityDrop: service.get('cap_drop')?.texts().map(capability),
    Ulimits: readUlimits(service.get('ulimits')),
    Sysctls: readSysctls(service.get('sysctls')),
    Hosts: readExtraHosts(service.get('extra_hosts')),
    DNSConfig: readDns(service),
    Mounts: readMounts(service, context),
    Configs: readMounted('config', service.get('configs'), context.configs)?.spec,
    Secrets: readMounted('secret', service.get('secrets'), context.secrets)?.spec,
  };
  return { Image: '', ...withoutEmpty(spec) };
}

/** Who runs, where, and with what in front of it. */
function readProcess(service: Field): Readonly<Record<string, unknown>> {
  return {
    User: service.get('user')?.text(),
    Groups: service.get('group_add')?.texts(),
    Dir: service.get('working_dir')?.text(),
    Hostname: service.get('hostname')?.text(),
    Init: service.get('init')?.boolean(),
    TTY: service.get('tty')?.boolean(),
    OpenStdin: service.get('stdin_open')?.boolean(),
  };
}

/** Leaves out what is not given, so that the engine's own defaults hold. */
export function withoutEmpty(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

/** `environment:` wins over the files of `env_file:`. */
function readEnvironment(
  service: Field,
  { files, variables }: ComposeContext,
): readonly string[] | undefined {
  const [field, envFile] = [service.get('environment'), service.get('env_file')];
  if (!field && !envFile) return undefined;
  const values = new Map<string, string | undefined>(readEnvFiles(envFile, files, variables));
  for (const { name, value, field: at } of field ? fillIn(readPairs(field), variables) : []) {
    if (value !== undefined && value !== '' && isSensitiveName(name)) at.warning(visibleSecret);
    values.set(name, value);
  }
  return (
    [...values]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      // A name alone removes the variable that the image sets.
      .map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
  );
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
