/**
 * Probes through an edge after it has reported something new: the proof that the release one thinks is there is
 * what answers. Repeats while answers are not what they should be, for they may be in a moment.
 */
import type { Clock } from '../common/clock.ts';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { slotServiceName, parseSlotKey } from '../common/names.ts';
import { headers } from '../edge/wire.ts';
import { formatProof, type Ack, type Answer, type Proof } from '../swarm/ledger/acks.ts';
import type { Swarm, Task } from '../swarm/port.ts';
import type { Reached } from './edge-tasks.ts';
import type { EdgeState, LedgerView } from './ledger-view.ts';
import { digestAt, isUnsettled, parseAnswer, probesOf, type Probe } from './proof.ts';
import type { Reports } from './reports.ts';

/** One HTTP GET. Rejects when there is no answer. */
export type Fetch = (request: {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}>;

export interface ProbingOptions {
  readonly view: LedgerView;
  readonly swarm: Swarm;
  readonly reports: Reports;
  readonly fetch: Fetch;
  /** Where a task of an edge, or of the mesh, is on a network of ours. */
  readonly reachOf: (task: string) => Promise<Reached | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Probing {
  /** An edge has said this; probes through it unless that was done for the same state. */
  consider(task: string, ack: Ack): void;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;
const giveUpMs = 60_000;
/** Who takes a claim or the lock changes nothing that could be probed, and often a swap comes next, which must not wait. */
const calmMs = 200;

export function openProbing(options: ProbingOptions): Probing {
  const wanted = new Map<string, Ack>();
  const proven = new Map<string, string>();
  /** What was settled last, by task. */
  const settled = new Map<string, string>();
  /** By the task that somebody is busy with: how to end their pause. */
  const busy = new Map<string, () => void>();

  async function work(task: string): Promise<void> {
    for (let ack = wanted.get(task); ack && !options.signal.aborted; ack = wanted.get(task)) {
      const news = new AbortController();
      busy.set(task, () => news.abort());
      const over = AbortSignal.any([options.signal, news.signal]);
      const subject = await proveUntilSettled(options, { task, ack, settled: settled.get(task), over });
      settled.delete(task);
      if (subject !== undefined) settled.set(task, subject);
      if (wanted.get(task) === ack) wanted.delete(task);
    }
  }

  return {
    consider: (task, ack) => {
      const key = stateKey(ack);
      if (proven.get(task) === key) return;
      proven.set(task, key);
      wanted.set(task, ack);
      const hurry = busy.get(task);
      if (hurry) {
        hurry();
        return;
      }
      void work(task)
        .catch((error: unknown) => {
          proven.delete(task);
          options.log.warn({ task, error: messageOf(error) }, 'probing through an edge failed');
        })
        .finally(() => busy.delete(task));
    },
  };
}

/** What a proof depends on: not on the number of sessions. */
function stateKey(ack: Ack): string {
  const healthy = Object.entries(ack.slots).map(([slot, report]) => `${slot}=${report.healthy}`);
  return [ack.object, ack.version, ack.hash, ...healthy.sort()].join(' ');
}

/** What probes find out about. */
function subjectOf({ routing }: EdgeState, ack: Ack): string {
  const healthy = Object.entries(ack.slots).map(([slot, report]) => [slot, report.healthy]);
  return JSON.stringify([routing.object, routing.services, healthy]);
}

interface Proving {
  readonly task: string;
  readonly ack: Ack;
  /** What was settled last. */
  readonly settled: string | undefined;
  /** The edge has said something newer, or control stops. */
  readonly over: AbortSignal;
}

/** Gives what is settled then. */
async function proveUntilSettled(
  options: ProbingOptions,
  { task, ack, settled, over }: Proving,
): Promise<string | undefined> {
  const { clock, reports, view } = options;
  /** False: it is over. */
  const rest = (ms: number): Promise<boolean> =>
    clock.sleep(ms, over).then(
      () => true,
      () => false,
    );
  const deadline = clock.monotonic() + giveUpMs;
  let told = '';
  for (let pause = firstPauseMs; clock.monotonic() < deadline; pause = Math.min(pause * 2, longestPauseMs)) {
    const state = await stateFor(view, ack);
    if (!state || over.aborted) return undefined;
    const subject = subjectOf(state, ack);
    if (told === '' && subject === settled && !(await rest(calmMs))) return settled;
    const reached = await options.reachOf(task);
    const probes = probesOf(state.routing, ack, reached?.side ?? 'outside');
    const answers = reached ? await probeAll(options, { address: reached.address, state, probes }) : {};
    const proof: Proof = { object: ack.object, version: ack.version, answers };
    if (formatProof(proof) !== told) await reports.proof(task, proof);
    told = formatProof(proof);
    if (!probes.some((probe) => isUnsettled(probe, answers[probe.way]))) return subject;
    await rest(pause);
  }
  return undefined;
}

/** An edge that is ahead was served by the other control; one that is behind will report again. */
async function stateFor(view: LedgerView, ack: Ack): Promise<EdgeState | undefined> {
  const isAhead = (): boolean => {
    const routing = view.current()?.routing;
    return !routing || routing.object !== ack.object || routing.version < ack.version;
  };
  if (isAhead()) await view.refresh();
  const state = view.current();
  return state?.routing.object === ack.object && state.routing.version === ack.version ? state : undefined;
}

interface Round {
  readonly address: string;
  readonly state: EdgeState;
  readonly probes: readonly Probe[];
}

async function probeAll(options: ProbingOptions, round: Round): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  const tasks = new Map<SlotService, Promise<readonly Task[]>>();
  const tasksOf = (name: SlotService): Promise<readonly Task[]> => {
    const known = tasks.get(name) ?? options.swarm.tasks.list({ service: name });
    tasks.set(name, known);
    return known;
  };
  await Promise.all(
    round.probes.map(async (probe) => {
      const answer = await probeOnce(options, { ...round, probe, tasksOf });
      if (answer) answers[probe.way] = answer;
    }),
  );
  return answers;
}

/** Name of a slot's service in the Swarm. */
type SlotService = string;

interface OneProbe extends Round {
  readonly probe: Probe;
  readonly tasksOf: (service: SlotService) => Promise<readonly Task[]>;
}

async function probeOnce(options: ProbingOptions, one: OneProbe): Promise<Answer | undefined> {
  const { probe, state, address } = one;
  const response = await options
    .fetch({
      address,
      port: probe.port,
      path: probe.path,
      headers: {
        host: probe.host,
        [headers.probe]: state.keys.probe,
        ...(probe.colour ? { [headers.slot]: probe.colour } : {}),
        ...(probe.ask === undefined ? {} : { [headers.path]: probe.ask }),
      },
    })
    .catch(() => undefined);
  const header = response?.headers[headers.answer];
  const answered = parseAnswer(typeof header === 'string' ? header : undefined);
  const slot = answered && parseSlotKey(answered.slot);
  if (!response || !answered || !slot) return undefined;
  const tasks = await one.tasksOf(slotServiceName(state.routing.stack, slot.service, slot.colour));
  const digest = digestAt(answered.address, tasks);
  return { slot: answered.slot, release: answered.release, digest, status: response.status };
}
