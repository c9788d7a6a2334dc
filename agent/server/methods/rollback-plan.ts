import { hasCode } from '../../common/errors.ts';
import type { Call, Params } from '../../protocol/methods.ts';
import {
  mostFiles,
  type CodeChanges,
  type MountedState,
  type ReturningService,
  type RollbackPlan,
  type TextPair,
} from '../../protocol/rollback-plan.ts';
import type { TreeChange, TreeSide } from '../../git/tree-changes.ts';
import { activeSlot, liveRelease, type Current } from '../../release/current.ts';
import { history } from '../../release/history.ts';
import { missingFiles, mountedFiles } from '../../release/mounted-files.ts';
import { isWarm, movesTo, type Wanted } from '../../release/plan.ts';
import { runsStill } from '../../release/warm.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { checkCluster } from '../cluster-check.ts';
import { readEnvironmentFlags, type EnvironmentFlags } from '../environment-flags.ts';
import { whyImageIsGone } from '../images.ts';
import { openPlace, type Place } from '../place.ts';
import { comparable, wantedOf } from '../plan/services.ts';
import type { Compared } from '../plan/differences.ts';
import { configDocuments } from '../rollback-plan/configs.ts';
import { flagsDocument, serviceDocuments } from '../rollback-plan/documents.ts';
import { lastTime } from '../rollback-plan/last-time.ts';
import { looksLikeMigration } from '../rollback-plan/migrations.ts';
import { plannedStates, statesOfRelease } from '../release-states.ts';
import { nameOf } from '../rollouts.ts';
import { readSource, type Source } from '../source.ts';
import { imageOf, openRollout, unknownYet } from './plan.ts';
import { findTarget, wantedByRelease } from './rollback.ts';

/** Where it would go: a kept release, or a commit that was never released here. */
interface Target {
  readonly record: ReleaseRecord | undefined;
  readonly source: Source | undefined;
  readonly commit: string;
  readonly wanted: Readonly<Record<string, Wanted>>;
  readonly flags: readonly FlagDefinition[];
}

/** What `rollback` would do, and everything that differs. Reads only. */
export async function rollbackPlan(
  agent: Agent,
  params: Params<'rollbackPlan'>,
  call: Call,
): Promise<RollbackPlan> {
  const place = await openPlace(agent, params.folder, params.environment);
  await checkCluster(place);
  const now = await readEnvironmentFlags(place.engine.ledger);
  const { current } = now;
  const live = liveRelease(current);
  const target = await targetOf(agent, place, { tag: params.tag, live, call });
  const moves = movesTo(current, target.wanted);
  const how = await howOf(place, current, moves, target);
  const services = await Promise.all(moves.map((move) => returning(place, target, move)));
  const mounted = await mountedStates(place, target, moves);
  const documents = await documentsOf(place, { target, moves, now });
  return {
    environment: place.environment.name,
    stack: place.environment.stack,
    outcome: moves.length === 0 && documents.length === 0 ? 'unchanged' : 'changes',
    tag: params.tag,
    from: live ? nameOf(live) : null,
    to: { number: target.record?.number ?? null, tag: tagOf(target, params.tag), commit: target.commit },
    how,
    services,
    mounted,
    lastTime: lastTime(await history(place.engine.ledger), how, tagOf(target, params.tag)),
    refused: await refusedBecause(place, { target, services, mounted }),
    documents,
    flagStates: plannedStates(await statesOfRelease(place.engine.ledger, target.record)),
    code: await codeChanges(place, live?.commit, target.commit),
  };
}

async function targetOf(
  agent: Agent,
  place: Place,
  asked: { readonly tag: string | null; readonly live: ReleaseRecord | undefined; readonly call: Call },
): Promise<Target> {
  const record = await findTarget(place, asked.tag, asked.live);
  if (record)
    return {
      record,
      source: undefined,
      commit: record.commit,
      wanted: wantedByRelease(record),
      flags: record.flags ?? [],
    };
  const source = await readSource(agent, place, asked.tag ?? 'HEAD', asked.call);
  const { wanted, flags = [] } = source;
  return { record, source, commit: source.commit.oid, wanted, flags };
}

function tagOf({ record, source }: Target, asked: string | null): string | null {
  return record?.tag ?? source?.commit.tag ?? asked;
}

/** A rollback waits longer for edges that are behind; here somebody waits for the answer. */
const glanceMs = 300;

async function howOf(
  { engine }: Place,
  current: Current,
  moves: readonly Move[],
  { record }: Target,
): Promise<RollbackPlan['how']> {
  if (!record) return 'built';
  if (!isWarm(current, moves, record)) return 'placed';
  const glancing = { ...engine, limits: { ...engine.limits, acknowledge: glanceMs } };
  return (await runsStill(glancing, current.routes, moves, record)) ? 'warm' : 'placed';
}

