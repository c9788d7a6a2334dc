/** The engine that is there already: DOCKER_HOST, the docker context, the usual sockets. */
import { access, readdir, readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import os from 'node:os';
import { hasCode } from '../../agent/common/errors.ts';
import { locateEngine, type EngineLocation } from '../../agent/swarm/reach/location.ts';
import type { Surroundings } from '../../agent/swarm/reach/surroundings.ts';

/** This machine as it is; a socket counts only when somebody listens on it. */
export const thisMachine: Surroundings = {
  env: process.env,
  home: os.homedir(),
  readFile: (path) => readFile(path, 'utf8').catch(() => undefined),
  list: (folder) => readdir(folder).catch(() => []),
  exists: (path) => (path.endsWith('.sock') ? isServed(path) : isThere(path)),
};

/**
 * `undefined` when there is none. Throws when one was asked for by name (DOCKER_HOST, a context) and cannot
 * be used: silently taking another one would surprise.
 */
export async function findEngine(around: Surroundings): Promise<EngineLocation | undefined> {
  try {
    return await locateEngine(around);
  } catch (error) {
    const wasNamed = around.env['DOCKER_HOST'] ?? around.env['DOCKER_CONTEXT'];
    if (hasCode(error, 'engine.unreachable') && !wasNamed) return undefined;
    throw error;
  }
}

/** An engine that does not let us in is there all the same: the first call says so, with what to do about it. */
async function isServed(socket: string): Promise<boolean> {
  return (await knock(socket)) !== 'nobody';
}

export async function isListening(socket: string): Promise<boolean> {
  return (await knock(socket)) === 'open';
}

function knock(socket: string): Promise<'open' | 'denied' | 'nobody'> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve('open');
    });
    connection.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EACCES' || error.code === 'EPERM' ? 'denied' : 'nobody'),
    );
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
