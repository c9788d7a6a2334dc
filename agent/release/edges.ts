/** Waiting for the word of every expected edge. */
import { names } from '../common/names.ts';
import { unacknowledged, type Requirement, type Unacknowledged } from '../edge/expected.ts';
import { hasInside, routingOf, type Routing } from '../edge/routing.ts';
import { renderServices } from '../edge/services-config.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { EdgeReports } from '../swarm/ledger/acks.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { ClusterNode, Stored, Swarm, Task } from '../swarm/port.ts';
import type { ReleaseEngine } from './engine.ts';

export interface EdgeWait {
  /** The routes that must be acknowledged: these, or newer ones of the same object. */
  readonly routes: Stored<Routes>;
  readonly require?: Requirement;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Which edges have not said so when the limit is over; empty: all have. */
export async function awaitEdges(engine: ReleaseEngine, wait: EdgeWait): Promise<readonly Unacknowledged[]> {
  const look = await edgeLook(engine, wait.routes);
  const acks = names.acks(engine.ledger.stack);
  let missing: readonly Unacknowledged[] = [];
  const all = await engine.changes.until(
    async () => {
      missing = await look(wait.require);
      return missing.length === 0 ? true : undefined;
    },
    {
      ...{ limitMs: wait.limitMs, pollMs: 250, signal: wait.signal },
      // A rollout writes several objects while it waits for what edges say in one.
      concerns: ({ type, name }) => type !== 'config' || name === acks,
    },
  );
  return all === true ? [] : missing;
}

/** What is missing at this moment. */
export async function missingEdges(
  engine: ReleaseEngine,
  routes: Stored<Routes>,
  require?: Requirement,
): Promise<readonly Unacknowledged[]> {
  return (await edgeLook(engine, routes))(require);
}

export function describeMissing(missing: readonly Unacknowledged[]): string {
  return missing.map(({ node, why }) => (node === '' ? why : `${node}: ${why}`)).join('; ');
}

export interface SidedReports {
  readonly outside: EdgeReports;
  /** Of the mesh. */
  readonly inside: EdgeReports;
}

/** What every edge that reports says, for the tasks that are the edges, or the mesh, now. */
export async function edgeReports(swarm: Swarm, ledger: Ledger): Promise<SidedReports> {
  const { stack } = ledger;
  const [reports, edges, mesh] = await Promise.all([
    ledger.acks.read(),
    swarm.tasks.list({ service: names.edge(stack) }),
    swarm.tasks.list({ service: names.mesh(stack) }),
  ]);
  const of = (tasks: readonly Task[]): EdgeReports => {
    const running = new Set(tasks.filter((task) => task.state === 'running').map((task) => task.id));
    const alive = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
      Object.fromEntries(Object.entries(all).filter(([task]) => running.has(task)));
    return { acks: alive(reports.acks), proofs: alive(reports.proofs) };
  };
  return { outside: of(edges), inside: of(mesh) };
}

/** The releases that slots name. */
export async function releasesInSlots(ledger: Ledger, routes: Routes): Promise<Map<number, ReleaseRecord>> {
  const numbers = [...new Set(Object.values(routes.slots))];
  const records = await Promise.all(numbers.map((number) => ledger.releases.get(number)));
  return new Map(records.flatMap((record) => (record ? [[record.number, record] as const] : [])));
}

export interface EdgesSeen {
  readonly nodes: readonly ClusterNode[];
  /** All tasks of the edge's service, and of the mesh's. */
  readonly edgeTasks: readonly Task[];
  readonly meshTasks: readonly Task[];
  readonly reports: EdgeReports;
}

export interface EdgesWanted {
  readonly routing: Routing;
  readonly isMeshed: boolean;
  readonly missing: (seen: EdgesSeen, require?: Requirement) => readonly Unacknowledged[];
}

/** What edges must have acknowledged. The configuration they must run is rendered once, for any number of looks. Pure. */
export function edgesWanted(
  stack: string,
  routes: Stored<Routes>,
  releases: ReadonlyMap<number, ReleaseRecord>,
): EdgesWanted {
  const routing = routingOf(stack, routes, releases);
  const { hash } = renderServices(routing);
  const isMeshed = hasInside(routing);
  const { id: object, version } = routes;
  const { forgotten } = routes.value;
  return {
    routing,
    isMeshed,
    missing: ({ nodes, edgeTasks, meshTasks, reports }, require) =>
      unacknowledged({
        ...{ nodes, edgeTasks, reports, forgotten, object, version, hash },
        ...(require && { require }),
        ...(isMeshed && { inside: { tasks: meshTasks, services: routing.services } }),
      }),
  };
}

/** How to look at the edges again and again. */
async function edgeLook(
  { swarm, ledger }: ReleaseEngine,
  routes: Stored<Routes>,
): Promise<(require?: Requirement) => Promise<readonly Unacknowledged[]>> {
  const { stack } = ledger;
  const wanted = edgesWanted(stack, routes, await releasesInSlots(ledger, routes.value));
  return async (require) => {
    const [nodes, edgeTasks, meshTasks, reports] = await Promise.all([
      swarm.nodes(),
      swarm.tasks.list({ service: names.edge(stack) }),
      wanted.isMeshed ? swarm.tasks.list({ service: names.mesh(stack) }) : [],
      ledger.acks.read(),
    ]);
    return wanted.missing({ nodes, edgeTasks, meshTasks, reports }, require);
  };
}
