/** The service spec of a compose service, without what a slot adds: name, Tidegate's labels and networks. */
import type { SlotTemplate } from '../swarm/ledger/release.ts';
import type { ComposeContext } from './compose-context.ts';
import type { Field } from './compose-field.ts';
import {
  checkKeys,
  deployKeys,
  limitKeys,
  loggingKeys,
  placementKeys,
  reservationKeys,
  restartPolicyKeys,
  updateKeys,
} from './compose-keys.ts';
import { readPairs } from './compose-pairs.ts';
import { readContainerSpec, withoutEmpty } from './container-spec.ts';
import { readLabels } from './labels.ts';

/** Swarm's own default of 5 s leaves a service with one task less for that long after each crash. */
const defaultRestartDelay = 500e6;

export function readTemplate(service: Field, context: ComposeContext): SlotTemplate {
  const deploy = service.get('deploy');
  if (deploy) checkDeploy(deploy, context);
  const isGlobal = deploy?.get('mode')?.text() === 'global' && context.mayBeGlobal;
  const labels = deploy?.get('labels');
  const task = withoutEmpty({
    Resources: readResources(deploy?.get('resources')),
    RestartPolicy: readRestartPolicy(deploy?.get('restart_policy'), service.get('restart')),
    Placement: readPlacement(deploy?.get('placement')),
    LogDriver: readLogging(service.get('logging')),
  });
  return {
    Labels: labels ? readLabels(labels) : {},
    TaskTemplate: { ContainerSpec: readContainerSpec(service, context), ...task },
    Mode: isGlobal
      ? { Global: {} }
      : { Replicated: { Replicas: deploy?.get('replicas')?.integer({ least: 1 }) ?? 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

function checkDeploy(deploy: Field, { mayBeGlobal }: ComposeContext): void {
  checkKeys(deploy, deployKeys);
  checkMode(deploy, mayBeGlobal);
  const endpoint = deploy.get('endpoint_mode');
  const wanted = endpoint?.text('Write dnsrr.');
  if (endpoint && wanted === 'vip')
    endpoint.warning({
      code: 'compose.endpoint-mode',
      message: `dnsrr is used: Swarm's virtual IP keeps sending requests to tasks that are stopping.`,
      hint: 'Remove it, or write "endpoint_mode: dnsrr"; the edge balances the load.',
    });
  else if (endpoint && wanted !== undefined && wanted !== 'dnsrr')
    endpoint.error({
      code: 'compose.invalid-value',
      message: `${endpoint.shown} is not an endpoint mode.`,
      hint: 'Write "endpoint_mode: dnsrr", or leave it out.',
    });
  for (const key of ['update_config', 'rollback_config']) checkUpdate(deploy.get(key));
}

function checkMode(deploy: Field, mayBeGlobal: boolean): void {
  const mode = deploy.get('mode');
  const wanted = mode?.text();
  if (!mode || wanted === 'replicated') return;
  if (wanted !== 'global' || !mayBeGlobal)
    mode.error({
      code: 'compose.unsupported-value',
      message: `${mode.shown} is not supported for a service with a route.`,
      hint: 'Use "mode: replicated" (the default) and say how many replicas; "mode: global" is for workers and backing services.',
    });
  else if (deploy.get('replicas'))
    deploy.get('replicas')?.errorAtKey({
      code: 'compose.conflict',
      message: 'has no meaning where one task runs on every node ("mode: global").',
      hint: 'Remove it, or use "mode: replicated".',
    });
}

/** Read, so that a slip in it is told; what it says is done by Tidegate's own rollout. */
function checkUpdate(field: Field | undefined): void {
  if (!field) return;
  checkKeys(field, updateKeys);
  field.get('parallelism')?.integer({ least: 0 });
  field.get('delay')?.nanoseconds();
  field.get('monitor')?.nanoseconds();
  field.warning({
    code: 'compose.unused-key',
    message: 'has no effect here.',
    hint: field.path.endsWith('.update_config')
      ? 'Tidegate brings new releases in itself: "rollout:" in tidegate.yaml says how.'
      : 'Tidegate brings old releases back itself: "tidegate rollback".',
  });
}

function readResources(field: Field | undefined): Record<string, unknown> | undefined {
  if (!field) return undefined;
  checkKeys(field, { known: ['limits', 'reservations'], refused: {} });
  const [limits, reservations] = [field.get('limits'), field.get('reservations')];
  if (limits) checkKeys(limits, limitKeys);
  if (reservations) checkKeys(reservations, reservationKeys);
  return withoutEmpty({
    Limits: limits && {
      ...amounts(limits),
      ...withoutEmpty({ Pids: limits.get('pids')?.integer({ least: 1 }) }),
    },
    Reservations: reservations && {
      ...amounts(reservations),
      ...withoutEmpty({ GenericResources: readGeneric(reservations.get('generic_resources')) }),
    },
  });
}

function amounts(field: Field): Record<string, unknown> {
  return withoutEmpty({ NanoCPUs: field.get('cpus')?.nanoCpus(), MemoryBytes: field.get('memory')?.bytes() });
}

/** Only the counted kind: compose has no other. */
function readGeneric(field: Field | undefined): readonly Record<string, unknown>[] | undefined {
  return field?.items().flatMap((item) => {
    checkKeys(item, { known: ['discrete_resource_spec'], refused: {} });
    const spec = item.get('discrete_resource_spec');
    if (spec) checkKeys(spec, { known: ['kind', 'value'], refused: {} });
    const [kind, value] = [spec?.get('kind')?.text(), spec?.get('value')?.integer({ least: 0 })];
    if (kind !== undefined && value !== undefined)
      return [{ DiscreteResourceSpec: { Kind: kind, Value: value } }];
    item.errorAtKey({
      code: 'compose.missing-key',
      message: '"discrete_resource_spec" with kind and value is missing.',
      hint: 'Write { discrete_resource_spec: { kind: gpu, value: 1 } }.',
    });
    return [];
  });
}

/** `deploy.restart_policy` wins over `restart:`, as with Docker. */
function readRestartPolicy(policy: Field | undefined, restart: Field | undefined): Record<string, unknown> {
  if (policy) checkKeys(policy, restartPolicyKeys);
  const short = restart && readRestart(restart);
  return {
    Condition: 'any',
    Delay: defaultRestartDelay,
    ...(policy ? {} : short),
    ...withoutEmpty({
      Condition: policy && readCondition(policy.get('condition')),
      Delay: policy?.get('delay')?.nanoseconds(),
      MaxAttempts: policy?.get('max_attempts')?.integer({ least: 0 }),
      Window: policy?.get('window')?.nanoseconds(),
    }),
  };
}

function readCondition(field: Field | undefined): string | undefined {
  const condition = field?.text('Write any, on-failure or none.');
  if (condition === undefined || ['any', 'on-failure', 'none'].includes(condition)) return condition;
  field?.error({
    code: 'compose.invalid-value',
    message: `${field.shown} is not a condition.`,
    hint: 'Write any, on-failure or none.',
  });
  return undefined;
}

function readRestart(field: Field): Record<string, unknown> | undefined {
  const hint = 'Write always, unless-stopped, on-failure or on-failure:3, or use deploy.restart_policy.';
  const text = field.text(hint);
  if (text === undefined) return undefined;
  if (text === 'always' || text === 'unless-stopped') return { Condition: 'any' };
  const [, attempts, count] = /^on-failure(:(\d{1,9}))?$/.exec(text) ?? [undefined, undefined, undefined];
  if (text === 'on-failure' || attempts !== undefined)
    return { Condition: 'on-failure', ...(count === undefined ? {} : { MaxAttempts: Number(count) }) };
  field.error({ code: 'compose.unsupported-value', message: `${field.shown} cannot be used here.`, hint });
  return undefined;
}

function readPlacement(field: Field | undefined): Record<string, unknown> | undefined {
  if (!field) return undefined;
  checkKeys(field, placementKeys);
  const spread = field.get('preferences')?.items();
  return withoutEmpty({
    Constraints: field.get('constraints')?.texts(),
    Preferences: spread?.flatMap((item) => {
      checkKeys(item, { known: ['spread'], refused: {} });
      const by = item.get('spread')?.text();
      return by === undefined ? [] : [{ Spread: { SpreadDescriptor: by } }];
    }),
    MaxReplicas: field.get('max_replicas_per_node')?.integer({ least: 0 }),
  });
}

function readLogging(field: Field | undefined): Record<string, unknown> | undefined {
  if (!field) return undefined;
  checkKeys(field, loggingKeys);
  const driver = field.get('driver')?.text();
  const options = field.get('options');
  if (driver === undefined) {
    if (field.tree.kind === 'map' && !field.get('driver'))
      field.errorAtKey({
        code: 'compose.missing-key',
        message: '"driver" is missing.',
        hint: 'Name the log driver: "driver: json-file".',
      });
    return undefined;
  }
  const pairs = options ? readPairs(options) : [];
  return { Name: driver, Options: Object.fromEntries(pairs.map(({ name, value }) => [name, value ?? ''])) };
}
