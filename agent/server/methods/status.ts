import { messageOf, TidegateError } from '../../common/errors.ts';
import { colours, names, otherColour, slotKey, slotServiceName, type Colour } from '../../common/names.ts';
import type { Environment } from '../../config/model.ts';
import { missingInside, unacknowledged, type Unacknowledged } from '../../edge/expected.ts';
import { hasInside, routingOf, type Routing } from '../../edge/routing.ts';
import { renderServices } from '../../edge/services-config.ts';
import { serves } from '../../edge/side.ts';
import { contentOf, findBacking } from '../../infra/backing.ts';
import type {
  BackingStatus,
  EdgeStatus,
  EnvironmentStatus,
  Params,
  Results,
  RolloutStatus,
  ServiceStatus,
  SlotStatus,
} from '../../protocol/methods.ts';
import { readCurrent, slotContent, type Current } from '../../release/current.ts';
import { describeMissing, edgeReports, type SidedReports } from '../../release/edges.ts';
import type { ReleaseEngine } from '../../release/engine.ts';
import { downHolder } from '../../release/lock.ts';
import { phaseName } from '../../release/machine.ts';
import type { EdgeReports } from '../../swarm/ledger/acks.ts';
import {
  isEnded,
  type JournalEntry,
  type Phase,
  type RolloutHead,
  type RolloutState,
} from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { openCheckout, openEnvironment, openPlace } from '../place.ts';
import { nameOf } from '../rollouts.ts';

/** What answers, as far as the edges and control have seen it; never what an orchestrator intends. */
export async function status(agent: Agent, params: Params<'status'>): Promise<Results['status']> {
  const chosen =
    params.environment === null
      ? (await openCheckout(agent, params.folder)).environments
      : [(await openPlace(agent, params.folder, params.environment)).environment];
  return { environments: await Promise.all(chosen.map((environment) => statusOf(agent, environment))) };
}

/** Whatever is wrong with the environment is part of its status. */
export async function statusOf(agent: Agent, environment: Environment): Promise<EnvironmentStatus> {
  const common = { environment: environment.name, stack: environment.stack };
  const nothing = { services: [], edges: [], rollouts: [], maintenance: null, flagsVersion: null };
  try {
    const { engine } = await openEnvironment(agent, environment, 'look');
    const { swarm, ledger } = engine;
    const [current, reports, flags, backing, rollouts] = await Promise.all([
      readCurrent(ledger),
      edgeReports(swarm, ledger),
      ledger.flags.find(),
      backingOf(engine),
      rolloutsOf(engine),
    ]).catch(async (error: unknown) => {
      // What is wrong with the Swarm as a whole is said first; who has read a ledger out of it need not ask.
      await swarm.info();
      throw error;
    });
    const seen = { routing: routingOf(ledger.stack, current.routes, current.releases), reports };
    const [services, edges] = await Promise.all([
      servicesOf(engine, current, seen),
      edgesOf(engine, current, seen),
    ]);
    const down = current.routes.value.lock.holder?.startsWith(`${downHolder}/`) === true;
    return {
      ...common,
      state: down ? 'going-down' : 'ready',
      problem: down ? 'It is being taken down; "tidegate down" finishes that.' : null,
      problemCode: down ? 'environment.going-down' : null,
      ...{ services, backing, edges, rollouts },
      maintenance: current.routes.value.maintenance ?? null,
      flagsVersion: flags === undefined ? null : `${flags.id}:${flags.version}`,
    };
  } catch (error) {
    if (!(error instanceof TidegateError)) throw error;
    const problem = [messageOf(error), error.hint].filter(Boolean).join(' ');
    return { ...common, ...nothing, problem, problemCode: error.code, state: stateOf(error) };
  }
}

async function backingOf(engine: ReleaseEngine): Promise<readonly BackingStatus[]> {
  const found = [...(await findBacking(engine))].sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(
    found.map(async ([service, object]) => {
      const tasks = await engine.swarm.tasks.list({ service: object.name });
      return {
        service,
        image: contentOf(object).image,
        running: tasks.filter(({ state, desired }) => state === 'running' && desired === 'running').length,
        desired: object.spec.Mode.Replicated?.Replicas ?? null,
      };
    }),
  );
}

function stateOf({ code }: TidegateError): EnvironmentStatus['state'] {
  if (code === 'environment.not-set-up') return 'not-set-up';
  return code === 'ledger.corrupt' ? 'corrupt' : 'unreachable';
}

async function servicesOf(
  engine: ReleaseEngine,
  current: Current,
  { routing, reports }: { readonly routing: Routing; readonly reports: SidedReports },
): Promise<EnvironmentStatus['services']> {
  const { routes, slots } = current.routes.value;
  const known = new Set([
    ...Object.keys(routes),
    ...Object.keys(slots).map((slot) => slot.replace(/-(blue|green)$/, '')),
  ]);
  return Promise.all(
    [...known].sort().map(async (service): Promise<ServiceStatus> => {
      const of = colours.map((colour) =>
        slotStatus(current, reportsOn(service, routing, reports), service, colour),
      );
      const isWorker = colours.some((colour) => slotContent(current, service, colour)?.kind === 'worker');
      if (!isWorker) return { service, slots: of };
      return {
        service,
        kind: 'worker',
        slots: await Promise.all(of.map((slot) => asRun(engine, service, slot))),
      };
    }),
  );
}

/** No edge sees a worker: what counts are its tasks. */
async function asRun(
  { swarm, ledger }: ReleaseEngine,
  service: string,
  slot: SlotStatus,
): Promise<SlotStatus> {
  const name = slotServiceName(ledger.stack, service, slot.colour);
  const tasks = await swarm.tasks.list({ service: name });
  const wanted = tasks.filter(({ desired }) => desired === 'running');
  const healthy = wanted.filter(({ state }) => state === 'running').length;
  return { ...slot, healthy, desired: Math.max(slot.desired, wanted.length) };
}