async function returning(place: Place, target: Target, move: Move): Promise<ReturningService> {
  const { service, from, to } = move;
  const own = target.source?.project.services.find(({ name }) => name === service);
  if (target.source && own) {
    const image = await imageOf(place, target.source, own);
    return {
      service,
      from,
      to,
      image: image.name,
      imageState: image.state === 'there' ? 'there' : 'to-build',
    };
  }
  const image = target.record?.services[service]?.image ?? '';
  return { service, from, to, image, imageState: await imageState(place, image) };
}

async function imageState({ connection }: Place, image: string): Promise<ReturningService['imageState']> {
  try {
    return (await whyImageIsGone(connection.swarm, image)) === undefined ? 'there' : 'gone';
  } catch (error) {
    unknownYet(error);
    return 'unknown';
  }
}

/** Of a commit, those that are made by it need not be there. */
async function mountedStates(
  { engine }: Place,
  { record }: Target,
  moves: readonly Move[],
): Promise<readonly MountedState[]> {
  const services = moves.flatMap(({ service }) => record?.services[service] ?? []);
  const missing = new Set(
    (await missingFiles(engine.swarm, services)).map(({ kind, name }) => `${kind} ${name}`),
  );
  const all = services.flatMap(({ spec }) => mountedFiles(spec));
  const states = all.map(({ kind, name }) => ({ kind, name, isThere: !missing.has(`${kind} ${name}`) }));
  return [...new Map(states.map((state) => [`${state.kind} ${state.name}`, state])).values()];
}

interface Compare {
  readonly target: Target;
  readonly moves: readonly Move[];
  readonly now: EnvironmentFlags;
}

async function documentsOf(place: Place, { target, moves, now }: Compare): Promise<readonly TextPair[]> {
  const pairs = await Promise.all(
    moves.map(async ({ service }) => {
      const active = activeSlot(now.current, service)?.content;
      const before = active && comparable(active);
      const own = target.source?.project.services.find(({ name }) => name === service);
      const after = await wantedContent(place, target, service);
      return [
        ...serviceDocuments({ service, before, after }),
        ...(await configDocuments(place.engine.swarm, {
          service,
          before: before?.spec,
          after: after?.spec,
          made: own?.configs ?? [],
        })),
      ];
    }),
  );
  return [...pairs.flat(), ...flagsDocument(now.definitions, target.flags)];
}

async function wantedContent(
  place: Place,
  { record, source }: Target,
  service: string,
): Promise<Compared | undefined> {
  const released = record?.services[service];
  if (released) return comparable(released);
  const own = source?.project.services.find(({ name }) => name === service);
  return source && own && wantedOf(own, (await imageOf(place, source, own)).name);
}

async function refusedBecause(
  place: Place,
  { target, services, mounted }: Pick<RollbackPlan, 'services' | 'mounted'> & { readonly target: Target },
): Promise<readonly string[]> {
  const number = target.record?.number;
  const open = await openRollout(place);
  return [
    ...services.flatMap(({ service, imageState: state }) =>
      state === 'gone'
        ? [
            `The image of ${service} of release ${number ?? ''} is gone: deploy the tag instead, which builds it.`,
          ]
        : [],
    ),
    ...mounted.flatMap(({ kind, name, isThere }) =>
      isThere ? [] : [`The ${kind} ${name} is gone: deploy the tag instead, which makes it.`],
    ),
    ...(open === null ? [] : [open]),
  ];
}

async function codeChanges(
  { repository }: Place,
  before: string | undefined,
  after: string,
): Promise<CodeChanges> {
  if (before === undefined) return { unknown: null, total: 0, files: [], migrations: [] };
  let changes: readonly TreeChange[];
  try {
    changes = await repository.changes(before, after);
  } catch (error) {
    // Released from another clone: the rollback needs no commit, only this comparison does.
    if (!hasCode(error, 'git.unreadable', 'git.unsupported-repository')) throw error;
    return { unknown: error.message, total: 0, files: [], migrations: [] };
  }
  const files = changes.map((change) => ({
    path: change.path,
    action: change.action,
    before: blobOf(change.before),
    after: blobOf(change.after),
    looksLikeMigration: looksLikeMigration(change.path),
  }));
  const migrations = files.filter((file) => file.looksLikeMigration);
  const others = files.filter((file) => !file.looksLikeMigration);
  return {
    unknown: null,
    total: files.length,
    files: [...migrations, ...others].slice(0, mostFiles),
    migrations: migrations.map(({ path }) => path),
  };
}

function blobOf(side: TreeChange['before']): string | null {
  const isBlob = (one: TreeSide): boolean => one.kind !== 'submodule';
  return side !== null && isBlob(side) ? side.oid : null;
}
