import type { IncomingMessage } from 'node:http';
import type Dockerode from 'dockerode';
import * as z from 'zod';
import type { BuilderKind } from './context.ts';
import { dial } from './dial.ts';

export interface EngineBuilder {
  readonly kind: BuilderKind;
  /** Of the engine: `20.10.24`. */
  readonly version: string;
  /** The engine has BuildKit, and it or DOCKER_BUILDKIT says that the classic builder is wanted. */
  readonly refusesBuildkit: boolean;
  /** Of the engine, 20 for 20.10. */
  readonly major: number;
}

const answer = z.object({ Version: z.string(), ApiVersion: z.string() });

/**
 * BuildKit wherever the engine has it: since API 1.39. `DOCKER_BUILDKIT=0` wants the classic one, as with the
 * docker CLI; so does an engine from 23.0 on that says so itself (before, it said "1" though it had BuildKit).
 */
export async function engineBuilder(
  docker: Dockerode,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EngineBuilder> {
  const { Version: version, ApiVersion: api } = answer.parse(await docker.version());
  const [major = 0, minor = 0] = api.split('.').map(Number);
  const atLeast = (wanted: number): boolean => major > 1 || (major === 1 && minor >= wanted);
  const hasBuildkit = atLeast(39);
  const isUnwanted = ['0', 'false'].includes(env['DOCKER_BUILDKIT'] ?? '');
  const refusesBuildkit = hasBuildkit && (isUnwanted || (atLeast(42) && (await preferred(docker)) === '1'));
  return {
    kind: hasBuildkit && !refusesBuildkit ? 'buildkit' : 'classic',
    refusesBuildkit,
    version,
    major: Number.parseInt(version, 10),
  };
}

async function preferred(docker: Dockerode): Promise<unknown> {
  const response = (await dial(docker, { method: 'GET', path: '/_ping', isStream: true })) as IncomingMessage;
  response.resume();
  return response.headers['builder-version'];
}
