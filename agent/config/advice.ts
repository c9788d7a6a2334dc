/** What is allowed and yet probably not wanted: warnings. */
import type { Field } from './compose-field.ts';
import type { ComposeService } from './compose-file.ts';
import type { DockerfileFacts } from './dockerfile-facts.ts';
import type { Change, Value } from './fix/change.ts';
import { probeFor } from './health-probe.ts';
import type { AppService, WebService, WorkerService } from './model.ts';
import type { Place, Report } from './report.ts';

/** What Docker gives a container that says nothing. */
const defaultStopGrace = 10e9;
const movingTags = new Set([
  'latest',
  'edge',
  'main',
  'master',
  'stable',
  'nightly',
  'dev',
  'develop',
  'next',
]);

/** Official images keep a tag for each major version, which moves with every patch: `node:22`, `redis:7-alpine`. */
const majorTags =
  /^(?:docker\.io\/)?(?:library\/)?(?:alpine|bun|caddy|debian|eclipse-temurin|elixir|ghost|golang|haproxy|httpd|mariadb|memcached|mongo|mysql|nginx|node|openjdk|perl|php|postgres|python|rabbitmq|redis|ruby|rust|tomcat|ubuntu|valkey|wordpress):v?\d+(?:-[a-z]+)?$/;

export interface Advised {
  readonly service: WebService;
  readonly compose: ComposeService;
  /** Where the drain time is written; `undefined` when it is the default. */
  readonly drainAt: Place | undefined;
  /** Of a service that is built. */
  readonly dockerfile: DockerfileFacts | undefined;
  readonly report: Report;
}

export function advise(advised: Advised): void {
  adviseHealthcheck(advised);
  adviseReplicas(advised);
  adviseImage(advised.service, advised.compose);
  adviseDrain(advised);
}

/** Of a built image that is known to bring its own there is nothing to say. */
function adviseHealthcheck({ service, compose: { field }, dockerfile }: Advised): void {
  if (service.template.TaskTemplate.ContainerSpec.Healthcheck !== undefined) return;
  if (typeof dockerfile?.healthcheck === 'string') return;
  const base = service.source.kind === 'image' ? service.source.ref : dockerfile?.base;
  const probe = probeFor(base, { port: service.route.port, path: service.health });
  field.warning({
    code: 'compose.no-healthcheck',
    message:
      'there is no "healthcheck:"; unless the image brings one, Swarm takes a task for ready as soon as it runs.',
    hint: 'Add one that asks what the edge asks, with a short interval: it also tells Swarm when to replace a task.',
    change:
      probe &&
      setIn(field, ['healthcheck'], {
        title: `Add a health check of ${service.health}${probe.with === undefined ? '' : ` with ${probe.with}`}`,
        value: { test: probe.test, interval: '5s', timeout: '3s', retries: 3, start_period: '10s' },
      }),
  });
}

function adviseReplicas({ service, compose: { field } }: Advised): void {
  if (service.replicas !== 1) return;
  const at = field.get('deploy')?.get('replicas') ?? field;
  at.warning({
    code: 'compose.one-replica',
    message: 'runs as a single task: when it crashes, nothing answers until Swarm has started another.',
    hint: 'Set "deploy.replicas" to 2 or more.',
    change: setIn(field, ['deploy', 'replicas'], {
      title: 'Run two tasks ("replicas: 2")',
      value: 2,
      file: at.keyAt.file,
    }),
  });
}

/** With a volume that it writes to there is a reason: two of them must not. */
export function adviseOrder(
  { name, order, replicas, template }: WorkerService,
  { orderAt, report }: { readonly orderAt: Place | undefined; readonly report: Report },
): void {
  if (order !== 'stop-first' || replicas !== 1 || !orderAt) return;
  if (hasWritableMount(template)) return;
  report.warning(orderAt, {
    code: 'config.worker-gap',
    message: `services.${name}.worker: its only task ends before the new one starts: from then until the new one runs, nobody works.`,
    hint: 'Write "order: start-first", unless two of them must never work at the same time, not even for a moment.',
    change: {
      kind: 'set',
      title: 'Start the new task beside the old one ("order: start-first")',
      file: orderAt.file,
      path: ['services', name, 'worker', 'order'],
      value: 'start-first',
    },
  });
}

function hasWritableMount({ TaskTemplate }: WorkerService['template']): boolean {
  const mounts = TaskTemplate.ContainerSpec['Mounts'] as
    readonly { readonly Type: string; readonly Source?: string; readonly ReadOnly?: boolean }[] | undefined;
  return (
    mounts?.some(
      ({ Type, Source, ReadOnly }) => Type !== 'tmpfs' && Source !== undefined && ReadOnly !== true,
    ) === true
  );
}

export function adviseImage({ source }: AppService, { field }: ComposeService): void {
  if (source.kind !== 'image' || !isMoving(source.ref)) return;
  const image = field.get('image');
  // What a variable stands for is not written down for good.
  const isWritten = image?.scalar?.source.includes('$') === false;
  image?.warning({
    code: 'compose.moving-tag',
    message: `${image.shown} names another image from time to time.`,
    hint: 'Name a version, or pin it: name:tag@sha256:…. A release keeps the digest it was made with.',
    pin: isWritten ? { ref: source.ref, file: image.keyAt.file, path: image.steps } : undefined,
  });
}

function isMoving(ref: string): boolean {
  if (ref.includes('@')) return false;
  const tag = /:([^:/]+)$/.exec(ref)?.[1];
  if (tag === undefined || movingTags.has(tag)) return true;
  return majorTags.test(ref);
}

/** Told only where one of the two times is written: the defaults (30 s and 10 s) are nobody's mistake. */
function adviseDrain({ service, compose: { field }, drainAt, report }: Advised): void {
  const graceField = field.get('stop_grace_period');
  const grace = service.template.TaskTemplate.ContainerSpec.StopGracePeriod ?? defaultStopGrace;
  const at = drainAt ?? graceField?.keyAt;
  const { drainMs } = service.rollout;
  if (!at || drainMs * 1e6 <= grace) return;
  report.warning(at, {
    code: 'config.drain-longer-than-grace',
    message: `services.${service.name}: requests may take ${drainMs / 1000} s (drain), but a task that Swarm stops has ${grace / 1e9} s (stop_grace_period).`,
    hint: 'Set "stop_grace_period" to the drain time or more, or shorten "rollout.drain".',
    change: setIn(field, ['stop_grace_period'], {
      title: `Give tasks the drain time ("stop_grace_period: ${drainMs / 1000}s")`,
      value: `${drainMs / 1000}s`,
      ...(graceField && { file: graceField.keyAt.file }),
    }),
  });
}

/** Below a service of the compose file; `file`: the one of several that says what holds now. */
function setIn(
  service: Field,
  below: readonly string[],
  {
    title,
    value,
    file = service.keyAt.file,
  }: { readonly title: string; readonly value: Value; readonly file?: string },
): Change {
  return { kind: 'set', title, file, path: [...service.steps, ...below], value };
}
