/** Why tasks do not come up: read from Swarm's tasks, the last probe and the container's last lines. */
import type { Reason } from '../../swarm/ledger/rollout.ts';
import type { Task } from '../../swarm/port.ts';
import type { ReleaseEngine } from '../engine.ts';

/** Whose tasks they are. */
export interface Subject {
  /** For people: `web-blue`. */
  readonly key: string;
  /** Its name in the Swarm. */
  readonly service: string;
  /** Tasks of before a change: they say nothing about it. */
  readonly former?: ReadonlySet<string>;
}

export interface Trouble {
  readonly reason: Reason;
  readonly detail: string;
}

/** So many failed tasks of one slot are enough to know that it will not come up. */
const failuresThatMeanCrashLoop = 3;
/** A health check's own verdict after all its retries weighs more: twice is enough. */
const verdictsThatMeanNeverHealthy = 2;
/** A task may be pending for a moment while Swarm finds a node. */
const pendingMs = 4_000;

/**
 * `final`: the deadline is over, so what might still have become good counts as trouble. Gives `undefined`
 * while there is hope, or when Swarm sees nothing wrong.
 */
export async function diagnose(
  engine: ReleaseEngine,
  subject: Subject,
  options: { readonly final: boolean },
): Promise<Trouble | undefined> {
  const all = await engine.swarm.tasks.list({ service: subject.service });
  const tasks = all.filter((task) => subject.former?.has(task.id) !== true);
  const homeless = tasks.find((task) => isHomeless(task, engine.clock.now(), options.final));
  if (homeless && (options.final || !(await someAreLeaving(engine))))
    return {
      reason: 'no-node',
      detail: `${subject.key}: no node has room for it (${homeless.error ?? homeless.message})`,
    };
  const failed = tasks.filter(isOver);
  if (!options.final && !(await isHopeless(engine, failed))) return undefined;
  const newest = [...failed].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0];
  const starting = tasks.find((task) => task.desired === 'running' && task.containerId !== undefined);
  if (!newest && (!options.final || !starting || starting.state === 'running')) return undefined;
  return explain(engine, subject, newest ?? starting);
}

async function isHopeless(engine: ReleaseEngine, failed: readonly Task[]): Promise<boolean> {
  if (failed.length >= failuresThatMeanCrashLoop) return true;
  if (failed.length < verdictsThatMeanNeverHealthy) return false;
  const verdicts = await Promise.all(failed.map((task) => wasUnhealthy(engine, task)));
  return verdicts.filter(Boolean).length >= verdictsThatMeanNeverHealthy;
}

/**
 * Whether Swarm ended the task for its health check. It says so only where the program ended with an error; one
 * that finishes its requests and exits with 0 is `complete`, and its container remembers the verdict.
 */
async function wasUnhealthy({ swarm }: ReleaseEngine, task: Task): Promise<boolean> {
  if (/unhealthy/.test(task.error ?? '')) return true;
  if (task.state !== 'complete' || task.containerId === undefined) return false;
  return (await swarm.tasks.inspectContainer(task.containerId))?.health === 'unhealthy';
}

function isHomeless(task: Task, now: number, final: boolean): boolean {
  if (task.state !== 'pending' || task.desired !== 'running') return false;
  return final || now - Date.parse(task.createdAt) > pendingMs;
}

/** Room may yet come: a task keeps its reservations until its container has ended. */
async function someAreLeaving({ swarm }: ReleaseEngine): Promise<boolean> {
  const tasks = await swarm.tasks.list({});
  return tasks.some(({ state, desired }) => state === 'running' && desired !== 'running');
}

async function explain(engine: ReleaseEngine, subject: Subject, task: Task | undefined): Promise<Trouble> {
  const report =
    task?.containerId === undefined ? undefined : await engine.swarm.tasks.inspectContainer(task.containerId);
  // A container that has ended by itself keeps the health it had then.
  const unhealthy =
    task && isOver(task)
      ? await wasUnhealthy(engine, task)
      : report?.health === 'starting' || report?.health === 'unhealthy';
  const what = unhealthy
    ? 'it never became healthy'
    : `its tasks do not stay up (${task?.error ?? task?.message ?? 'no reason given'})`;
  const probe = report?.probe
    ? `\n  last health check: exit code ${report.probe.exitCode}${indent(report.probe.output)}`
    : '';
  const log = await lastLines(engine, subject);
  const reason = unhealthy ? 'never-healthy' : 'crash-loop';
  return { reason, detail: `${subject.key}: ${what}${probe}${log}` };
}

/** A slot's task never ends by itself while all is well, not even with exit code 0. */
const isOver = (task: Task): boolean => ['failed', 'rejected', 'complete'].includes(task.state);

async function lastLines({ swarm }: ReleaseEngine, subject: Subject): Promise<string> {
  const service = await swarm.services.get(subject.service);
  if (!service) return '';
  // Logs are a help, not a must: an engine that cannot give them must not hide the trouble itself.
  const lines = await swarm.services.logs(service.id, { tail: 8 }).catch(() => []);
  if (lines.length === 0) return '\n  its containers wrote nothing';
  return `\n  last lines of its containers:${lines
    .slice(-8)
    .map((line) => indent(line.text))
    .join('')}`;
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .slice(0, 8)
    .map((line) => `\n    ${line.slice(0, 300)}`)
    .join('');
}
