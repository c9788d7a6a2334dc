import { findImage } from '../../build/find-image.ts';
import type { AppService } from '../../config/model.ts';
import { hasCode } from '../../common/errors.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import type { PlanResult } from '../../protocol/plan.ts';
import { activeSlot, liveRelease, type Current } from '../../release/current.ts';
import { leftOver, movesTo, policyOf } from '../../release/plan.ts';
import { phaseName } from '../../release/machine.ts';
import { manifestOf, pinned } from '../../swarm/image-name.ts';
import { isEnded, type Move } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { checkKinds, planBacking } from '../backing.ts';
import { checkCluster } from '../cluster-check.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { checkRegistry, whyImageIsGone } from '../images.ts';
import { openPlace, type Place } from '../place.ts';
import { plannedDrift, plannedFlags } from '../plan/flags.ts';
import { leftService, plannedService, type PlannedImage } from '../plan/services.ts';
import { cannotBeUndone } from '../plan/undo.ts';
import { nameOf } from '../rollouts.ts';
import { plannedCommands } from '../release-commands.ts';
import { readSource, type Source } from '../source.ts';

/** What a deploy would do. Reads only: nothing is built, pulled or written. */
export async function plan(agent: Agent, params: Params<'plan'>, call: Call): Promise<PlanResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  const source = await readSource(agent, place, params.ref, call);
  const { current, definitions, flags: switched } = await readEnvironmentFlags(place.engine.ledger);
  const [live, moves] = [liveRelease(current), movesTo(current, source.wanted)];
  const services = await Promise.all(
    source.project.services.map(async (service) => {
      const move = moves.find((candidate) => candidate.service === service.name);
      return plannedService(service, move, await imageOf(place, source, service), current);
    }),
  );
  const backing = await planBacking(place, source);
  const creates = backing.some(({ action }) => action === 'create');
  const { commit, flags: defined = [] } = source;
  const commands = plannedCommands(source, moves);
  const flags = plannedFlags(definitions, defined);
  return {
    environment: place.environment.name,
    stack: place.environment.stack,
    outcome: moves.length === 0 && flags.length === 0 && !creates ? 'unchanged' : 'changes',
    ref: params.ref,
    commit: commit.oid,
    tag: commit.tag ?? null,
    subject: commit.subject,
    live: live ? nameOf(live) : null,
    services: [
      ...services,
      ...leftOver(current, source.wanted).map((service) => leftService(service, current)),
    ],
    backing,
    commands,
    flags,
    drift: plannedDrift({ file: defined, live: definitions, states: switched.states }),
    steps:
      moves.length === 0
        ? []
        : policyOf(moves, source.wanted, { hold: false }).steps.map(({ share, holdMs }) => ({
            share: share / 100,
            holdMs,
          })),
    cannotBeUndone: cannotBeUndone({
      current,
      live,
      moves,
      commands,
      missingImages: await missingImages(place, current, moves),
    }),
    blocked: await blockedBy(place, { source, current, moves }),
  };
}

/** The image a service of a commit would run with, without building it. */
export async function imageOf(place: Place, source: Source, service: AppService): Promise<PlannedImage> {
  const { builder, swarm } = place.connection;
  const { repository, environment } = place;
  const { registry } = environment;
  const asked = { repository, commit: source.commit, service: service.name };
  if (registry !== undefined) {
    const { source: from } = service;
    const ref = from.kind === 'image' ? from.ref : await builder.key({ ...asked, source: from, registry });
    const digest = manifestOf(ref) ?? (await swarm.registry.digest(ref).catch(unknownYet));
    if (digest !== undefined) return { state: 'there', name: pinned(ref, digest) };
    if (from.kind === 'image') return { state: 'pull', name: ref };
  }
  if (service.source.kind === 'image') {
    const there = await swarm.images.get(service.source.ref);
    return there ? { state: 'there', name: there.id } : { state: 'pull', name: service.source.ref };
  }
  const key = await builder.key({ ...asked, source: service.source });
  const found = await findImage(swarm.images, { project: source.project.name, service: service.name, key });
  const folder = service.source.context === '' ? 'the repository' : service.source.context;
  return found
    ? { state: 'there', name: found.image.id }
    : { state: 'build', name: `to be built from ${folder} at ${source.commit.oid.slice(0, 8)}` };
}

async function missingImages(
  { connection }: Place,
  current: Current,
  moves: readonly Move[],
): Promise<ReadonlySet<string>> {
  const refs = moves.flatMap(({ service }) => activeSlot(current, service)?.content?.image ?? []);
  const gone = await Promise.all(refs.map((ref) => whyImageIsGone(connection.swarm, ref).catch(unknownYet)));
  return new Set(refs.filter((_, index) => gone[index] !== undefined));
}

/** A registry that does not answer blocks a deploy, and the plan says so: no reason to say nothing else. */
export function unknownYet(error: unknown): undefined {
  if (hasCode(error, ...registryCodes)) return undefined;
  throw error;
}

const registryCodes = ['registry.unreachable', 'registry.denied', 'registry.login-failed'] as const;
const blocking = [
  'environment.going-down',
  'swarm.needs-registry',
  'release.kind-changed',
  ...registryCodes,
] as const;

/** The reasons for which `deploy` refuses, as far as they can be seen without trying. */
interface Planned {
  readonly source: Source;
  readonly current: Current;
  readonly moves: readonly Move[];
}

async function blockedBy(place: Place, { source, current, moves }: Planned): Promise<string | null> {
  try {
    await checkCluster(place);
    await checkKinds(place, source, current);
    await checkRegistry(
      place,
      moves.map(({ service }) => service),
    );
  } catch (error) {
    if (!hasCode(error, ...blocking)) throw error;
    return error.message;
  }
  return openRollout(place);
}

/** The rollout that is in the way of another, as a sentence. */
export async function openRollout({ engine }: Place): Promise<string | null> {
  const open = (await engine.ledger.journals.list())
    .map(({ value }) => value)
    .find(({ state }) => !isEnded(state) && state.phase.name !== 'settling');
  if (!open) return null;
  const { head, state } = open;
  return `The rollout ${head.id} of ${head.by} (${head.tag ?? head.ref}) is open: ${phaseName(state.phase)}.`;
}
