/** Containers of suites whose agent died: they would run until their timeout, which nobody counts any more. */
import { labels } from '../common/names.ts';
import type { Containers } from '../swarm/containers.ts';

export const rolloutLabel = 'tidegate.rollout';

export interface SuiteLabels {
  readonly stack: string;
  readonly rollout: string;
  readonly service: string;
  readonly suite: string;
}

export function suiteLabels({ stack, rollout, service, suite }: SuiteLabels): Record<string, string> {
  return {
    [labels.stack]: stack,
    [labels.object]: 'suite',
    [labels.service]: service,
    [rolloutLabel]: rollout,
    'tidegate.suite': suite,
  };
}

/** `isOpen`: whether a rollout still goes on, and with it its suites. */
export async function removeLeftSuites(
  containers: Containers,
  stack: string,
  isOpen: (rollout: string) => Promise<boolean>,
): Promise<void> {
  for (const { id, labels: own } of await containers.list({
    [labels.stack]: stack,
    [labels.object]: 'suite',
  }))
    if (!(await isOpen(own[rolloutLabel] ?? ''))) await containers.remove(id);
}
