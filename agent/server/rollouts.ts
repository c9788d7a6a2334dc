/** Starting a rollout, driving it as far as an agent does, and telling how it ended. */
import { randomBytes } from 'node:crypto';
import { hasCode } from '../common/errors.ts';
import { previewLink } from '../edge/preview.ts';
import type { Call, Outcome, ReleaseName, RolloutResult } from '../protocol/methods.ts';
import { drive } from '../release/driver.ts';
import type { CommandOutput, MakeRelease, ReleaseEngine, Suites } from '../release/engine.ts';
import { claimed } from '../release/failures.ts';
import { firstState, phaseName } from '../release/machine.ts';
import { agentLeaves } from '../release/takeover.ts';
import type { ReleasedWeb, ReleaseRecord } from '../swarm/ledger/release.ts';
import type { RolloutHead, RolloutState } from '../swarm/ledger/rollout.ts';
import { lostEngine } from '../swarm/reach/failures.ts';
import { rolloutLeft } from './failures.ts';
import { probePublicUrl } from './public-probe.ts';
import { describeEnd, versionOf } from './wording.ts';
import { edgeUrl, type Place } from './place.ts';

export interface Start {
  readonly place: Place;
  readonly call: Call;
  readonly head: Omit<RolloutHead, 'format' | 'id' | 'stack' | 'at'>;
  readonly makeRelease: MakeRelease;
  /** None for a release that is brought back. */
  readonly suites?: Suites;
  readonly commandOutput?: CommandOutput;
  /** What is live now. */
  readonly from: ReleaseRecord | undefined;
}

/** Runs a rollout from its first journal entry to the point where the agent may go home. */
export async function runRollout({
  place,
  call,
  head,
  makeRelease,
  suites,
  commandOutput,
  from,
}: Start): Promise<RolloutResult> {
  const { engine } = place;
  const began = engine.clock.monotonic();
  const whole: RolloutHead = {
    format: 1,
    id: rolloutId(),
    stack: engine.ledger.stack,
    at: new Date(engine.clock.now()).toISOString(),
    ...head,
  };
  if (suites?.has('live', whole)) whole.liveSuites = true;
  const state = firstState(engine.clock.now());
  const driver = { name: engine.driver, leaseSeconds: engine.leaseSeconds, counter: 1 };
  await engine.ledger.journals.create(whole, { state, driver });
  const onPhase = phaseReporter(call, whole.id);
  onPhase(state);
  const end = await drive(engine, {
    head: whole,
    state,
    counter: 1,
    makeRelease,
    ...(suites && { suites }),
    ...(commandOutput && { commandOutput }),
    leaves: agentLeaves,
    signal: call.signal,
    onPhase,
  }).catch((error: unknown) => {
    throw hasCode(error, ...lostEngine) ? rolloutLeft(leftBy(place, whole), error) : error;
  });
  const result = await resultOf(place, whole, end, from, engine.clock.monotonic() - began);
  if (result.outcome === 'done' && result.to) await tellPublicAnswer(place, result.to.number, call);
  return result;
}

function leftBy({ environment, engine }: Place, head: RolloutHead): Parameters<typeof rolloutLeft>[0] {
  const { leaseSeconds } = engine;
  return { environment: environment.name, rollout: head.id, version: versionOf(head), leaseSeconds };
}

async function tellPublicAnswer({ environment, engine }: Place, release: number, call: Call): Promise<void> {
  if (environment.url === undefined) return;
  const { probe: probeKey } = await engine.ledger.keys.read();
  const { verified, text } = await probePublicUrl({ url: environment.url, probeKey, release, fetch });
  call.onEvent({ kind: 'note', level: verified === 'yes' ? 'info' : 'warning', text });
}

/** 10 characters: the names of Swarm configs are limited to 64, and the stack is in them. */
function rolloutId(): string {
  return `r${Array.from(randomBytes(9), (byte) => (byte % 36).toString(36)).join('')}`;
}

export function phaseReporter(call: Call, rollout: string): (state: RolloutState) => void {
  let told = '';
  return ({ phase, detail }) => {
    // The reason is said once, when it comes up; the result has it whole.
    const news = detail === told ? '' : (detail.split('\n')[0] ?? '');
    told = detail;
    call.onEvent({ kind: 'phase', rollout, phase: phaseName(phase), detail: news });
  };
}

export async function resultOf(
  place: Place,
  head: RolloutHead,
  state: RolloutState,
  from: ReleaseRecord | undefined,
  tookMs: number,
): Promise<RolloutResult> {
  const { engine } = place;
  if (state.reason === 'lost-claim') throw await lostClaim(engine, head, state);
  const made = state.release === null ? undefined : await engine.ledger.releases.get(state.release);
  const outcome = outcomeOf(state);
  return {
    outcome,
    reason: state.reason ?? (outcome === 'held' ? 'held' : 'completed'),
    message: describeEnd({ head, state, outcome, environment: place.environment.name, from }),
    rollout: head.id,
    from: from ? nameOf(from) : null,
    to: made ? nameOf(made) : null,
    services: head.moves.map((move) => ({ service: move.service, from: move.from, to: move.to })),
    tookMs: Math.round(tookMs),
    preview: outcome === 'held' && made ? await previewOf(place, head, made.number) : null,
  };
}

export function nameOf({ number, tag, commit }: ReleaseRecord): ReleaseName {
  return { number, tag, commit };
}

function outcomeOf({ phase, moved }: RolloutState): Outcome {
  switch (phase.name) {
    case 'settling':
    case 'done':
      return 'done';
    case 'shifting':
      return 'held';
    case 'partial':
      return 'partial';
    default:
      return moved ? 'reverted' : 'failed';
  }
}

/** A race that was lost names the winner. */
async function lostClaim(engine: ReleaseEngine, head: RolloutHead, state: RolloutState): Promise<Error> {
  const { claims } = (await engine.ledger.routes.read()).value;
  for (const { service } of head.moves) {
    const owner = claims[service];
    const winner =
      owner === undefined || owner === head.id ? undefined : await engine.ledger.journals.get(owner);
    if (winner) return claimed(service, winner.value.head.id, winner.value.head.by);
  }
  const lost = claimed(head.moves[0]?.service ?? '?', 'another rollout');
  return Object.assign(lost, { message: state.detail });
}

const previewHours = 8;

/** `null`: it moves nothing that could be looked at. */
export async function previewOf(
  { engine, environment, connection }: Pick<Place, 'connection' | 'engine' | 'environment'>,
  head: RolloutHead,
  release: number,
): Promise<string | null> {
  const record = await engine.ledger.releases.get(release);
  // Nobody's browser comes to a worker, or to a service that only others call.
  const route = (name: string): ReleasedWeb['route'] | undefined => {
    const content = record?.services[name];
    return content?.kind === 'web' && content.route.internal !== 'only' ? content.route : undefined;
  };
  const service = head.moves.map((move) => move.service).find((name) => route(name) !== undefined);
  if (service === undefined) return null;
  const { hosts = [], paths = ['/'] } = route(service) ?? {};
  const base = edgeUrl(environment, hosts[0] ?? connection.engine.host);
  return previewLink({
    key: (await engine.ledger.keys.read()).preview,
    service,
    release,
    expires: engine.clock.now() + previewHours * 3_600_000,
    baseUrl: new URL(paths[0] ?? '/', base).href,
  });
}
