/** What can go wrong with the engine and the cluster; `engineFailure` reads it out of whatever was thrown. */
import * as z from 'zod';
import { failure, messageOf, TidegateError } from '../common/errors.ts';
import { trustFailure, wantsTls } from './reach/tls-trouble.ts';

/** Where and at what a call failed. */
export interface Attempt {
  /** Name of the engine, as `openEngine` gives it. */
  readonly engine: string;
  /** What was tried, after "could not": `list the configs`. */
  readonly doing: string;
}

/** A call got no complete answer in time; thrown by the calls of this room, never shown as it is. */
export class NoAnswer extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
    this.name = 'NoAnswer';
  }
}

const httpError = z.object({ statusCode: z.number().int() });
const systemError = z.object({ code: z.string(), syscall: z.string().optional() });

/** HTTP status of an error thrown by dockerode; `undefined` when the engine did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  return httpError.safeParse(error).data?.statusCode;
}

/** The engine's own words, without what docker-modem puts around them. */
export function wordsOf(error: unknown): string {
  return messageOf(error)
    .replace(/^\(HTTP code \d+\) .*? - /, '')
    .trim();
}

/** Whether the engine knows no such thing. A network whose last task is still leaving answers 500 "not found". */
export function isAbsent(error: unknown): boolean {
  const status = statusOf(error);
  return status === 404 || (status === 500 && /network \S+ not found/i.test(wordsOf(error)));
}

/** Whether a removal has to wait for tasks that are still stopping. */
export function isInUse(error: unknown): boolean {
  return (
    error instanceof TidegateError && statusOf(error.cause) !== undefined && inUse.test(wordsOf(error.cause))
  );
}

const inUse = /is in use|has active endpoints/i;

/**
 * Turns anything dockerode threw into a TidegateError: `engine.unreachable` (also for a write whose outcome is
 * not known), `engine.denied`, `engine.disk-full`, `swarm.inactive`, `swarm.not-a-manager`, `swarm.conflict`,
 * or else `engine.failed` with the engine's own words.
 */
export function engineFailure(error: unknown, attempt: Attempt): TidegateError {
  if (error instanceof TidegateError) return error;
  const status = statusOf(error);
  return status === undefined ? connectionFailure(error, attempt) : answerFailure(status, error, attempt);
}

function connectionFailure(error: unknown, attempt: Attempt): TidegateError {
  if (error instanceof NoAnswer) return unreachable(attempt, error);
  const { code, syscall } = systemError.safeParse(error).data ?? { code: '', syscall: undefined };
  if ((code === 'EACCES' || code === 'EPERM') && syscall === 'connect') return denied(attempt, error);
  if (code === 'ENOENT' && syscall !== 'connect') return engineFailed(attempt, error);
  if (code === 'ECONNREFUSED') return nobodyListens(attempt, error);
  const trust = trustFailure(code, attempt, error);
  if (trust) return trust;
  return connectionCodes.has(code) ? unreachable(attempt, error) : engineFailed(attempt, error);
}

