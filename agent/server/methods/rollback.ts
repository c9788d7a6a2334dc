import type { Call, Params, RolloutResult } from '../../protocol/methods.ts';
import { liveRelease, readCurrent, type Current } from '../../release/current.ts';
import type { MakeRelease } from '../../release/engine.ts';
import { cannotBeRestored, fileGone, nothingToGoBackTo } from '../../release/failures.ts';
import { history, wentLive } from '../../release/history.ts';
import { missingFiles } from '../../release/mounted-files.ts';
import { isWarm, movesTo, policyOf, previousOf, webMoves, type Wanted } from '../../release/plan.ts';
import { lookAtLedger, recover, type LedgerSeen } from '../../release/recovery.ts';
import { runsStill } from '../../release/warm.ts';
import { isPinned } from '../../swarm/image-name.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { checkDelivery } from '../cluster-check.ts';
import { bringDefinitions } from '../environment-flags.ts';
import { whyImageIsGone } from '../images.ts';
import { openPlace, type Place } from '../place.ts';
import { statesToBring, withStates } from '../release-states.ts';
import { nameOf, runRollout } from '../rollouts.ts';
import { readSource, recordOf } from '../source.ts';
import { clearAway } from '../suites/suites.ts';
import { deploySource } from './deploy.ts';

/**
 * Back to the release before, or to a tag: by one compare-and-swap where its slot is still warm, from its kept
 * record where it was released, else by building the tag. What cannot be brought back is said before anything
 * starts.
 */
export async function rollback(agent: Agent, params: Params<'rollback'>, call: Call): Promise<RolloutResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { ledger } = place.engine;
  const note = (text: string): void => call.onEvent({ kind: 'note', level: 'info', text });
  // Somebody waits for this: what is asked does not wait for the answer to something else.
  const seen = lookAtLedger(ledger);
  const early = findWay(place, params.tag, seen);
  early.catch(() => undefined);
  await checkDelivery(place, seen.routes);
  const options = { driverState: agent.identity.stateOf, signal: call.signal, onNote: note };
  const isOld = await recover(place.engine, options, seen);
  const cleared = clearAway(place);
  cleared.catch(() => undefined);
  const { current, target } = await (isOld ? findWay(place, params.tag, lookAtLedger(ledger)) : early);
  const going: Going = { agent, place, call, current, target, tag: params.tag, cleared, note };
  if (params.withFlags !== true) return goBack(going);
  const name = params.tag ?? target?.tag ?? 'the release before';
  const changes = await statesToBring(ledger, target, name);
  return withStates(await goBack(going), { place, changes, by: agent.identity.by, call });
}

interface Way {
  readonly current: Current;
  readonly target: ReleaseRecord | undefined;
}

async function findWay(place: Place, tag: string | null, seen: LedgerSeen): Promise<Way> {
  const reading = readCurrent(place.engine.ledger, seen.routes);
  const [current, target] = await Promise.all([
    reading,
    tag === null
      ? reading.then((current) => findPrevious(place, liveRelease(current)))
      : findReleased(place, tag, seen.journals),
  ]);
  return { current, target };
}

interface Going extends Way {
  readonly agent: Agent;
  readonly place: Place;
  readonly call: Call;
  readonly tag: string | null;
  /** What dead agents left of suites is away; nothing begins before. */
  readonly cleared: Promise<void>;
  readonly note: (text: string) => void;
}

async function goBack(going: Going): Promise<RolloutResult> {
  const { agent, place, call, current, target, tag, note } = going;
  const live = liveRelease(current);
  if (!target) {
    await going.cleared;
    note(`${tag ?? ''} has not been released here yet: it is built`);
    const source = await readSource(agent, place, tag ?? 'HEAD', call);
    return deploySource(agent, place, { source, hold: false, kind: 'rollback', call });
  }
  const wanted = wantedByRelease(target);
  const moves = movesTo(current, wanted);
  if (moves.length === 0) return already(agent, place, target, live);
  const mayBeWarm = isWarm(current, moves, target);
  const [warm] = await Promise.all([
    mayBeWarm && runsStill(place.engine, current.routes, moves, target),
    going.cleared,
    checkImages(place, target, moves, { warm: mayBeWarm }),
    checkFiles(place, target, moves),
  ]);
  if (mayBeWarm && !warm) await checkImages(place, target, moves, { warm });
  note(
    `going back to ${target.tag ?? target.commit.slice(0, 8)} (release ${target.number}${warm && webMoves(moves).length > 0 ? ', still warm' : ''})`,
  );
  return runRollout({
    place,
    call,
    from: live,
    makeRelease: restored(place, target, current),
    head: {
      kind: 'rollback',
      by: agent.identity.by,
      ref: tag ?? target.ref,
      commit: target.commit,
      tag: target.tag,
      restores: target.number,
      warm,
      moves: [...moves],
      ...policyOf(moves, wanted, { hold: false }),
      steps: [],
      unattended: 'finish',
    },
  });
}

