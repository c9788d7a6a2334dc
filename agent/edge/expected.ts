/**
 * Which edges have not yet said what is waited for (invariants 1 and 2). A missing edge is not an acknowledged
 * one, and no edge at all is not "all".
 */
import { parseSlotKey, type SlotKey } from '../common/names.ts';
import type { Ack, EdgeReports, Proof } from '../swarm/ledger/acks.ts';
import type { ClusterNode, Task } from '../swarm/port.ts';
import type { ServiceRouting } from './routing.ts';
import { answersFor, serves, type Reach, type Side } from './side.ts';

export interface Requirement {
  /** At least so many servers whose last check was `L7OK`. */
  readonly healthy?: Readonly<Record<SlotKey, number>>;
  /** Slots of which no server may be left. */
  readonly empty?: readonly SlotKey[];
  /** Slots without requests or streams under way. */
  readonly idle?: readonly SlotKey[];
  /**
   * Who must have answered the probe, by the way it took: a service's name (as every user goes) or a slot's
   * key (as a preview goes).
   */
  readonly answers?: Readonly<Record<string, ExpectedAnswer>>;
}

export interface ExpectedAnswer {
  readonly slot: SlotKey;
  readonly release?: number;
  /** `sha256:…`. */
  readonly digest: string;
}

export interface Expectation {
  readonly nodes: readonly ClusterNode[];
  /** All tasks of the edge's service. */
  readonly edgeTasks: readonly Task[];
  readonly reports: EdgeReports;
  /** Node ids an operator declared gone. */
  readonly forgotten: Readonly<Record<string, unknown>>;
  /** Id of the routes object, and the lowest version that will do. */
  readonly object: string;
  readonly version: number;
  /** Of the services configuration (`renderServices`). */
  readonly hash: string;
  readonly require?: Requirement;
  /** Where there are internal routes: then the mesh has to say so as well. */
  readonly inside?: Inside;
}

export interface Inside {
  /** All tasks of the mesh's service. */
  readonly tasks: readonly Task[];
  /** All services, internal or not. */
  readonly services: readonly ServiceRouting[];
}

export interface Unacknowledged {
  /** Name of the node; empty when there is no node to wait for. */
  readonly node: string;
  /** For people: "its edge runs version 12, not 14 yet". */
  readonly why: string;
}

/** Empty: every expected edge has said so. Nodes that are down are expected; drained ones have no edge. */
export function unacknowledged(expectation: Expectation): readonly Unacknowledged[] {
  const nodes = expectation.nodes.filter(
    (node) => node.availability !== 'drain' && expectation.forgotten[node.id] === undefined,
  );
  if (nodes.length === 0) return [{ node: '', why: 'there is no node that should have an edge' }];
  const outside = { ...expectation, require: requirementOf('outside', expectation) };
  const edges = nodes.flatMap((node) => {
    const why = missing(node, outside);
    return why === undefined ? [] : [{ node: node.name, why }];
  });
  return expectation.inside ? [...edges, ...missingInside(expectation, expectation.inside)] : edges;
}

