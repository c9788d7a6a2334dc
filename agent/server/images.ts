/** Images of a project: making them, and whether they can still be had. */
import type { BuiltImage } from '../build/builder.ts';
import type { ImageSource } from '../config/model.ts';
import { hasCode } from '../common/errors.ts';
import type { Call } from '../protocol/methods.ts';
import type { ProblemEvent } from '../protocol/validate.ts';
import { isPinned, registryOf } from '../swarm/image-name.ts';
import type { Swarm } from '../swarm/port.ts';
import type { Place } from './place.ts';
import type { Source } from './source.ts';

export interface WantedImage {
  readonly source: Source;
  readonly service: string;
  readonly image: ImageSource;
  /** What its lines are of, for people. */
  readonly what: string;
  readonly registry: string | undefined;
  readonly call: Call;
  readonly signal: AbortSignal;
}

/** Out of the commit, or found; what the builder says becomes lines of the call, and where it failed a problem. */
export async function buildImage(
  { repository, environment, connection }: Place,
  { source, service, image, what, registry, call, signal }: WantedImage,
): Promise<BuiltImage> {
  try {
    return await connection.builder.build({
      repository,
      commit: source.commit,
      stack: environment.stack,
      project: source.project.name,
      service,
      source: image,
      registry,
      signal,
      onLine: (text) => call.onEvent({ kind: 'line', source: `build ${what}`, stream: 'stdout', text }),
    });
  } catch (error) {
    const problem = buildProblem(error);
    if (problem) call.onEvent(problem);
    throw error;
  }
}

/** Of a build that failed at a line of a Dockerfile. */
export function buildProblem(error: unknown): ProblemEvent | undefined {
  if (!hasCode(error, 'build.failed')) return undefined;
  const { dockerfile: file, line, step, reason } = error.data;
  if (typeof file !== 'string' || typeof line !== 'number') return undefined;
  const message = `${String(step)} failed: ${String(reason)}`;
  return { kind: 'problem', file, line, column: 1, code: error.code, message };
}

/** Why it cannot be had, after "the image of web"; `undefined`: it can. Throws `registry.*` when nobody can tell. */
export async function whyImageIsGone(
  { images, registry }: Pick<Swarm, 'images' | 'registry'>,
  ref: string,
): Promise<string | undefined> {
  if (!isPinned(ref))
    return (await images.get(ref)) ? undefined : `(${ref.slice(0, 19)}…) is not on this engine any more`;
  return (await registry.digest(ref)) === undefined
    ? `(${ref}) is not in the registry ${registryOf(ref) ?? ''} any more`
    : undefined;
}

/**
 * Before anything is built: the registry answers, and takes the login that docker has for it. Throws `registry.*`.
 */
export async function checkRegistry(
  { environment, engine }: Place,
  services: readonly string[],
): Promise<void> {
  const [service] = services;
  if (environment.registry === undefined || service === undefined) return;
  await engine.swarm.registry.check(`${environment.registry}/${service}`);
}
