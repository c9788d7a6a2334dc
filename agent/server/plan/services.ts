/** Per service: whether it is in or out, and why. Pure. */
import type { AppService } from '../../config/model.ts';
import type { Difference, PlannedService } from '../../protocol/plan.ts';
import { activeSlot, type Current } from '../../release/current.ts';
import type { ReleasedService } from '../../swarm/ledger/release.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import { detailsOf, routeOf } from '../source.ts';
import { differences, type Compared } from './differences.ts';

/** The image a service would run with, as far as it is known without building. */
export interface PlannedImage {
  readonly state: 'build' | 'pull' | 'there';
  /** Id where it is there, else what it is made from. */
  readonly name: string;
}

export function plannedService(
  service: AppService,
  move: Move | undefined,
  image: PlannedImage,
  current: Current,
): PlannedService {
  const active = activeSlot(current, service.name);
  if (move === undefined)
    return {
      service: service.name,
      action: 'untouched',
      reason: 'it runs with this content already',
      from: active?.colour ?? null,
      to: null,
      differences: [],
    };
  const found = differences(active?.content && comparable(active.content), wantedOf(service, image.name));
  return {
    service: service.name,
    action: image.state === 'there' ? 'reuse' : image.state,
    reason: reasonOf(active !== undefined, image, found),
    from: move.from,
    to: move.to,
    differences: found,
  };
}

/** A service of a commit, to be compared. */
export function wantedOf(service: AppService, image: string): Compared {
  const { replicas, networks, rollout, template } = service;
  return {
    image,
    ...(service.kind === 'worker' ? ownOf(service) : { route: routeOf(service), health: service.health }),
    replicas,
    networks: [...networks],
    ...detailsOf(service),
    rollout: { ...rollout, steps: [...rollout.steps] },
    spec: template,
  };
}

/** A release knows more of itself than a commit does: its content key, the digest of its image. */
export function comparable(service: ReleasedService): Compared {
  const { image, replicas, networks, networkDetails, rollout, spec } = service;
  return { image, ...ownOf(service), replicas, networks, networkDetails, rollout, spec };
}

function ownOf(service: AppService | ReleasedService): Record<string, unknown> {
  if (service.kind === 'worker') return { order: service.order };
  return { route: service.route, health: service.health };
}

function reasonOf(runs: boolean, image: PlannedImage, found: readonly Difference[]): string {
  if (!runs) return 'nothing of it runs yet';
  const isImage = found.some(({ field }) => field === 'image');
  const others = found.filter(({ field }) => field !== 'image').length;
  const parts = [
    ...(isImage
      ? [image.state === 'build' ? 'what it is built from changed' : 'its image is another one']
      : []),
    ...(others === 0 ? [] : [`${others} ${others === 1 ? 'field' : 'fields'} of its configuration changed`]),
  ];
  return parts.length === 0 ? 'its content key changed' : parts.join(', and ');
}

/** One that runs, and is not in this commit. */
export function leftService(service: string, current: Current): PlannedService {
  return {
    service,
    action: 'left',
    reason: 'it is not in this commit; it stays as it is until "tidegate down"',
    from: activeSlot(current, service)?.colour ?? null,
    to: null,
    differences: [],
  };
}
