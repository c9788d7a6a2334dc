/** What an agent does with an environment: deploy, go back, decide; as the methods do, without git and images. */
import { sha256 } from '../../../../agent/common/canonical.ts';
import { liveRelease, readCurrent, type Current } from '../../../../agent/release/current.ts';
import { drive } from '../../../../agent/release/driver.ts';
import type { MakeRelease, Suites } from '../../../../agent/release/engine.ts';
import { firstState, transition, type RolloutEvent } from '../../../../agent/release/machine.ts';
import { isWarm, movesTo, policyOf, previousOf, type Wanted } from '../../../../agent/release/plan.ts';
import {
  lookAtLedger,
  recover,
  type LedgerSeen,
  type RecoveryOptions,
} from '../../../../agent/release/recovery.ts';
import { runsStill } from '../../../../agent/release/warm.ts';
import { agentLeaves, takeOver } from '../../../../agent/release/takeover.ts';
import type { ReleasedService, ReleasedWeb, ReleaseRecord } from '../../../../agent/swarm/ledger/release.ts';
import type {
  Move,
  ReleaseCommand,
  RolloutHead,
  RolloutState,
  Step,
} from '../../../../agent/swarm/ledger/rollout.ts';
import { workerName } from './edge.ts';
import type { CommandNature } from './jobs.ts';
import type { Process } from './process.ts';
import { stack, type Nature, type World } from './world.ts';

export interface Wish {
  /** Which content it is: equal content, nothing to do. */
  readonly content: number;
  readonly nature: Nature;
  readonly services: readonly string[];
  readonly steps: readonly Step[];
  readonly hold: boolean;
  /** What its suites say that run once it is live; `none`: it has none. */
  readonly live: 'none' | 'pass' | 'fail';
  /** How the release command of each of its services ends; `none`: they have none. */
  readonly command: 'none' | CommandNature;
}

export const policy = { drainMs: 1_000, keepWarmMs: 2_500, deadlineMs: 4_000 };
const silent = (): void => undefined;
export const never = new AbortController().signal;

export async function recoverFirst(
  world: World,
  { name, engine }: Process,
  seen?: LedgerSeen,
): Promise<boolean> {
  const host = name.split('/')[0];
  const driverState: RecoveryOptions['driverState'] = (driver) => {
    if (driver.split('/')[0] !== host) return 'unknown';
    return world.livingDrivers.has(driver) ? 'alive' : 'dead';
  };
  return recover(engine, { driverState, signal: never, onNote: silent }, seen);
}

export async function deploy(
  world: World,
  process: Process,
  wish: Wish,
  signal: AbortSignal,
): Promise<RolloutState | undefined> {
  await recoverFirst(world, process);
  const { ledger } = process.engine;
  const current = await readCurrent(ledger);
  const services = Object.fromEntries(wish.services.map((name) => [name, contentOf(world, name, wish)]));
  const wanted = wantedOf(services);
  const moves = movesTo(current, wanted);
  if (moves.length === 0) return undefined;
  const live = liveRelease(current);
  const all = { ...live?.services, ...services };
  return run(world, process, {
    head: {
      ...headOf(process, moves),
      ...policyOf(moves, wanted, { hold: wish.hold }),
      ref: wish.live,
      ...(wish.command !== 'none' && { commands: moves.map(({ service }) => aCommand(service, wish)) }),
      ...(wish.live !== 'none' && { liveSuites: true }),
    },
    record: { ...recordOf(all), previous: live?.number ?? null, restores: null },
    signal,
  });
}

export async function goBack(
  world: World,
  process: Process,
  signal: AbortSignal,
): Promise<RolloutState | undefined> {
  const { ledger } = process.engine;
  const seen = lookAtLedger(ledger);
  const early = readCurrent(ledger, seen.routes);
  early.catch(() => undefined);
  const isOld = await recoverFirst(world, process, seen);
  const current = await (isOld ? readCurrent(ledger) : early);
  const number = previousOf(liveRelease(current));
  const target = number === null ? undefined : await ledger.releases.get(number);
  if (!target) return undefined;
  const wanted = wantedOf(target.services);
  const moves = movesTo(current, wanted);
  if (moves.length === 0) return undefined;
  const head: Omit<RolloutHead, 'id'> = {
    ...headOf(process, moves),
    ...policyOf(moves, wanted, { hold: false }),
    kind: 'rollback',
    restores: target.number,
    warm: isWarm(current, moves, target) && (await runsStill(process.engine, current.routes, moves, target)),
    steps: [],
    unattended: 'finish',
  };
  return run(world, process, { head, record: restored(current, target), signal });
}

/** Decides about the newest rollout to which it means something. */
export async function decide(process: Process, action: 'promote' | 'abort'): Promise<void> {
  const { engine } = process;
  const event: RolloutEvent =
    action === 'promote' ? { type: action } : { type: action, reason: 'aborted-by-user', detail: 'enough' };
  const entries = await engine.ledger.journals.list();
  const open = entries.filter(({ value }) => transition(value.head, value.state, event, 0).changed);
  const entry = open.sort((a, b) => (a.value.head.at < b.value.head.at ? 1 : -1))[0];
  if (!entry) return;
  if (entry.value.driver !== undefined)
    await engine.ledger.journals.request(entry.value.head.id, action, 'ann');
  else
    await takeOver(engine, {
      entry,
      first: event,
      leaves: agentLeaves,
      signal: never,
      onPhase: silent,
      suites: suitesOf(process),
    });
}

