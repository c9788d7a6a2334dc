/** Whether tasks that no edge can be asked about (workers, backing services) are up: what Swarm and their checks say. */
import type { Task } from '../swarm/port.ts';
import { diagnose, type Subject, type Trouble } from './effects/trouble.ts';
import type { ReleaseEngine } from './engine.ts';

export interface Running extends Subject {
  /** What its tasks must be made from. */
  readonly image: string;
  /** How many tasks there must be; `every-node`: one on each node that may have it. */
  readonly tasks: number | 'every-node';
}

export interface RunningWait {
  readonly limitMs: number;
  /** Of tasks without a health check; default `limits.steady`, 0 for those that have proved themselves. */
  readonly steadyMs?: number;
  readonly signal: AbortSignal;
}

/** How often Swarm is asked: states of tasks have no events. */
const pollMs = 400;

/**
 * Waits until all of its tasks run, healthy where they have a health check, else for `steadyMs` without one of them
 * ending. Gives what is wrong when that does not come to pass.
 */
export async function untilRunning(
  engine: ReleaseEngine,
  wanted: Running,
  { limitMs, steadyMs = engine.limits.steady, signal }: RunningWait,
): Promise<Trouble | undefined> {
  const steadiness = watchSteadiness(engine, steadyMs);
  const found = await engine.changes.until<Trouble | 'running'>(
    async () => {
      const tasks = await engine.swarm.tasks.list({ service: wanted.service });
      const up = upTasks(tasks, wanted);
      if (up && (await steadiness(up))) return 'running';
      return diagnose(engine, wanted, { final: false });
    },
    { limitMs, pollMs, signal },
  );
  if (found === 'running') return undefined;
  if (found) return found;
  const trouble = await diagnose(engine, wanted, { final: true });
  const seconds = Math.round(limitMs / 1000);
  return (
    trouble ?? { reason: 'never-healthy', detail: `${wanted.key}: its tasks do not run after ${seconds} s` }
  );
}

/** Its tasks when all that there should be run, and each is what it should be. Pure. */
export function upTasks(
  all: readonly Task[],
  { image, tasks, former }: Running,
): readonly Task[] | undefined {
  const wanted = all.filter((task) => task.desired === 'running' && former?.has(task.id) !== true);
  const up = wanted.filter((task) => task.state === 'running' && task.image === image);
  const enough = tasks === 'every-node' ? up.length > 0 : up.length >= tasks;
  return enough && up.length === wanted.length ? up : undefined;
}

/** Swarm calls a task with a health check running only once it is healthy; one without has to prove itself. */
function watchSteadiness(
  { swarm, clock }: ReleaseEngine,
  ms: number,
): (up: readonly Task[]) => Promise<boolean> {
  let steady: { readonly ids: string; readonly since: number } | undefined;
  return async (up) => {
    const ids = up
      .map(({ id }) => id)
      .sort()
      .join(' ');
    if (steady?.ids !== ids) steady = { ids, since: clock.monotonic() };
    if (clock.monotonic() - steady.since >= ms) return true;
    const reports = await Promise.all(
      up.map(async ({ containerId }) =>
        containerId === undefined ? undefined : swarm.tasks.inspectContainer(containerId),
      ),
    );
    return reports.every((report) => report?.health === 'healthy');
  };
}
