/**
 * Registries, as the engine reaches them: its network, its certificates and its `insecure-registries` count, with the
 * user's login in the `X-Registry-Auth` header of each call.
 */
import * as z from 'zod';
import { hasCode, type TidegateError } from '../common/errors.ts';
import type { Calls } from './calls.ts';
import { cancelled, engineFailure, NoAnswer, statusOf } from './failures.ts';
import { registryOf, repositoryOf, tagOf } from './image-name.ts';
import { readLines } from './lines.ts';
import type { Login, Logins } from './logins.ts';
import type { Swarm } from './port.ts';
import {
  registryFailed,
  registryFailure,
  registryUnreachable,
  type RegistryAttempt,
} from './registry-failures.ts';

const distribution = z.object({ Descriptor: z.object({ digest: z.string() }) });

export function openRegistry(calls: Calls, logins: Logins): Swarm['registry'] {
  return {
    async check(ref) {
      const login = await logins.of(ref);
      const attempt = { engine: calls.engine.name, doing: `log in to ${registryOf(ref) ?? ref}`, ref };
      try {
        if (login) await calls.once(attempt.doing, (docker) => docker.checkAuth(login), z.unknown());
        else await this.digest(ref);
      } catch (error) {
        throw askFailure(error, attempt, login);
      }
    },

    async digest(ref) {
      const login = await logins.of(ref);
      const attempt = { engine: calls.engine.name, doing: `ask the registry for ${ref}`, ref };
      try {
        const answer = await calls.once(
          attempt.doing,
          (docker) => docker.getImage(ref).distribution(login ? { authconfig: login } : {}),
          distribution,
        );
        return answer.Descriptor.digest;
      } catch (error) {
        const failed = askFailure(error, attempt, login);
        if (hasCode(failed, 'image.missing')) return undefined;
        throw failed;
      }
    },

    push: (ref, options) => push(calls, logins, ref, options),
  };
}

/** A registry that keeps the engine waiting looks like an engine that does not answer. */
function askFailure(error: unknown, attempt: RegistryAttempt, login: Login | undefined): unknown {
  if (!hasCode(error, 'engine.unreachable', 'engine.denied', 'engine.failed', 'swarm.conflict')) return error;
  if (error.cause instanceof NoAnswer) return registryUnreachable(attempt, error.cause.message);
  if (statusOf(error.cause) === undefined) return error;
  return registryFailure(error.cause, attempt, login ? 'given' : 'none');
}

const message = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  aux: z.unknown().optional(),
});
const pushed = z.object({ Digest: z.string() });

/** Takes as long as it takes, hence not through `calls`. The engine reports a failed push inside a 200. */
async function push(
  calls: Calls,
  logins: Logins,
  ref: string,
  { signal, onLine }: Parameters<Swarm['registry']['push']>[1],
): Promise<string> {
  const login = await logins.of(ref);
  const { docker, name: engine } = calls.engine;
  const attempt = { engine, doing: `push ${ref}`, ref };
  let digest: string | undefined;
  try {
    // Without a header engines look for the login in the body, and find none.
    const options = { tag: tagOf(ref), authconfig: login ?? {}, abortSignal: signal };
    const stream = await docker.getImage(repositoryOf(ref)).push(options);
    for await (const line of readLines(stream)) {
      const { id, status = '', error, aux } = message.parse(JSON.parse(line));
      if (error !== undefined) throw registryFailure(new Error(error), attempt, login ? 'given' : 'none');
      if (id !== undefined && settled.test(status)) onLine(`${id}: ${status}`);
      digest = pushed.safeParse(aux).data?.Digest ?? digest;
    }
  } catch (error) {
    throw signal.aborted ? cancelled(attempt.doing) : pushFailure(error, attempt, login);
  }
  if (digest === undefined)
    throw registryFailed(attempt, 'the engine did not say what the registry made of it');
  return digest;
}

/** What is said of a layer once; "Pushing" comes many times a second. */
const settled = /^(?:Pushed|Layer already exists|Mounted from)/;

function pushFailure(error: unknown, attempt: RegistryAttempt, login: Login | undefined): TidegateError {
  return statusOf(error) === undefined
    ? engineFailure(error, attempt)
    : registryFailure(error, attempt, login ? 'given' : 'none');
}
