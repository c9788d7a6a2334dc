/**
 * Plain containers on the engine we talk to, outside of the Swarm: for programs that run once and give a result. Whoever
 * creates one removes it; its labels tell whose it is when that one died before.
 */
import type Dockerode from 'dockerode';
import * as z from 'zod';
import { systemClock } from '../common/clock.ts';
import { openCalls, request, type Calls } from './calls.ts';
import { demultiplex, type OutputChunk } from './container-output.ts';
import type { SwarmOptions } from './docker-swarm.ts';
import type { OpenEngine } from './engine.ts';
import { engineFailure, statusOf } from './failures.ts';
import { labelFilter, labelMap, listOf } from './shapes.ts';
import { fileInTar, type FileInTar } from './tar-file.ts';

export interface ContainerRequest {
  readonly image: string;
  /** `undefined`: what the image starts. */
  readonly command: readonly string[] | undefined;
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerEnd {
  readonly exitCode: number;
  /** The kernel killed it for its memory. */
  readonly outOfMemory: boolean;
}

export interface FoundContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A program that runs once, wherever it does. Every method throws a TidegateError (`engine.*`, `image.missing`). */
export interface Runner {
  create(container: ContainerRequest): Promise<string>;
  /**
   * Gives what it writes, from its first byte on; ends with it. `engine.failed`: it cannot be started. The signal ends
   * listening, not the program.
   */
  start(id: string, signal: AbortSignal): Promise<AsyncIterable<OutputChunk>>;
  /** Until it has ended. Rejects when the signal aborts. */
  wait(id: string, signal: AbortSignal): Promise<void>;
  end(id: string): Promise<ContainerEnd>;
  /** SIGKILL, to every process in it. One that has ended is fine. */
  kill(id: string): Promise<void>;
  /** Running or not, with its volumes. One that is gone is fine. */
  remove(id: string): Promise<void>;
  /** Where relative paths begin in it. */
  workingFolder(id: string): Promise<string>;
  /** A file of it, also after its end; a link is not followed. */
  readFile(id: string, path: string, limit: { readonly bytes: number }): Promise<FileInTar>;
}

/**
 * Each has the engine's default network. Its output is kept nowhere but in `start`: a reader that does not read makes it
 * wait.
 */
export interface Containers extends Runner {
  list(labels: Readonly<Record<string, string>>): Promise<readonly FoundContainer[]>;
  /** What a container that keeps its output wrote and writes; ends with it. */
  logs(id: string, signal: AbortSignal): Promise<AsyncIterable<OutputChunk>>;
  /** False for one that was made and could not be started. */
  hasStarted(id: string): Promise<boolean>;
}

const created = z.object({ id: z.string() });
const never = '0001-01-01T00:00:00Z';
const started = z.object({ State: z.object({ StartedAt: z.string().default(never) }) });
const state = z.object({ State: z.object({ ExitCode: z.number(), OOMKilled: z.boolean().default(false) }) });
const config = z.object({ Config: z.object({ WorkingDir: z.string().default('') }) });
const listed = z
  .object({ Id: z.string(), Labels: labelMap })
  .transform((found): FoundContainer => ({ id: found.Id, labels: found.Labels }));

export function openContainers(engine: OpenEngine, options: SwarmOptions = {}): Containers {
  const { clock = systemClock, reconnectMs = 30_000, callMs = 20_000 } = options;
  const calls = openCalls(engine, { clock, reconnectMs, callMs });
  return {
    create: async (container) =>
      (
        await calls.once(
          `create a container of ${container.image}`,
          (docker, abortSignal) =>
            docker.createContainer(request(bodyOf(container), abortSignal) as Record<string, never>),
          created,
        )
      ).id,
    list: (labels) =>
      calls.read(
        'list the containers',
        (docker, abortSignal) =>
          docker.listContainers({ all: true, filters: labelFilter(labels), abortSignal }),
        listOf(listed),
      ),
    ...reading(calls),
    ...ending(calls),
  };
}

function reading(
  calls: Calls,
): Pick<Containers, 'start' | 'logs' | 'hasStarted' | 'workingFolder' | 'readFile'> {
  const { docker, name: engine } = calls.engine;
  async function listen(
    id: string,
    open: (container: Dockerode.Container) => Promise<NodeJS.ReadableStream>,
  ): Promise<AsyncIterable<OutputChunk>> {
    const doing = `listen to the container ${short(id)}`;
    try {
      const stream = await open(docker.getContainer(id));
      return demultiplex(orFailure(stream, (error) => engineFailure(error, { engine, doing })));
    } catch (error) {
      throw engineFailure(error, { engine, doing });
    }
  }
  return {
    async start(id, abortSignal) {
      const options = { stream: true, stdout: true, stderr: true, abortSignal };
      const output = await listen(id, (container) => container.attach(options));
      // 304 (it runs already) is no error to dockerode, so that asking twice does no harm.
      await calls.repeat(`start the container ${short(id)}`, (api, signal) =>
        api.getContainer(id).start({ abortSignal: signal }),
      );
      return output;
    },
    logs: (id, abortSignal) =>
      listen(id, (container) => container.logs({ follow: true, stdout: true, stderr: true, abortSignal })),
    async hasStarted(id) {
      return (await inspect(calls, id, started)).State.StartedAt !== never;
    },
    async workingFolder(id) {
      return (await inspect(calls, id, config)).Config.WorkingDir || '/';
    },
    async readFile(id, path, { bytes }) {
      try {
        return await fileInTar(await docker.getContainer(id).getArchive({ path }), bytes);
      } catch (error) {
        if (statusOf(error) === 404) return { kind: 'missing' };
        throw engineFailure(error, { engine, doing: `read ${path} in the container ${short(id)}` });
      }
    },
  };
}

function ending(calls: Calls): Pick<Containers, 'wait' | 'end' | 'kill' | 'remove'> {
  const { docker, name: engine } = calls.engine;
  return {
    async wait(id, signal) {
      try {
        await docker.getContainer(id).wait({ abortSignal: signal });
      } catch (error) {
        throw engineFailure(error, { engine, doing: `wait for the container ${short(id)}` });
      }
    },
    async end(id) {
      const { State } = await inspect(calls, id, state);
      return { exitCode: State.ExitCode, outOfMemory: State.OOMKilled };
    },
    kill: (id) =>
      calls.repeat(`kill the container ${short(id)}`, async (api, abortSignal) => {
        try {
          await api.getContainer(id).kill({ signal: 'SIGKILL', abortSignal });
        } catch (error) {
          // 409: it does not run; 404: it is gone.
          if (![404, 409].includes(statusOf(error) ?? 0)) throw error;
        }
      }),
    remove: (id) =>
      calls.repeat(`remove the container ${short(id)}`, async (api, abortSignal) => {
        try {
          await api.getContainer(id).remove({ force: true, v: true, abortSignal });
        } catch (error) {
          // 409: its removal is under way already.
          if (![404, 409].includes(statusOf(error) ?? 0)) throw error;
        }
      }),
  };
}

async function* orFailure<T>(source: AsyncIterable<T>, failed: (error: unknown) => Error): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    throw failed(error);
  }
}

function inspect<T>(calls: Calls, id: string, shape: z.ZodType<T>): Promise<T> {
  const ask = (docker: OpenEngine['docker'], abortSignal: AbortSignal): Promise<unknown> =>
    docker.getContainer(id).inspect({ abortSignal });
  return calls.read(`look at the container ${short(id)}`, ask, shape);
}

function bodyOf({ image, command, env, labels }: ContainerRequest): object {
  return {
    Image: image,
    Env: env,
    Labels: labels,
    // An empty entry point takes the image's away.
    ...(command === undefined ? {} : { Entrypoint: [], Cmd: command }),
    HostConfig: {
      // Otherwise the engine writes what the container says to its disk, however much that is.
      LogConfig: { Type: 'none' },
      RestartPolicy: { Name: 'no' },
    },
  };
}

function short(id: string): string {
  return id.slice(0, 12);
}