/** `undefined`: a tag that no kept release carries. */
export function findTarget(
  place: Place,
  tag: string | null,
  live: ReleaseRecord | undefined,
): Promise<ReleaseRecord | undefined> {
  return tag === null ? findPrevious(place, live) : findReleased(place, tag);
}

async function findPrevious({ engine }: Place, live: ReleaseRecord | undefined): Promise<ReleaseRecord> {
  const { ledger } = engine;
  const previous = previousOf(live);
  if (previous === null) throw nothingToGoBackTo(ledger.stack);
  const record = await ledger.releases.get(previous);
  if (!record) throw cannotBeRestored(previous, 'its record is not kept any more');
  return record;
}

/** `journals`: where somebody has asked for them already. */
async function findReleased(
  { engine }: Place,
  tag: string,
  journals?: LedgerSeen['journals'],
): Promise<ReleaseRecord | undefined> {
  const { ledger } = engine;
  const [past, releases] = await Promise.all([history(ledger, journals), ledger.releases.list()]);
  const served = wentLive(past);
  return releases.filter((record) => record.tag === tag && served.has(record.number)).at(-1);
}

/** A rollback changes back what that release had; services it did not know stay as they are. */
export function wantedByRelease(target: ReleaseRecord): Record<string, Wanted> {
  return Object.fromEntries(
    Object.entries(target.services).map(([name, service]) => {
      const { content, rollout } = service;
      return [name, { content, rollout, ...(service.kind === 'worker' && { worker: service.order }) }];
    }),
  );
}

async function checkImages(
  { engine }: Place,
  target: ReleaseRecord,
  moves: readonly Move[],
  { warm }: { readonly warm: boolean },
): Promise<void> {
  for (const { service } of moves) {
    const image = target.services[service]?.image ?? '';
    // What runs needs no registry: the way back has to be open also when that one is away.
    if (warm && isPinned(image)) continue;
    const why = await whyImageIsGone(engine.swarm, image);
    if (why !== undefined) throw cannotBeRestored(target.number, `the image of ${service} ${why}`);
  }
}

async function checkFiles({ engine }: Place, target: ReleaseRecord, moves: readonly Move[]): Promise<void> {
  const services = moves.flatMap(({ service }) => target.services[service] ?? []);
  const [gone] = await missingFiles(engine.swarm, services);
  if (gone !== undefined) throw fileGone(target.number, gone);
}

/** The same content under a new number; its predecessor is that of the release it brings back. */
function restored(place: Place, target: ReleaseRecord, current: Current): MakeRelease {
  return (head) =>
    Promise.resolve({
      ...recordOf(place, head),
      restores: target.restores ?? target.number,
      previous: target.previous,
      services: { ...liveRelease(current)?.services, ...target.services },
      ...(target.flags && { flags: target.flags }),
    });
}

/** Its services run; its flags may have been replaced since, by a commit that changed nothing else. */
async function already(
  agent: Agent,
  place: Place,
  target: ReleaseRecord,
  live: ReleaseRecord | undefined,
): Promise<RolloutResult> {
  const { clock, ledger } = place.engine;
  const broughtFlags = await bringDefinitions(ledger, target.flags ?? [], {
    commit: target.commit,
    by: agent.identity.by,
    at: new Date(clock.now()).toISOString(),
  });
  const name = target.tag ?? `release ${target.number}`;
  return {
    outcome: broughtFlags ? 'done' : 'unchanged',
    reason: 'completed',
    message: `${place.environment.name} runs ${name} already: ${broughtFlags ? 'only its flag definitions were brought back' : 'nothing changed'}.`,
    rollout: null,
    from: live ? nameOf(live) : null,
    to: nameOf(live ?? target),
    services: [],
    tookMs: 0,
    preview: null,
  };
}
