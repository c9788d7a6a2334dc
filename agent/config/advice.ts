/** What is allowed and yet probably not wanted: warnings. */
import type { ComposeService } from './compose-file.ts';
import type { AppService, WebService } from './model.ts';
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

/** `drainAt`: where the drain time is written; `undefined` when it is the default. */
export function advise(
  service: WebService,
  compose: ComposeService,
  drainAt: Place | undefined,
  report: Report,
): void {
  adviseHealthcheck(service, compose);
  adviseReplicas(service, compose);
  adviseImage(service, compose);
  adviseDrain(service, compose, drainAt, report);
}

function adviseHealthcheck({ template }: WebService, { field }: ComposeService): void {
  if (template.TaskTemplate.ContainerSpec.Healthcheck !== undefined) return;
  field.warning({
    code: 'compose.no-healthcheck',
    message:
      'there is no "healthcheck:"; unless the image brings one, Swarm takes a task for ready as soon as it runs.',
    hint: 'Add one that asks what the edge asks, with a short interval: it also tells Swarm when to replace a task.',
  });
}

function adviseReplicas({ replicas }: WebService, { field }: ComposeService): void {
  if (replicas !== 1) return;
  (field.get('deploy')?.get('replicas') ?? field).warning({
    code: 'compose.one-replica',
    message: 'runs as a single task: when it crashes, nothing answers until Swarm has started another.',
    hint: 'Set "deploy.replicas" to 2 or more.',
  });
}

export function adviseImage({ source }: AppService, { field }: ComposeService): void {
  if (source.kind !== 'image' || source.ref.includes('@')) return;
  const tag = /:([^:/]+)$/.exec(source.ref)?.[1];
  if (tag !== undefined && !movingTags.has(tag)) return;
  field.get('image')?.warning({
    code: 'compose.moving-tag',
    message: `${field.get('image')?.shown ?? ''} names another image from time to time.`,
    hint: 'Name a version, or pin it: name@sha256:…. A release keeps the digest it was made with.',
  });
}

/** Told only where one of the two times is written: the defaults (30 s and 10 s) are nobody's mistake. */
function adviseDrain(
  service: WebService,
  compose: ComposeService,
  drainAt: Place | undefined,
  report: Report,
): void {
  const graceField = compose.field.get('stop_grace_period');
  const grace = service.template.TaskTemplate.ContainerSpec.StopGracePeriod ?? defaultStopGrace;
  const at = drainAt ?? graceField?.keyAt;
  if (!at || service.rollout.drainMs * 1e6 <= grace) return;
  report.warning(at, {
    code: 'config.drain-longer-than-grace',
    message: `services.${service.name}: requests may take ${service.rollout.drainMs / 1000} s (drain), but a task that Swarm stops has ${grace / 1e9} s (stop_grace_period).`,
    hint: 'Set "stop_grace_period" to the drain time or more, or shorten "rollout.drain".',
  });
}
