/** In which order the services of one release are placed. Pure. */
import { stagesOf } from '../common/stages.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';

/**
 * Stages: a service is placed when those it depends on, as far as they come with the same release, are healthy. Within a
 * stage those that others call come first, then the public ones; they need not wait for each other.
 */
export function placingOrder<T extends { readonly service: string }>(
  slots: readonly T[],
  release: Pick<ReleaseRecord, 'services'>,
): readonly (readonly T[])[] {
  const content = ({ service }: T) => release.services[service];
  const isInternal = (slot: T): boolean => {
    const found = content(slot);
    return found !== undefined && found.kind !== 'worker' && found.route.internal === 'only';
  };
  const sorted = [...slots.filter(isInternal), ...slots.filter((slot) => !isInternal(slot))];
  const needs = new Map(sorted.map((slot) => [slot.service, content(slot)?.dependsOn ?? []] as const));
  return stagesOf(needs).map((names) =>
    names.flatMap((name) => sorted.filter(({ service }) => service === name)),
  );
}
