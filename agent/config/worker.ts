/** Services without a route that are part of releases: they fetch their work themselves. */
import type { SlotTemplate } from '../swarm/ledger/release.ts';
import { adviseImage, adviseOrder } from './advice.ts';
import type { ComposeService } from './compose-file.ts';
import type { WorkerService } from './model.ts';
import type { Place, Report } from './report.ts';
import { rolloutOf } from './rollout.ts';
import { defaults, type ServiceInput } from './schema.ts';
import { serviceBase, type SourcedService } from './service-base.ts';

export function workerService(
  service: SourcedService,
  said: {
    readonly worker: NonNullable<ServiceInput['worker']>;
    readonly rollout: ServiceInput['rollout'];
    /** Where the order is written. */
    readonly orderAt: Place | undefined;
    readonly report: Report;
  },
): WorkerService {
  const template = withGrace(service, said.worker.drain);
  const { deadlineMs, unattended } = rolloutOf(said.rollout);
  const made: WorkerService = {
    ...serviceBase(service),
    kind: 'worker',
    order: said.worker.order ?? defaults.workerOrder,
    replicas: template.Mode.Replicated?.Replicas ?? 0,
    // No traffic is moved, nothing stays warm; its drain is its tasks' own stop grace.
    rollout: { steps: [], drainMs: 0, keepWarmMs: 0, deadlineMs, unattended },
    template,
  };
  adviseImage(made, service);
  adviseOrder(made, said);
  return made;
}

/** What a task has between being told to stop and being killed. */
function withGrace({ template, field }: ComposeService, drainMs: number | undefined): SlotTemplate {
  const container = template.TaskTemplate.ContainerSpec;
  const grace = container.StopGracePeriod;
  if (grace !== undefined && drainMs !== undefined && grace !== drainMs * 1e6)
    field.get('stop_grace_period')?.errorAtKey({
      code: 'config.conflict',
      message: `is ${grace / 1e9} s, and "worker.drain" of tidegate.yaml ${drainMs / 1000} s: both are the time a task has that is told to stop.`,
      hint: 'Keep one of the two.',
    });
  const StopGracePeriod = grace ?? (drainMs ?? defaults.drainMs) * 1e6;
  return {
    ...template,
    TaskTemplate: { ...template.TaskTemplate, ContainerSpec: { ...container, StopGracePeriod } },
  };
}