function aCommand(service: string, { command }: Wish): ReleaseCommand {
  return { service, command: [command], timeoutMs: 6_000 };
}

const suiteMs = 700;

/** The head's reference tells what the suites of stage `live` say, after a while. */
function suitesOf({ engine }: Process): Suites {
  return {
    has: (stage, head) => stage !== 'live' || head.liveSuites === true,
    run: async (stage, { head }, signal) => {
      if (stage === 'live') await engine.clock.sleep(suiteMs, signal);
      return stage === 'live' && head.ref === 'fail' ? { passed: false, detail: 'red' } : { passed: true };
    },
  };
}

interface Run {
  readonly head: Omit<RolloutHead, 'id'>;
  readonly record: Omit<ReleaseRecord, 'number'>;
  readonly signal: AbortSignal;
}

async function run(world: World, process: Process, { head, record, signal }: Run): Promise<RolloutState> {
  const { engine, pauseMs } = process;
  if (pauseMs > 0) await engine.clock.sleep(pauseMs);
  const whole: RolloutHead = { ...head, id: world.cluster.id('r') };
  const state = firstState(engine.clock.now());
  const driver = { name: engine.driver, leaseSeconds: engine.leaseSeconds, counter: 1 };
  await engine.ledger.journals.create(whole, { state, driver });
  const makeRelease: MakeRelease = () => Promise.resolve(record);
  return drive(engine, {
    head: whole,
    state,
    counter: 1,
    makeRelease,
    suites: suitesOf(process),
    leaves: agentLeaves,
    signal,
    onPhase: silent,
  });
}

function headOf(process: Process, moves: readonly Move[]): Omit<RolloutHead, 'id' | 'steps'> {
  return {
    format: 1,
    stack,
    kind: 'deploy',
    by: process.name,
    at: new Date(process.engine.clock.now()).toISOString(),
    ref: 'v',
    commit: 'c',
    tag: null,
    restores: null,
    warm: false,
    moves: [...moves],
    unattended: 'revert',
    ...policy,
  };
}

function wantedOf(services: Readonly<Record<string, ReleasedService>>): Record<string, Wanted> {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const { content, rollout } = service;
      return [name, { content, rollout, ...(service.kind === 'worker' && { worker: service.order }) }];
    }),
  );
}

function contentOf(world: World, service: string, { content, nature, steps }: Wish): ReleasedService {
  const digest = `sha256:${sha256(`${service} ${content} ${nature}`)}`;
  world.natures.set(digest, nature);
  const made = aService({ content: digest, image: digest, digest, replicas: 1 + (content % 2), steps });
  if (service === workerName) return workerOf(made, content);
  if (!world.hasInside) return made;
  if (service === 'api') return { ...made, route: { ...made.route, internal: 'only' } };
  const internal = content % 2 === 0 ? { internal: 'also' as const } : {};
  return { ...made, route: { ...made.route, ...internal }, dependsOn: ['api'] };
}

/** Of two contents, one is exchanged in the other order. */
function workerOf(made: ReleasedWeb, content: number): ReleasedService {
  const { content: key, image, digest, networks, rollout, spec, replicas } = made;
  const order = content % 2 === 0 ? 'stop-first' : 'start-first';
  const common = { content: key, image, digest, networks, spec, replicas };
  return { ...common, kind: 'worker', order, rollout: { ...rollout, steps: [] } };
}

export function aService(
  part: Pick<ReleasedService, 'content' | 'image' | 'digest' | 'replicas'> & {
    readonly steps: readonly Step[];
  },
): ReleasedWeb {
  const { steps, ...rest } = part;
  return {
    kind: 'web',
    route: { hosts: [], port: 3_000 },
    health: '/healthz',
    networks: [],
    rollout: { steps: [...steps], unattended: 'revert', ...policy },
    spec: {
      Labels: {},
      TaskTemplate: { ContainerSpec: { Image: '', StopGracePeriod: 1e9 } },
      Mode: { Replicated: { Replicas: part.replicas } },
    },
    ...rest,
  };
}

function restored(current: Current, target: ReleaseRecord): Omit<ReleaseRecord, 'number'> {
  const { number, ...content } = target;
  const services = { ...liveRelease(current)?.services, ...target.services };
  return { ...content, restores: target.restores ?? number, services };
}

function recordOf(
  services: Readonly<Record<string, ReleasedService>>,
): Omit<ReleaseRecord, 'number' | 'previous' | 'restores'> {
  return {
    format: 1,
    project: 'shop',
    environment: 'dev',
    stack,
    commit: 'c',
    tag: null,
    ref: 'v',
    by: 'ann',
    at: '2026-01-01T00:00:00.000Z',
    services: { ...services },
  };
}
