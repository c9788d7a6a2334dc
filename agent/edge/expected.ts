/**
 * Which edges have not yet said what is waited for (invariants 1 and 2). A missing edge is not an acknowledged
 * one, and no edge at all is not "all".
 */
import type { SlotKey } from '../common/names.ts';
import type { Ack, EdgeReports, Proof } from '../swarm/ledger/acks.ts';
import type { ClusterNode, Task } from '../swarm/port.ts';

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
  return nodes.flatMap((node) => {
    const why = missing(node, expectation);
    return why === undefined ? [] : [{ node: node.name, why }];
  });
}

function missing(node: ClusterNode, expectation: Expectation): string | undefined {
  const { edgeTasks, reports, object, version, hash } = expectation;
  const tasks = edgeTasks.filter(
    (task) => task.nodeId === node.id && task.state === 'running' && task.desired === 'running',
  );
  if (tasks.length === 0) return node.state === 'down' ? 'the node is down' : 'no edge runs on it';
  for (const { id } of tasks) {
    const ack = reports.acks[id];
    if (!ack) return 'its edge has not reported yet';
    if (ack.object !== object) return 'its edge has the state of another ledger';
    if (ack.version < version) return `its edge has version ${ack.version}, not ${version} yet`;
    if (ack.hash !== hash)
      return 'its edge does not run the newest configuration (HAProxy may have refused it)';
    const why = requirement(expectation, ack, reports.proofs[id]);
    if (why !== undefined) return why;
  }
  return undefined;
}

function requirement(
  { require = {}, object, version }: Expectation,
  ack: Ack,
  proof?: Proof,
): string | undefined {
  const slot = (key: SlotKey) => ack.slots[key] ?? { healthy: 0, sessions: 0, closed: 0 };
  for (const [key, wanted] of Object.entries(require.healthy ?? {})) {
    const seen = slot(key as SlotKey).healthy;
    if (seen < wanted) return `its edge sees ${seen} of ${wanted} healthy servers of ${key}`;
  }
  for (const key of require.empty ?? [])
    if (slot(key).healthy > 0) return `its edge still sees ${slot(key).healthy} servers of ${key}`;
  for (const key of require.idle ?? [])
    if (slot(key).sessions > 0) return `${slot(key).sessions} requests are still open in ${key} at its edge`;
  const answers = Object.entries(require.answers ?? {});
  if (answers.length === 0) return undefined;
  if (proof?.object !== object || proof.version < version)
    return 'no probe through its edge has been answered yet';
  for (const [path, wanted] of answers) {
    const why = wrongAnswer(path, wanted, proof);
    if (why !== undefined) return why;
  }
  return undefined;
}

function wrongAnswer(path: string, wanted: ExpectedAnswer, proof: Proof): string | undefined {
  const answer = proof.answers[path];
  if (!answer) return `no probe of ${path} through its edge has been answered yet`;
  if (answer.status >= 400)
    return `a probe of ${path} through its edge was answered with HTTP ${answer.status}`;
  const right =
    answer.slot === wanted.slot &&
    answer.digest === wanted.digest &&
    (wanted.release === undefined || wanted.release === answer.release);
  return right
    ? undefined
    : `a probe of ${path} through its edge was answered by ${answer.slot} (release ${answer.release})`;
}
