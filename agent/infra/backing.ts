/**
 * Backing services: databases, brokers. Plain Swarm services of their own name, created once. What one was made from
 * is packed into a label of it, so that nobody has to guess what of its spec is whose.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { canonicalJson } from '../common/canonical.ts';
import { hasCode } from '../common/errors.ts';
import { labels, names } from '../common/names.ts';
import type { Trouble } from '../release/effects/trouble.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import { specWithFileIds } from '../release/mounted-files.ts';
import { untilRunning, type Running } from '../release/running.ts';
import { composeNetworks } from '../release/networks.ts';
import { corruptLabel } from '../swarm/ledger/failures.ts';
import type { NetworkDetails, SlotTemplate } from '../swarm/ledger/release.ts';
import type { ServiceObject, ServiceSpec } from '../swarm/port.ts';
import { backingFileGone, backingNotReady } from './failures.ts';

/** What the compose file says of it. */
export interface BackingContent {
  /** As a person reads it: what the compose file names, or what it is built from. */
  readonly image: string;
  /** Of the compose file, without the stack's prefix. */
  readonly networks: readonly string[];
  readonly networkDetails?: Readonly<Record<string, NetworkDetails>>;
  /** What it is called on a network, besides its own name. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly spec: SlotTemplate;
}

export interface WantedBacking {
  readonly service: string;
  readonly content: BackingContent;
  /** What its tasks are made from: an image id, or `name@sha256:…`. */
  readonly image: string;
}

/** How long the tasks of one may take to run and to become healthy: a database makes its files first. */
const readyMs = 180_000;
/** Of one that has run before: what is wrong with it now may be somebody else's business. */
const knownReadyMs = 30_000;

/** Those that are there, by their names in the compose file. */
export async function findBacking({ swarm, ledger }: ReleaseEngine): Promise<Map<string, ServiceObject>> {
  const own = { [labels.stack]: ledger.stack, [labels.object]: 'backing' };
  const found = await swarm.services.list(own);
  return new Map(found.map((service) => [service.labels[labels.service] ?? service.name, service]));
}

const recorded = z.looseObject({
  image: z.string(),
  networks: z.array(z.string()),
  spec: z.custom<SlotTemplate>((value) => typeof value === 'object' && value !== null),
});

/** What it was made from. Throws `ledger.corrupt` when its label was edited. */
export function contentOf(service: ServiceObject): BackingContent {
  const text = service.labels[labels.content] ?? '';
  try {
    return recorded.parse(JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')));
  } catch {
    throw corruptLabel(service.name, labels.content, text.slice(0, 20));
  }
}

export function isSame(one: BackingContent, other: BackingContent): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** Creates it unless somebody was faster. */
export async function createBacking(engine: ReleaseEngine, wanted: WantedBacking): Promise<void> {
  const spec = await backingSpec(engine, wanted);
  await engine.swarm.services.create(spec).catch((error: unknown) => {
    if (!hasCode(error, 'swarm.conflict')) throw error;
  });
}

/** What is wrong with it, if it does not come up. */
export function untilBackingRuns(
  engine: ReleaseEngine,
  wanted: Pick<WantedBacking, 'service'> & { readonly spec: ServiceSpec },
  options: {
    readonly signal: AbortSignal;
    readonly isNew: boolean;
    readonly former?: ReadonlySet<string>;
  },
): Promise<Trouble | undefined> {
  const { service, spec } = wanted;
  const running: Running = {
    key: service,
    service: names.backing(engine.ledger.stack, service),
    image: spec.TaskTemplate.ContainerSpec.Image,
    tasks: spec.Mode.Replicated?.Replicas ?? 'every-node',
    ...(options.former && { former: options.former }),
  };
  const { isNew, signal } = options;
  return untilRunning(
    engine,
    running,
    isNew ? { limitMs: readyMs, signal } : { limitMs: knownReadyMs, steadyMs: 0, signal },
  );
}

/**
 * Replaces it by what is wanted now. Its tasks end before new ones start, since two must not write to one volume.
 * When the new ones do not come up, the former ones are started again, and `backing.not-ready` says so.
 */
export async function applyBacking(
  engine: ReleaseEngine,
  there: ServiceObject,
  wanted: WantedBacking,
  signal: AbortSignal,
): Promise<void> {
  const { swarm } = engine;
  const spec = await backingSpec(engine, wanted);
  const { service } = wanted;
  const trouble = await replace(engine, { service, there, spec }, signal);
  if (!trouble) return;
  const now = await swarm.services.get(there.name);
  const still = now && (await replace(engine, { service, there: now, spec: there.spec }, signal));
  const then = still || !now ? 'stays' : 'put-back';
  throw backingNotReady(engine.ledger.stack, service, trouble.detail, then);
}

/** Gives what is wrong with the new tasks. */
async function replace(
  engine: ReleaseEngine,
  replacement: { readonly service: string; readonly there: ServiceObject; readonly spec: ServiceSpec },
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  const { there, spec } = replacement;
  const isReplaced = canonicalJson(there.spec.TaskTemplate) !== canonicalJson(spec.TaskTemplate);
  const tasks = isReplaced ? await engine.swarm.tasks.list({ service: there.name }) : [];
  const former = new Set(tasks.map(({ id }) => id));
  await engine.swarm.services.update(there, spec);
  return untilBackingRuns(engine, replacement, { signal, former, isNew: true });
}

async function backingSpec(
  { swarm, ledger }: ReleaseEngine,
  { service, content, image }: WantedBacking,
): Promise<ServiceSpec> {
  const { stack } = ledger;
  const spec = await specWithFileIds(swarm, content.spec, (file) => backingFileGone(service, file));
  const own = {
    [labels.stackNamespace]: stack,
    [labels.stack]: stack,
    [labels.object]: 'backing',
    [labels.service]: service,
  };
  const networks = await composeNetworks(swarm, stack, content);
  const container = spec.TaskTemplate.ContainerSpec;
  return {
    ...spec,
    Name: names.backing(stack, service),
    Labels: { ...spec.Labels, ...own, [labels.content]: packed(content) },
    TaskTemplate: {
      ...spec.TaskTemplate,
      ContainerSpec: { ...container, Image: image, Labels: { ...container.Labels, ...own } },
      Networks: networks.map((Target, index) => ({
        Target,
        Aliases: [...(content.aliases?.[content.networks[index] ?? ''] ?? []), service],
      })),
    },
  };
}

function packed(content: BackingContent): string {
  return gzipSync(canonicalJson(content)).toString('base64');
}