const connectionCodes = new Set([
  'ENOENT',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** A cluster without a leader, or a manager that is still starting: it passes (an election takes 11-14 s). */
const passing =
  /does not have a leader|manager is being prepared|trouble connecting to the cluster|code = (Unavailable|DeadlineExceeded)/i;

function answerFailure(status: number, error: unknown, attempt: Attempt): TidegateError {
  const words = wordsOf(error);
  if (/HTTP request to an HTTPS server/i.test(words)) return wantsTls(attempt, error);
  if (/no space left on device/i.test(words)) return diskFull(attempt, error);
  if (passing.test(words)) return unreachable(attempt, error);
  // All three texts begin with "This node is not a swarm manager" and come with 503 (daemon/cluster/cluster.go).
  if (/worker nodes can't be used/i.test(words)) return notAManager(attempt.engine, error);
  if (/not a swarm manager|not part of a swarm|swarm is encrypted/i.test(words))
    return inactive(attempt.engine, error);
  // Swarm answers a stale version index with 500; a name that is taken with 409, or with 500 as well when
  // somebody took it at the same moment.
  if (status === 409 || /update out of sequence|name conflicts with an existing object/i.test(words))
    return conflict(attempt, error);
  return status === 401 ? denied(attempt, error) : engineFailed(attempt, error, status);
}

export function unreachable({ engine, doing }: Attempt, cause: unknown): TidegateError {
  return failure('engine.unreachable', {
    message: `Docker at ${engine} cannot be reached: could not ${doing} (${wordsOf(cause)}).`,
    hint: 'Is Docker running? Try "docker info", and look at DOCKER_HOST and "docker context show".',
    data: { engine },
    cause,
  });
}

export function nobodyListens({ engine, doing }: Attempt, cause: unknown): TidegateError {
  return failure('engine.unreachable', {
    message: `Nobody answers at ${engine}: could not ${doing} (${wordsOf(cause)}).`,
    hint: 'Is Docker running there, and does it listen on that address? Look at DOCKER_HOST and "docker context show"; a firewall that refuses looks the same.',
    data: { engine },
    cause,
  });
}

export function denied({ engine, doing }: Attempt, cause: unknown): TidegateError {
  return failure('engine.denied', {
    message: `Docker at ${engine} does not let you in: could not ${doing} (${wordsOf(cause)}).`,
    hint: 'On Linux: "sudo usermod -aG docker $USER", then log in again (a new shell is not enough).',
    data: { engine },
    cause,
  });
}

export function diskFull({ engine, doing }: Attempt, cause: unknown): TidegateError {
  return failure('engine.disk-full', {
    message: `The disk of Docker at ${engine} is full: could not ${doing}.`,
    hint: 'Look at "docker system df", make room, then try again.',
    data: { engine },
    cause,
  });
}

export function inactive(engine: string, cause?: unknown): TidegateError {
  return failure('swarm.inactive', {
    message: `Docker at ${engine} is not part of a Swarm, or its Swarm is locked.`,
    hint: 'Turn it on with "docker swarm init" (a locked one: "docker swarm unlock").',
    data: { engine },
    cause,
  });
}

export function notAManager(engine: string, cause?: unknown): TidegateError {
  return failure('swarm.not-a-manager', {
    message: `Docker at ${engine} is a worker of its Swarm: the cluster cannot be managed from there.`,
    hint: 'Choose a docker context of a manager, or promote this node: "docker node promote NODE" on a manager.',
    data: { engine },
    cause,
  });
}

export function podman(engine: string): TidegateError {
  return failure('engine.unsupported', {
    message: `The engine at ${engine} is Podman, which has no Swarm mode: there is nothing to release to.`,
    hint: 'Use Docker Engine 20.10 or newer, here or on another machine (a docker context with ssh:// or tcp://).',
    data: { engine },
  });
}

export function rootless(engine: string): TidegateError {
  return failure('engine.unsupported', {
    message: `Docker at ${engine} runs rootless, where there are no overlay networks: a Swarm cannot connect its services.`,
    hint: "Use an engine that runs as root (on Linux the package's own, /var/run/docker.sock), here or on another machine.",
    data: { engine },
  });
}

export function conflict({ engine, doing }: Attempt, cause: unknown): TidegateError {
  return failure('swarm.conflict', {
    message: `Somebody else was first: could not ${doing} on ${engine} (${wordsOf(cause)}).`,
    hint: 'Look at what is there now, then try again.',
    data: { engine },
    cause,
  });
}

export function engineFailed({ engine, doing }: Attempt, cause: unknown, status?: number): TidegateError {
  return failure('engine.failed', {
    message: `Docker at ${engine} could not ${doing}: ${wordsOf(cause)}`,
    data: { engine, ...(status === undefined ? {} : { status }) },
    cause,
  });
}

export function foreignNetwork(name: string, id: string): TidegateError {
  return failure('swarm.conflict', {
    message: `A network named ${name} exists on this Swarm, and Tidegate did not create it for this environment.`,
    hint: `Look at it with "docker network inspect ${name}"; rename or remove it, or choose another project name.`,
    data: { name, id },
  });
}

export function noFreeSubnet(name: string): TidegateError {
  return failure('engine.failed', {
    message: `No free /20 for the network ${name}: all of 10.201.0.0 to 10.250.255.255 is taken by other networks.`,
    hint: 'Remove networks that are not used any more: "docker network ls".',
    data: { name },
  });
}

export function subnetTaken(name: string, subnet: string, other: string): TidegateError {
  return failure('engine.failed', {
    message: `The network ${name} cannot have the subnet ${subnet}: the network ${other} has it, or a part of it.`,
    hint: 'Write another subnet under "ipam:" of the compose file, or leave it out: Tidegate finds a free one.',
    data: { name, subnet, other },
  });
}

export function networkNotAllocated(name: string): TidegateError {
  return failure('engine.failed', {
    message: `Swarm did not give the network ${name} its addresses.`,
    hint: 'Look at "docker network inspect" and at the log of the leading manager.',
    data: { name },
  });
}

/** `why`: Swarm's own words. */
export function notStarted(why: string): TidegateError {
  return failure('engine.failed', {
    message: why,
    hint: 'Look at "docker node ls": it runs on the node whose engine is asked, which has to take tasks (availability "active").',
  });
}

export function imageMissing(ref: string, cause: unknown): TidegateError {
  return failure('image.missing', {
    message: `The image ${ref} cannot be had: ${wordsOf(cause)}`,
    hint: `Check the name and that the engine may pull it: "docker pull ${ref}".`,
    data: { ref },
    cause,
  });
}

export function cancelled(doing: string): TidegateError {
  return failure('cancelled', { message: `Cancelled: ${doing}.` });
}
