/** Builds one image out of a commit: context, engine, progress, and a clear failure. */
import { randomUUID } from 'node:crypto';
import type { OpenEngine } from '../swarm/engine.ts';
import { diskFull, engineFailure } from '../swarm/failures.ts';
import type { Logins } from '../swarm/logins.ts';
import { baseImages } from './base-images.ts';
import { baseLogins } from './base-logins.ts';
import { engineBuilder } from './builder-kind.ts';
import type { BuildRequest } from './builder.ts';
import { BuildkitProgress } from './buildkit-progress.ts';
import { ClassicProgress } from './classic-progress.ts';
import { readContext, readDockerfile, type BuildSource } from './context.ts';
import { buildOnEngine, type BuildOutcome } from './engine-build.ts';
import { explain, type FailedBuild } from './explain.ts';
import { buildCancelled, noImageId } from './failures.ts';
import { imageLabels, imageTag } from './labels.ts';
import { masker } from './mask.ts';
import type { StepPlace } from './progress.ts';
import { packContext } from './tar.ts';

export interface ImageBuild {
  readonly engine: Pick<OpenEngine, 'docker' | 'name'>;
  readonly logins: Logins;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly request: BuildRequest;
  readonly source: BuildSource;
  readonly key: string;
}

/** Id of the new image. */
export async function buildImage(build: ImageBuild): Promise<string> {
  const { engine, request } = build;
  try {
    return await attempt(build);
  } catch (error) {
    if (request.signal.aborted) throw buildCancelled(request.service);
    throw engineFailure(error, { engine: engine.name, doing: `build ${request.service}` });
  }
}

async function attempt({ engine, logins, env, request, source, key }: ImageBuild): Promise<string> {
  const { repository, commit, service, signal } = request;
  const builder = await engineBuilder(engine.docker, env);
  const text = await readDockerfile(repository, commit, source);
  const context = await readContext({ repository, commit }, source, builder.kind);
  const mask = masker(source.args);
  const onLine = (line: string): void => request.onLine(mask(line));
  const progress = builder.kind === 'buildkit' ? new BuildkitProgress(onLine) : new ClassicProgress(onLine);
  const bases = baseLogins(logins, baseImages(text, source.args));
  const outcome = await buildOnEngine(engine.docker, {
    kind: builder.kind,
    id: randomUUID(),
    tar: packContext(repository, context.entries, { time: commit.time, signal }),
    options: await optionsOf(request, source, key, context.dockerfile),
    logins: bases,
    signal,
    onMessage: (message) => progress.take(message),
  });
  if (outcome.kind === 'built') return outcome.imageId;
  const place = progress.failedAt();
  if (outcome.kind === 'failed' && !isInside(place)) {
    const at = { engine: engine.name, doing: `build ${service}` };
    bases.throwFor(mask(outcome.reason), at);
  }
  const dockerfile = { path: source.dockerfile, text };
  throw failureOf(outcome, engine.name, { service, dockerfile, builder, mask, place });
}

/** In a step of its own; registries are asked before, or by FROM. */
function isInside(place: StepPlace | undefined): boolean {
  return place !== undefined && /^(?:RUN|ADD|WORKDIR)\b/i.test(place.step);
}

function failureOf(
  outcome: Exclude<BuildOutcome, { kind: 'built' }>,
  engine: string,
  failed: Omit<FailedBuild, 'reason'>,
): Error {
  if (outcome.kind === 'silence') return noImageId(failed.service);
  if (/no space left on device/i.test(outcome.reason)) {
    return diskFull({ engine, doing: `build ${failed.service}` }, new Error(failed.mask(outcome.reason)));
  }
  return explain({ ...failed, reason: outcome.reason });
}

/** Query of `POST /build`; docker-modem writes objects as JSON. */
async function optionsOf(
  { repository, commit, stack, project, service }: BuildRequest,
  source: BuildSource,
  key: string,
  dockerfile: string,
): Promise<Record<string, unknown>> {
  const { repository: name, tag } = imageTag(project, service, key);
  const origin = await repository.originUrl();
  return {
    t: `${name}:${tag}`,
    dockerfile,
    buildargs: source.args,
    labels: imageLabels({ commit, key, stack, project, service, origin }),
    // Also when a step fails or is cancelled, no container of the classic builder stays.
    rm: true,
    forcerm: true,
    ...(source.target === undefined ? {} : { target: source.target }),
  };
}
