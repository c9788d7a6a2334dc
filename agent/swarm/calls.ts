/** One place through which every call to the engine goes: time limit, retries, errors, and a checked answer. */
import type Dockerode from 'dockerode';
import type * as z from 'zod';
import type { Clock } from '../common/clock.ts';
import type { OpenEngine } from './engine.ts';
import { TidegateError } from '../common/errors.ts';
import { wasReached } from './reach/failures.ts';
import { engineFailed, engineFailure, isAbsent, NoAnswer, statusOf, unreachable } from './failures.ts';

/** Asks dockerode something. The signal must be passed on as `abortSignal`. */
export type Ask = (docker: Dockerode, abortSignal: AbortSignal) => Promise<unknown>;

export interface Calls {
  readonly engine: OpenEngine;
  readonly clock: Clock;
  /** Repeated for `reconnectMs` while the engine cannot be reached, so only for what may happen twice. */
  read<T>(doing: string, ask: Ask, shape: z.ZodType<T>): Promise<T>;
  /** Like `read`, for something whose answer does not matter. */
  repeat(doing: string, ask: Ask): Promise<void>;
  /** Tried once. `engine.unreachable` then means: perhaps it was done. */
  once<T>(doing: string, ask: Ask, shape: z.ZodType<T>): Promise<T>;
}

export interface CallOptions {
  readonly clock: Clock;
  /** How long a read waits for an engine that was there and is gone (a restart of dockerd takes seconds). */
  readonly reconnectMs: number;
  /** How long one call may take. */
  readonly callMs: number;
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

export function openCalls(engine: OpenEngine, { clock, reconnectMs, callMs }: CallOptions): Calls {
  // An engine that never answered is not restarting but missing: say so at once.
  let met = false;

  async function tried(doing: string, ask: Ask): Promise<unknown> {
    if (engine.closed.aborted)
      throw unreachable({ engine: engine.name, doing }, new Error('it was closed here'));
    try {
      const answer = await withinTime((signal) => ask(engine.docker, signal), callMs);
      met = true;
      return answer;
    } catch (error) {
      met ||= statusOf(error) !== undefined || (error instanceof TidegateError && wasReached(error));
      throw engineFailure(error, { engine: engine.name, doing });
    }
  }

  async function repeated(doing: string, ask: Ask): Promise<unknown> {
    const deadline = clock.monotonic() + reconnectMs;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await tried(doing, ask);
      } catch (error) {
        const failed = engineFailure(error, { engine: engine.name, doing });
        const hopeless = failed.code !== 'engine.unreachable' || !met || engine.closed.aborted;
        if (hopeless || clock.monotonic() + pause > deadline) throw failed;
        await clock.sleep(pause, engine.closed).catch(() => undefined);
      }
    }
  }

  function checked<T>(doing: string, answer: unknown, shape: z.ZodType<T>): T {
    const result = shape.safeParse(answer);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const where = issue ? ` (${issue.path.join('.')}: ${issue.message})` : '';
    throw engineFailed({ engine: engine.name, doing }, new Error(`its answer has an unknown shape${where}`));
  }

  return {
    engine,
    clock,
    read: async (doing, ask, shape) => checked(doing, await repeated(doing, ask), shape),
    repeat: async (doing, ask) => {
      await repeated(doing, ask);
    },
    once: async (doing, ask, shape) => checked(doing, await tried(doing, ask), shape),
  };
}

/** An `undefined` answer instead of an error when the engine knows no such thing. */
export function orUndefined(ask: Ask): Ask {
  return async (docker, signal) => {
    try {
      return await ask(docker, signal);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
}

/**
 * Options of a dockerode call that carries a body. Without `_query` dockerode 5 repeats the whole body in the
 * query string (of config and service updates, of config and network creation).
 */
export function request(body: object, abortSignal: AbortSignal, query: object = {}): object {
  return { _query: query, _body: body, abortSignal };
}

/**
 * docker-modem never settles when a connection breaks in the middle of an answer, so the time limit races
 * the call instead of trusting the abort alone.
 */
async function withinTime(
  work: (signal: AbortSignal) => Promise<unknown>,
  limitMs: number,
): Promise<unknown> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new NoAnswer(limitMs);
      reject(error);
      controller.abort(error);
    }, limitMs);
  });
  try {
    return await Promise.race([work(controller.signal), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
