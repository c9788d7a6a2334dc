/** Turning Swarm mode on, for an engine that has none. */
import * as z from 'zod';
import type { Clock } from '../common/clock.ts';
import { openCalls, request } from './calls.ts';
import type { OpenEngine } from './engine.ts';
import { inactive } from './failures.ts';

const state = z.object({ Swarm: z.object({ LocalNodeState: z.string() }) });

const callMs = 30_000;

/**
 * An engine of this machine becomes a cluster on the loopback address: that one stays when a laptop changes networks, and
 * nobody outside can join. Another engine takes the address it has, and refuses where it has several (`engine.failed`).
 * Throws `swarm.inactive` where a Swarm is there and locked, or broken.
 */
export async function startSwarm(engine: OpenEngine, clock: Clock): Promise<'done' | 'unchanged'> {
  const calls = openCalls(engine, { clock, reconnectMs: 0, callMs });
  const { Swarm } = await calls.read('ask whether Swarm mode is on', (docker) => docker.info(), state);
  if (Swarm.LocalNodeState === 'active') return 'unchanged';
  if (Swarm.LocalNodeState !== 'inactive') throw inactive(engine.name);
  const where = engine.local
    ? { ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' }
    : { ListenAddr: '0.0.0.0:2377' };
  await calls.once(
    'turn Swarm mode on',
    (docker, abortSignal) => docker.swarmInit(request(where, abortSignal)),
    z.unknown(),
  );
  return 'done';
}
