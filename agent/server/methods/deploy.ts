import type { Call, Params, RolloutResult } from '../../protocol/methods.ts';
import { liveRelease, readCurrent } from '../../release/current.ts';
import { leftOver, movesTo, policyOf } from '../../release/plan.ts';
import { requireOfEdge } from '../../infra/edge-abilities.ts';
import { recover } from '../../release/recovery.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Move, ReleaseCommand } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { bringBacking, checkKinds } from '../backing.ts';
import { checkDelivery } from '../cluster-check.ts';
import { bringDefinitions } from '../environment-flags.ts';
import { checkRegistry } from '../images.ts';
import { openPlace, type Place } from '../place.ts';
import { nameOf, runRollout } from '../rollouts.ts';
import { readSource, releaseFromSource, type Source } from '../source.ts';
import { hasUncommitted } from '../uncommitted.ts';
import { commandOutput, commandsOf } from '../release-commands.ts';
import { clearAway, suitesOf } from '../suites/suites.ts';

export async function deploy(agent: Agent, params: Params<'deploy'>, call: Call): Promise<RolloutResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  const source = await readSource(agent, place, params.ref, call);
  await announce(place, source, params.ref, call);
  await checkDelivery(place);
  return deploySource(agent, place, { source, hold: params.hold, kind: 'deploy', call });
}

export interface DeploySource {
  readonly source: Source;
  readonly hold: boolean;
  /** A rollback to a tag that was never released is built like a deploy. */
  readonly kind: 'deploy' | 'rollback';
  readonly call: Call;
}

export async function deploySource(
  agent: Agent,
  place: Place,
  { source, hold, kind, call }: DeploySource,
): Promise<RolloutResult> {
  const { engine } = place;
  const note = (text: string): void => call.onEvent({ kind: 'note', level: 'info', text });
  await recover(engine, { driverState: agent.identity.stateOf, signal: call.signal, onNote: note });
  await clearAway(place);
  const current = await readCurrent(engine.ledger);
  const live = liveRelease(current);
  const moves = movesTo(current, source.wanted);
  for (const service of leftOver(current, source.wanted))
    note(`${service} is not in this commit; it stays as it is until "tidegate down"`);
  if (
    moves.length > 0 &&
    source.project.services.some((one) => one.kind === 'web' && one.route.internal !== undefined)
  )
    await requireOfEdge(engine, 'have internal routes');
  await checkKinds(place, source, current);
  await checkRegistry(
    place,
    moves.map(({ service }) => service),
  );
  const created = await bringBacking(place, source, call);
  if (moves.length === 0) return unchanged(agent, place, { source, live, created });
  return runRollout({
    place,
    call,
    from: live,
    makeRelease: releaseFromSource(place, { source, current, previous: live?.number ?? null, call }),
    suites: suitesOf(place, { source, call }),
    commandOutput: commandOutput(place, { source, call }),
    head: {
      kind,
      by: agent.identity.by,
      ref: source.commit.ref,
      commit: source.commit.oid,
      tag: source.commit.tag ?? null,
      restores: null,
      warm: false,
      moves: [...moves],
      ...commandsFor({ source, kind, call }, moves),
      ...policyOf(moves, source.wanted, { hold }),
      unattended: moves.some((move) => source.wanted[move.service]?.rollout.unattended === 'hold')
        ? 'hold'
        : 'revert',
    },
  });
}

/** Going back runs none: they lead forward. */
function commandsFor(
  { source, kind, call }: Pick<DeploySource, 'source' | 'kind' | 'call'>,
  moves: readonly Move[],
): { readonly commands?: ReleaseCommand[] } {
  const commands = commandsOf(source.project.services, moves);
  if (commands.length === 0) return {};
  if (kind === 'deploy') return { commands: [...commands] };
  const text = `going back runs no release commands: ${commands.map(({ service }) => service).join(', ')}`;
  call.onEvent({ kind: 'note', level: 'info', text });
  return {};
}

async function announce(place: Place, { commit }: Source, ref: string, call: Call): Promise<void> {
  const name = commit.tag === undefined || commit.tag === ref ? '' : ` (${commit.tag})`;
  call.onEvent({
    kind: 'note',
    level: 'info',
    text: `${ref} is ${commit.oid.slice(0, 8)}${name}: ${commit.subject}`,
  });
  if (ref === 'HEAD' && (await hasUncommitted(place)))
    call.onEvent({
      kind: 'note',
      level: 'warning',
      text: 'the working tree has changes that are not committed: they are not deployed',
    });
}

/** A tag that came after its commit was deployed, for example: what is live keeps its name. */
function sameAs(version: string, { number, tag, commit }: ReleaseRecord): string {
  const name = tag ?? commit.slice(0, 8);
  return name === version
    ? ` (release ${number})`
    : `, as ${name} (release ${number}), which has the same content`;
}

interface Unchanged {
  readonly source: Source;
  readonly live: ReturnType<typeof liveRelease>;
  /** Backing services that were missing. */
  readonly created: readonly string[];
}

/** Every service runs this already; what else the commit may bring are its flags and backing services. */
async function unchanged(
  agent: Agent,
  place: Place,
  { source, live, created }: Unchanged,
): Promise<RolloutResult> {
  const { clock, ledger } = place.engine;
  const began = clock.monotonic();
  const version = source.commit.tag ?? source.commit.oid.slice(0, 8);
  const release = live ? nameOf(live) : null;
  const broughtFlags = await bringDefinitions(ledger, source.flags ?? [], {
    commit: source.commit.oid,
    by: agent.identity.by,
    at: new Date(clock.now()).toISOString(),
  });
  const name = place.environment.name;
  return {
    outcome: broughtFlags || created.length > 0 ? 'done' : 'unchanged',
    reason: 'completed',
    message:
      created.length > 0
        ? `${version} runs already in ${name}: only ${created.join(' and ')} ${created.length === 1 ? 'was' : 'were'} created${broughtFlags ? ', and its flag definitions hold now' : ''}.`
        : broughtFlags
          ? `${version} changes only what flags there are in ${name}: its definitions hold now, no task was touched.`
          : `${version} runs already in ${name}${live ? sameAs(version, live) : ''}: nothing changed.`,
    rollout: null,
    from: release,
    to: release,
    services: [],
    tookMs: Math.round(clock.monotonic() - began),
    preview: null,
  };
}
