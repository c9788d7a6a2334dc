/** One build on an engine: the context goes in, messages come out, and cancelling really stops it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import * as z from 'zod';
import { statusOf, wordsOf } from '../swarm/failures.ts';
import { readLines } from '../swarm/lines.ts';
import type { BaseLogins } from './base-logins.ts';
import type { BuilderKind } from './context.ts';
import { dial } from './dial.ts';
import type { BuildMessage } from './progress.ts';
import { openSession } from './session.ts';

export interface EngineBuild {
  readonly kind: BuilderKind;
  /** Unused text that names the build on the engine. */
  readonly id: string;
  readonly tar: Readable;
  /** Query of `POST /build`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of docker, for the registries of base images. */
  readonly logins: Pick<BaseLogins, 'ofHost' | 'header'>;
  readonly signal: AbortSignal;
  readonly onMessage: (message: BuildMessage) => void;
}

export type BuildOutcome =
  | { readonly kind: 'built'; readonly imageId: string }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The answer ended without either. */
  | { readonly kind: 'silence' };

const message = z.object({
  id: z.string().optional(),
  aux: z.unknown().optional(),
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string() }).optional(),
});

const imageId = z.object({ ID: z.string() });

/** How long BuildKit may take to end a cancelled build by itself before the connection is cut. */
const cancelGraceMs = 5_000;

/** Rejects with what the connection or the context's stream failed with, or with the signal's reason. */
export async function buildOnEngine(docker: Dockerode, build: EngineBuild): Promise<BuildOutcome> {
  const connection = new AbortController();
  const ended = new AbortController();
  const stop = (): void => void cancel(docker, build, connection, ended.signal);
  let contextError: Error | undefined;
  build.tar.once('error', (error: Error) => (contextError = error));
  build.signal.addEventListener('abort', stop, { once: true });
  try {
    build.signal.throwIfAborted();
    return await connected(docker, build, connection.signal);
  } catch (error) {
    build.signal.throwIfAborted();
    if (contextError !== undefined) throw contextError;
    // The classic builder refuses a Dockerfile before the answer begins.
    if (statusOf(error) !== undefined) return { kind: 'failed', reason: wordsOf(error) };
    throw error;
  } finally {
    ended.abort();
    build.signal.removeEventListener('abort', stop);
    build.tar.destroy();
  }
}

async function connected(docker: Dockerode, build: EngineBuild, signal: AbortSignal): Promise<BuildOutcome> {
  const isBuildkit = build.kind === 'buildkit';
  const credentials = build.logins.ofHost;
  const session = isBuildkit
    ? await openSession(docker, `${build.id}-session`, { signal, credentials })
    : undefined;
  const known = isBuildkit ? undefined : await build.logins.header();
  try {
    const stream = await dial(docker, {
      method: 'POST',
      path: '/build?',
      options: {
        ...build.options,
        ...(session ? { version: '2', session: session.id, buildid: build.id } : {}),
      },
      ...(known !== undefined && { headers: { 'X-Registry-Config': known } }),
      file: build.tar,
      isStream: true,
      abortSignal: signal,
    });
    const outcome = await outcomeOf(stream as NodeJS.ReadableStream, build.onMessage);
    build.signal.throwIfAborted();
    return outcome;
  } finally {
    session?.close();
  }
}

async function outcomeOf(
  stream: NodeJS.ReadableStream,
  onMessage: (message: BuildMessage) => void,
): Promise<BuildOutcome> {
  let outcome: BuildOutcome = { kind: 'silence' };
  for await (const line of readLines(stream)) {
    const parsed = message.parse(JSON.parse(line));
    // A failed build is reported inside of an answer that began with 200.
    const reason = parsed.errorDetail?.message ?? parsed.error;
    onMessage({ ...parsed, error: reason });
    const image = imageId.safeParse(parsed.aux).data;
    if (image) outcome = { kind: 'built', imageId: image.ID };
    if (reason !== undefined) outcome = { kind: 'failed', reason };
  }
  return outcome;
}

/**
 * The engine ends a build when its caller hangs up; BuildKit is told first, so that the steps are gone when the
 * answer ends. While the context is still being sent there is nothing to wait for.
 */
async function cancel(
  docker: Dockerode,
  build: EngineBuild,
  connection: AbortController,
  ended: AbortSignal,
): Promise<void> {
  const isSent = build.tar.readableEnded || build.tar.destroyed;
  if (build.kind === 'buildkit' && isSent) {
    const call = { method: 'POST', path: '/build/cancel?', options: { id: build.id } } as const;
    await dial(docker, call).catch(() => undefined);
    await delay(cancelGraceMs, undefined, { signal: ended }).catch(() => undefined);
  }
  connection.abort();
}