function missing(node: ClusterNode, expectation: Expectation): string | undefined {
  const tasks = expectation.edgeTasks.filter((task) => task.nodeId === node.id && task.state === 'running');
  if (!tasks.some(isUp)) return node.state === 'down' ? 'the node is down' : 'no edge runs on it';
  // Without a port its successor comes first, and clients keep their connections to the one that goes.
  for (const { id } of tasks) {
    const why = missingOf(id, 'its edge', expectation);
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * Every task of the mesh that may still answer somebody, be it on its way out: callers keep their connections to it. And
 * each name leads to one that stays.
 */
export function missingInside(
  expectation: Expectation,
  { tasks, services }: Inside,
): readonly Unacknowledged[] {
  const { nodes, forgotten } = expectation;
  const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? '';
  const staying = tasks.filter(isUp);
  if (staying.length === 0) return [{ node: '', why: 'no internal edge runs' }];
  const known = new Set(staying.flatMap(({ aliases = [] }) => aliases));
  const nameless = services.filter(({ service, inside }) => inside !== undefined && !known.has(service));
  const inside = { ...expectation, require: requirementOf('inside', expectation) };
  return [
    ...nameless.map(({ service }) => ({ node: '', why: `no internal edge is called ${service} yet` })),
    ...tasks
      .filter((task) => task.state === 'running' && forgotten[task.nodeId] === undefined)
      .flatMap(({ id, nodeId }) => {
        const why = missingOf(id, 'its internal edge', inside);
        return why === undefined ? [] : [{ node: nameOf(nodeId), why }];
      }),
  ];
}

function isUp({ state, desired }: Task): boolean {
  return state === 'running' && desired === 'running';
}

/** That side's part of what is required: edges do not know internal services, the mesh knows no others. */
function requirementOf(side: Side, { require = {}, inside }: Expectation): Requirement {
  if (!inside) return require;
  const known = new Map<string, Reach>(inside.services.map((service) => [service.service, service]));
  // One that is in no slot any more: nobody may see anything of it.
  const reach = (key: string): Reach => known.get(parseSlotKey(key)?.service ?? '') ?? {};
  const { healthy = {}, empty, idle, answers = {} } = require;
  const served = (key: string): boolean => serves(reach(key), side);
  return {
    healthy: pick(healthy, served),
    ...(empty && { empty: empty.filter(served) }),
    ...(idle && { idle: idle.filter(served) }),
    answers: pick(answers, (_, { slot }) => answersFor(reach(slot), side)),
  };
}

function pick<T>(
  all: Readonly<Record<string, T>>,
  wanted: (key: string, value: T) => boolean,
): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => wanted(key, value)));
}

/** `who`: for messages. */
function missingOf(task: string, who: string, expectation: Expectation): string | undefined {
  const { reports, object, version, hash } = expectation;
  const ack = reports.acks[task];
  if (!ack) return `${who} has not reported yet`;
  if (ack.object !== object) return `${who} has the state of another ledger`;
  if (ack.version < version) return `${who} has version ${ack.version}, not ${version} yet`;
  if (ack.hash !== hash) return `${who} does not run the newest configuration (HAProxy may have refused it)`;
  return requirement(expectation, who, { ack, proof: reports.proofs[task] });
}

function requirement(
  { require = {}, object, version }: Expectation,
  who: string,
  { ack, proof }: { readonly ack: Ack; readonly proof: Proof | undefined },
): string | undefined {
  const slot = (key: SlotKey) => ack.slots[key] ?? { healthy: 0, sessions: 0, closed: 0 };
  for (const [key, wanted] of Object.entries(require.healthy ?? {})) {
    const seen = slot(key as SlotKey).healthy;
    if (seen < wanted) return `${who} sees ${seen} of ${wanted} healthy servers of ${key}`;
  }
  for (const key of require.empty ?? [])
    if (slot(key).healthy > 0) return `${who} still sees ${slot(key).healthy} servers of ${key}`;
  for (const key of require.idle ?? [])
    if (slot(key).sessions > 0) return `${slot(key).sessions} requests are still open in ${key} at ${who}`;
  const answers = Object.entries(require.answers ?? {});
  if (answers.length === 0) return undefined;
  if (proof?.object !== object || proof.version < version)
    return `no probe through ${who} has been answered yet`;
  for (const [path, wanted] of answers) {
    const why = wrongAnswer(path, wanted, { proof, who });
    if (why !== undefined) return why;
  }
  return undefined;
}

function wrongAnswer(
  path: string,
  wanted: ExpectedAnswer,
  { proof, who }: { readonly proof: Proof; readonly who: string },
): string | undefined {
  const answer = proof.answers[path];
  if (!answer) return `no probe of ${path} through ${who} has been answered yet`;
  if (answer.status >= 400)
    return `a probe of ${path} through ${who} was answered with HTTP ${answer.status}`;
  const right =
    answer.slot === wanted.slot &&
    answer.digest === wanted.digest &&
    (wanted.release === undefined || wanted.release === answer.release);
  return right
    ? undefined
    : `a probe of ${path} through ${who} was answered by ${answer.slot} (release ${answer.release})`;
}