/** Of those who serve it. */
function reportsOn(name: string, { services }: Routing, { outside, inside }: SidedReports): EdgeReports {
  const service = services.find((one) => one.service === name) ?? {};
  const on = [
    ...(serves(service, 'outside') ? [outside] : []),
    ...(serves(service, 'inside') ? [inside] : []),
  ];
  return {
    acks: Object.assign({}, ...on.map(({ acks }) => acks)) as EdgeReports['acks'],
    proofs: Object.assign({}, ...on.map(({ proofs }) => proofs)) as EdgeReports['proofs'],
  };
}

function slotStatus(current: Current, reports: EdgeReports, service: string, colour: Colour): SlotStatus {
  const { routes, slots, claims } = current.routes.value;
  const key = slotKey(service, colour);
  const route = routes[service];
  const number = slots[key];
  const record = number === undefined ? undefined : current.releases.get(number);
  const isActive = route?.active === colour;
  const canary = route?.active === otherColour(colour) ? route.canary : 0;
  return {
    colour,
    state:
      number === undefined
        ? 'empty'
        : isActive
          ? 'active'
          : claims[service] === undefined
            ? 'warm'
            : 'preparing',
    release: record ? nameOf(record) : null,
    share: isActive ? 100 - route.canary / 100 : canary / 100,
    healthy:
      Math.min(
        ...Object.values(reports.acks).map((ack) => ack.slots[key]?.healthy ?? 0),
        Number.MAX_SAFE_INTEGER,
      ) % Number.MAX_SAFE_INTEGER,
    desired: record?.services[service]?.replicas ?? 0,
    answering: answering(reports, isActive ? service : key),
  };
}

/** What the newest probes through all edges agree on; `null` when they do not, or nothing answered. */
function answering(reports: EdgeReports, path: string): SlotStatus['answering'] {
  const answers = Object.values(reports.proofs).map((proof) => proof.answers[path]);
  const [first] = answers;
  if (!first || first.status === 0) return null;
  const agree = answers.every(
    (answer) => answer?.release === first.release && answer.digest === first.digest,
  );
  return agree ? { release: first.release, digest: first.digest, status: first.status } : null;
}

async function edgesOf(
  { swarm, ledger }: ReleaseEngine,
  current: Current,
  { routing, reports }: { readonly routing: Routing; readonly reports: SidedReports },
): Promise<readonly EdgeStatus[]> {
  const [nodes, edgeTasks, meshTasks] = await Promise.all([
    swarm.nodes(),
    swarm.tasks.list({ service: names.edge(ledger.stack) }),
    hasInside(routing) ? swarm.tasks.list({ service: names.mesh(ledger.stack) }) : undefined,
  ]);
  const { id: object, version, value } = current.routes;
  const { hash } = renderServices(routing);
  const expected = { forgotten: {}, object, version, hash };
  const edges = nodes
    .filter((node) => node.availability !== 'drain')
    .map((node): EdgeStatus => {
      if (value.forgotten[node.id] !== undefined)
        return {
          node: node.name,
          state: 'forgotten',
          detail: `forgotten by ${value.forgotten[node.id] ?? '?'}`,
        };
      const [missing] = unacknowledged({ ...expected, nodes: [node], edgeTasks, reports: reports.outside });
      if (!missing) return { node: node.name, state: 'current', detail: `runs version ${version}` };
      const reported = edgeTasks.some(
        (task) => task.nodeId === node.id && reports.outside.acks[task.id] !== undefined,
      );
      return { node: node.name, state: reported ? 'behind' : 'missing', detail: missing.why };
    });
  if (!meshTasks) return edges;
  const inside = { tasks: meshTasks, services: routing.services };
  const missing = missingInside({ ...expected, nodes, edgeTasks, reports: reports.inside }, inside);
  return [...edges, meshStatus(missing, { version, reported: Object.keys(reports.inside.acks).length > 0 })];
}

/** Its tasks are on no node in particular: one line for all of them. */
function meshStatus(
  missing: readonly Unacknowledged[],
  { version, reported }: { readonly version: number; readonly reported: boolean },
): EdgeStatus {
  const node = 'inside';
  if (missing.length === 0) return { node, state: 'current', detail: `runs version ${version}` };
  return { node, state: reported ? 'behind' : 'missing', detail: describeMissing(missing) };
}

async function rolloutsOf({ ledger }: ReleaseEngine): Promise<readonly RolloutStatus[]> {
  return (await ledger.journals.list())
    .filter(({ value }) => !isEnded(value.state))
    .map(({ value }) => rolloutStatus(value));
}

export function rolloutStatus({ head, state, driver }: JournalEntry): RolloutStatus {
  return {
    id: head.id,
    kind: head.kind,
    ref: head.tag ?? head.ref,
    by: head.by,
    phase: phaseName(state.phase),
    stage: state.phase.name,
    reason: state.reason,
    since: new Date(state.since).toISOString(),
    until: endOfPhase(head, state),
    services: head.moves.map(({ service }) => service),
    driver: driver ?? null,
  };
}

/** Phases with a time of their own end by the clock of who drives them; the others with what they wait for. */
function endOfPhase(head: RolloutHead, { phase, since }: RolloutState): string | null {
  const lasts = lengthOf(head, phase);
  return lasts === null ? null : new Date(since + lasts).toISOString();
}

function lengthOf(head: RolloutHead, phase: Phase): number | null {
  if (phase.name === 'shifting' && phase.stage === 'holding') return head.steps[phase.step]?.holdMs ?? null;
  return phase.name === 'settling' && phase.stage === 'warm' ? head.keepWarmMs : null;
}
