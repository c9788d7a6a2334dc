/** Backing services of a commit against those of the environment: what is missing is made, the rest is told. */
import type { BackingService } from '../config/model.ts';
import {
  contentOf,
  createBacking,
  findBacking,
  isSame,
  untilBackingRuns,
  type BackingContent,
  type WantedBacking,
} from '../infra/backing.ts';
import { backingNotReady, kindChanged } from '../infra/failures.ts';
import type { PlannedBacking } from '../protocol/plan.ts';
import type { Call } from '../protocol/methods.ts';
import { activeSlot, type Current } from '../release/current.ts';
import { ensureFiles } from '../release/mounted-files.ts';
import type { ServiceObject } from '../swarm/port.ts';
import { buildImage } from './images.ts';
import { madeFiles } from './mounted.ts';
import type { Place } from './place.ts';
import { differences } from './plan/differences.ts';
import { detailsOf, type Source } from './source.ts';

/** What the commit says of one. */
export async function backingContent(
  { repository, connection }: Place,
  { commit }: Source,
  { name: service, source, networks, networkUses, template }: BackingService,
): Promise<BackingContent> {
  // A name stands for itself: that its tag was moved meanwhile is no reason to replace a database.
  const image =
    source.kind === 'image'
      ? source.ref
      : `built from ${source.context === '' ? '.' : source.context}: ${await connection.builder.key({ repository, commit, service, source })}`;
  const aliases = networkUses.filter((use) => use.aliases.length > 0);
  return {
    image,
    networks: [...networks],
    ...detailsOf({ networkUses }),
    ...(aliases.length > 0 && {
      aliases: Object.fromEntries(aliases.map((use) => [use.key, [...use.aliases]])),
    }),
    spec: template,
  };
}

/** The image and the configs it needs are made; it is not. */
export async function makeBacking(
  place: Place,
  source: Source,
  service: BackingService,
  call: Call,
): Promise<WantedBacking> {
  const { environment, engine } = place;
  const image = await buildImage(place, {
    source,
    service: service.name,
    image: service.source,
    what: service.name,
    registry: environment.registry,
    call,
    signal: call.signal,
  });
  await ensureFiles(engine.swarm, environment.stack, madeFiles(service));
  const content = await backingContent(place, source, service);
  return { service: service.name, content, image: image.ref };
}

export async function planBacking(place: Place, source: Source): Promise<readonly PlannedBacking[]> {
  const there = await findBacking(place.engine);
  const wanted = await Promise.all(
    source.project.backing.map(async (service): Promise<PlannedBacking> => {
      const content = await backingContent(place, source, service);
      return plannedBacking(service.name, content, there.get(service.name));
    }),
  );
  const left = [...there.keys()].filter((name) => !source.project.backing.some((one) => one.name === name));
  return [
    ...wanted,
    ...left.map((service): PlannedBacking => ({ service, action: 'left', differences: [] })),
  ];
}

export function plannedBacking(
  service: string,
  content: BackingContent,
  there: ServiceObject | undefined,
): PlannedBacking {
  if (!there) return { service, action: 'create', differences: differences(undefined, { ...content }) };
  const before = contentOf(there);
  return isSame(before, content)
    ? { service, action: 'untouched', differences: [] }
    : { service, action: 'differs', differences: differences({ ...before }, { ...content }) };
}

/**
 * Creates those that are missing and waits until they run; those that differ from the commit stay as they are, and
 * the caller is told. Gives the names of the created ones. A deploy that dies in between leaves nothing to undo: the
 * next one finds them.
 */
export async function bringBacking(place: Place, source: Source, call: Call): Promise<readonly string[]> {
  const { engine, environment } = place;
  const planned = await planBacking(place, source);
  const note = (level: 'info' | 'warning', text: string): void => call.onEvent({ kind: 'note', level, text });
  for (const { service, action } of planned)
    if (action === 'differs')
      note(
        'warning',
        `${service} differs from this commit: not changed; "tidegate backing apply ${environment.name} ${service} ${source.commit.ref}" shows the differences and applies them`,
      );
    else if (action === 'left')
      note('info', `${service} is not in this commit; it stays as it is until "tidegate down"`);
  const missing = planned.filter(({ action }) => action === 'create').map(({ service }) => service);
  for (const service of source.project.backing.filter(({ name }) => missing.includes(name))) {
    note('info', `creating ${service.name}`);
    await createBacking(engine, await makeBacking(place, source, service, call));
  }
  await untilAllRun(place, source, { created: missing, call });
  return missing;
}

/** A new one has to come up. One of before that does not is told: it need not concern this release. */
async function untilAllRun(
  { engine }: Place,
  { project }: Source,
  { created, call }: { readonly created: readonly string[]; readonly call: Call },
): Promise<void> {
  const there = await findBacking(engine);
  const all = project.backing.flatMap(({ name }) => {
    const service = there.get(name);
    return service ? [{ service: name, spec: service.spec }] : [];
  });
  const troubles = await Promise.all(
    all.map((one) =>
      untilBackingRuns(engine, one, { signal: call.signal, isNew: created.includes(one.service) }),
    ),
  );
  all.forEach(({ service }, index) => {
    const trouble = troubles[index];
    if (!trouble) return;
    if (created.includes(service))
      throw backingNotReady(engine.ledger.stack, service, trouble.detail, 'stays');
    call.onEvent({ kind: 'note', level: 'warning', text: `${service} does not run: ${trouble.detail}` });
  });
}

const wordOf = { web: 'as a service with a route', worker: 'as a worker' } as const;

/** Throws `release.kind-changed` when a service would become one of another kind. Reads only. */
export async function checkKinds({ engine }: Place, { project }: Source, current: Current): Promise<void> {
  const there = await findBacking(engine);
  for (const { name, kind } of project.services) {
    if (there.has(name)) throw kindChanged(name, 'as a backing service', 'a part of releases');
    const runs = activeSlot(current, name)?.content?.kind ?? kind;
    if (runs !== kind) throw kindChanged(name, wordOf[runs], wordOf[kind].replace(/^as /, ''));
  }
  for (const { name } of project.backing)
    if (current.routes.value.routes[name])
      throw kindChanged(name, 'as a part of releases', 'a backing service');
}
