/** Why an edge or control does not come up, read from its tasks. */
import { names } from '../common/names.ts';
import type { TidegateError } from '../common/errors.ts';
import type { Door } from '../edge/door.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import type { Task } from '../swarm/port.ts';
import { controlNotReady, edgeNotReady, portTaken } from './failures.ts';

/** So many failed tasks in a row are not bad luck any more. */
const failuresThatCount = 3;

export interface Readiness {
  /** Nothing is waited for any longer. */
  readonly final: boolean;
  readonly missing: string;
  /** Tasks that had failed before (`failedTasks`): what was wrong then may have been put right. */
  readonly before: ReadonlySet<string>;
}

export async function failedTasks({ swarm, ledger }: ReleaseEngine): Promise<ReadonlySet<string>> {
  const { stack } = ledger;
  const services = [names.edge(stack), names.control(stack)];
  const tasks = await Promise.all(services.map((service) => swarm.tasks.list({ service })));
  return new Set(tasks.flat().flatMap(({ id, state }) => (state === 'failed' ? [id] : [])));
}

/**
 * Throws what keeps every edge from running: a rollout would wait for one in vain. One that is only being started again
 * is worth waiting for.
 */
export async function requireSomeEdge(engine: ReleaseEngine, door: Door): Promise<void> {
  const { swarm, ledger } = engine;
  const edge = names.edge(ledger.stack);
  const [service, tasks] = await Promise.all([swarm.services.get(edge), swarm.tasks.list({ service: edge })]);
  if (!service) throw edgeNotReady(ledger.stack, 'there is no such service');
  if (tasks.some((task) => task.state === 'running' && task.desired === 'running')) return;
  const why = await whyNotReady(engine, door, { final: false, missing: '', before: new Set() });
  if (why) throw why;
}

/** `undefined` while there is hope; with `final` always an error. */
export async function whyNotReady(
  { swarm, ledger }: ReleaseEngine,
  { http, https }: Door,
  { final, missing, before }: Readiness,
): Promise<TidegateError | undefined> {
  const { stack } = ledger;
  const newer = async (service: string): Promise<readonly Task[]> =>
    (await swarm.tasks.list({ service })).filter(({ id }) => !before.has(id));
  const edges = await newer(names.edge(stack));
  const nodes = await swarm.nodes();
  const taken = edges.find((task) =>
    task.desired === 'running' ? isPortTaken(task) : task.state === 'failed' && isPortTaken(task),
  );
  if (taken && !edges.some((task) => task.state === 'running' && task.nodeId === taken.nodeId)) {
    const node = nodes.find(({ id }) => id === taken.nodeId)?.name ?? '';
    const port = [http, https].filter((one) => one !== undefined).join(' or ');
    return portTaken(port, node, taken.error ?? taken.message);
  }
  const controls = await newer(names.control(stack));
  const controlTrouble = repeated(controls, final);
  if (controlTrouble !== undefined) return controlNotReady(stack, controlTrouble);
  const edgeTrouble = repeated(edges, final);
  if (edgeTrouble !== undefined) return edgeNotReady(stack, edgeTrouble);
  return final ? edgeNotReady(stack, missing) : undefined;
}

function isPortTaken(task: Task): boolean {
  return /port is already allocated|address already in use|host-mode port already in use/i.test(
    `${task.error ?? ''} ${task.message}`,
  );
}

/** The newest error of tasks that keep failing; `undefined` when one runs. */
function repeated(tasks: readonly Task[], final: boolean): string | undefined {
  if (tasks.some((task) => task.state === 'running' && task.desired === 'running')) return undefined;
  const bad = tasks.filter((task) => ['failed', 'rejected', 'pending'].includes(task.state));
  if (bad.filter((task) => task.state !== 'pending').length < failuresThatCount && !final) return undefined;
  const newest = [...bad].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0];
  return newest && (newest.error ?? newest.message);
}
