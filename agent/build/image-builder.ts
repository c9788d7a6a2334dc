/** Builds images on an engine, each content once. */
import type { Clock } from '../common/clock.ts';
import { hasCode } from '../common/errors.ts';
import { silentLog, type Log } from '../common/log.ts';
import { Mutex } from '../common/mutex.ts';
import type { OpenEngine } from '../swarm/engine.ts';
import { engineFailure } from '../swarm/failures.ts';
import { noLogins, type Logins } from '../swarm/logins.ts';
import type { Swarm } from '../swarm/port.ts';
import { buildImage } from './build-image.ts';
import { engineBuilder, type EngineBuilder } from './builder-kind.ts';
import type { Builder, BuildRequest, BuiltImage } from './builder.ts';
import { contentKey } from './content-key.ts';
import type { BuildSource } from './context.ts';
import { buildCancelled, noImageId } from './failures.ts';
import { findImage } from './find-image.ts';
import { imageTag } from './labels.ts';
import { namedInRegistry, placeInRegistry, publish } from './registry-image.ts';

export interface BuilderDeps {
  readonly engine: Pick<OpenEngine, 'docker' | 'name'>;
  readonly images: Swarm['images'];
  readonly registry: Swarm['registry'];
  /** For base images of private registries. Default: none. */
  readonly logins?: Logins;
  readonly clock: Clock;
  readonly log?: Log;
  /** `DOCKER_BUILDKIT=0` asks for the classic builder. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export function createBuilder(deps: BuilderDeps): Builder {
  // Two services of one content are built one after the other, so that the second finds the first's image.
  const turns = new Map<string, Mutex>();
  const builder = rememberedBuilder(deps);
  return {
    async key({ repository, commit, source, service, registry }) {
      if (source.kind === 'build') {
        const key = await contentKey({ repository, commit }, source, (await builder()).kind);
        return registry === undefined ? key : placeInRegistry(registry, service, key);
      }
      if (registry !== undefined) return (await namedInRegistry(deps.registry, source.ref)).digest;
      return (await deps.images.get(source.ref))?.id ?? source.ref;
    },

    async build(request) {
      const { source, service, signal } = request;
      if (signal.aborted) throw buildCancelled(service);
      if (source.kind === 'image')
        return request.registry === undefined
          ? fetchImage(deps, source.ref, request)
          : namedInRegistry(deps.registry, source.ref);
      const key = await contentKey(request, source, (await builder()).kind);
      const turn = turns.get(key) ?? new Mutex();
      turns.set(key, turn);
      return inTurn(turn, request, async () => {
        const local = async (): Promise<BuiltImage> =>
          (await reuse(deps, request, key)) ?? (await make(deps, request, source, key));
        return request.registry === undefined
          ? local()
          : publish(deps, { ...request, registry: request.registry, key, local });
      });
    },
  };
}

/** An engine does not change its builder while it is connected; one that does not answer is asked again. */
function rememberedBuilder({ engine, env = process.env }: BuilderDeps): () => Promise<EngineBuilder> {
  let known: EngineBuilder | undefined;
  return async () => {
    try {
      return (known ??= await engineBuilder(engine.docker, env));
    } catch (error) {
      throw engineFailure(error, { engine: engine.name, doing: 'ask for its builder' });
    }
  };
}

/** Cancelling ends the wait for a turn at once; afterwards it is up to the build to end properly. */
function inTurn<T>(turn: Mutex, { service, signal }: BuildRequest, task: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(buildCancelled(service));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    const begin = (): Promise<T> => {
      signal.removeEventListener('abort', giveUp);
      return signal.aborted ? Promise.reject(buildCancelled(service)) : task();
    };
    turn.run(begin).then(resolve, reject);
  });
}

/** An image that is pulled is what its reference says at that moment; from then on its id counts. */
async function fetchImage({ images }: BuilderDeps, ref: string, request: BuildRequest): Promise<BuiltImage> {
  const local = await images.get(ref);
  if (local) return { ref: local.id, digest: local.id, built: false };
  request.onLine(`pulling ${ref}`);
  try {
    await images.pull(ref, request.signal);
  } catch (error) {
    throw hasCode(error, 'cancelled') ? buildCancelled(request.service) : error;
  }
  const pulled = await images.get(ref);
  if (!pulled) throw noImageId(request.service);
  return { ref: pulled.id, digest: pulled.id, built: false };
}

async function reuse(
  { images }: BuilderDeps,
  request: BuildRequest,
  key: string,
): Promise<BuiltImage | undefined> {
  const { project, service } = request;
  const found = await findImage(images, { project, service, key });
  if (!found) return undefined;
  const { id } = found.image;
  const { repository, tag } = imageTag(project, service, key);
  // Built for another service: from now on this one, too, keeps it from being pruned.
  if (!found.own) await images.tag(id, repository, tag);
  return { ref: id, digest: id, built: false };
}

async function make(
  deps: BuilderDeps,
  request: BuildRequest,
  source: BuildSource,
  key: string,
): Promise<BuiltImage> {
  const started = deps.clock.monotonic();
  const { engine, logins = noLogins, env = process.env } = deps;
  const id = await buildImage({ engine, logins, env, request, source, key });
  const ms = Math.round(deps.clock.monotonic() - started);
  (deps.log ?? silentLog).info({ service: request.service, key, image: id, ms }, 'image built');
  return { ref: id, digest: id, built: true };
}
