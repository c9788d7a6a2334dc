/** Images of the engine. */
import * as z from 'zod';
import { hasCode, type TidegateError } from '../common/errors.ts';
import { orUndefined, type Calls } from './calls.ts';
import { cancelled, engineFailure, imageMissing, statusOf } from './failures.ts';
import { readLines } from './lines.ts';
import type { Login, Logins } from './logins.ts';
import type { ImageObject, Swarm } from './port.ts';
import { registryFailure, type RegistryAttempt } from './registry-failures.ts';
import { labelFilter, labelMap, listOf } from './shapes.ts';

const names = z
  .array(z.string())
  .nullish()
  .transform((list) => (list ?? []).filter((name) => !name.startsWith('<none>')));

const listed = z
  .object({ Id: z.string(), RepoTags: names, RepoDigests: names, Labels: labelMap })
  .transform((image): ImageObject => ({
    id: image.Id,
    tags: image.RepoTags,
    digests: image.RepoDigests,
    labels: image.Labels,
  }));

const inspected = z
  .object({
    Id: z.string(),
    RepoTags: names,
    RepoDigests: names,
    Config: z.object({ Labels: labelMap }).nullish(),
  })
  .transform((image): ImageObject => ({
    id: image.Id,
    tags: image.RepoTags,
    digests: image.RepoDigests,
    labels: image.Config?.Labels ?? {},
  }));

export function openImages(calls: Calls, logins: Logins): Swarm['images'] {
  return {
    get(ref) {
      const ask = orUndefined((docker) => docker.getImage(ref).inspect());
      return calls.read(`look at the image ${ref}`, ask, inspected.optional());
    },

    list: (labels) =>
      calls.read(
        'list the images',
        (docker, abortSignal) => docker.listImages({ filters: labelFilter(labels), abortSignal }),
        listOf(listed),
      ),

    tag: (id, repository, tag) =>
      calls.repeat(`tag the image ${id}`, (docker, abortSignal) => {
        const options = { repo: repository, tag, abortSignal };
        return docker.getImage(id).tag(options);
      }),

    untag: (ref) =>
      calls.repeat(`remove the image ${ref}`, async (docker, abortSignal) => {
        try {
          await docker.getImage(ref).remove({ abortSignal });
        } catch (error) {
          // 404: not there. 409: a container uses it.
          if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
        }
      }),

    pull: (ref, signal) => pull(calls, logins, ref, signal),
  };
}

const progress = z.object({ error: z.string() });

/** Takes as long as it takes, hence not through `calls`. The engine reports a failed pull inside a 200. */
async function pull(
  calls: Calls,
  logins: Logins,
  ref: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const doing = `pull the image ${ref}`;
  const login = await logins.of(ref);
  const { docker, name } = calls.engine;
  const attempt = { engine: name, doing, ref };
  try {
    const stream = await docker.pull(ref, {
      ...(signal && { abortSignal: signal }),
      ...(login && { authconfig: login }),
    });
    for await (const line of readLines(stream)) {
      const failed = progress.safeParse(JSON.parse(line)).data;
      if (failed) throw pullFailure(new Error(failed.error), attempt, login);
    }
  } catch (error) {
    if (signal?.aborted) throw cancelled(doing);
    const failed = engineFailure(error, { engine: name, doing });
    throw hasCode(failed, 'engine.failed', 'engine.denied', 'swarm.conflict') && statusOf(error) !== undefined
      ? pullFailure(error, attempt, login)
      : failed;
  }
}

/** Whatever is wrong besides the registry and the login: the image cannot be had. */
function pullFailure(error: unknown, attempt: RegistryAttempt, login: Login | undefined): TidegateError {
  const failed = registryFailure(error, attempt, login ? 'given' : 'none');
  return hasCode(failed, 'registry.denied', 'registry.unreachable')
    ? failed
    : imageMissing(attempt.ref, error);
}
