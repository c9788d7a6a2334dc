/** The cluster itself: what it is, and its nodes. */
import * as z from 'zod';
import type { Calls } from './calls.ts';
import { unsupported } from './engine-kind.ts';
import { inactive, notAManager, unreachable } from './failures.ts';
import type { ClusterInfo, ClusterNode } from './port.ts';
import { listOf } from './shapes.ts';

const node = z
  .object({
    ID: z.string(),
    Spec: z.object({
      Role: z.enum(['manager', 'worker']),
      Availability: z.enum(['active', 'pause', 'drain']).catch('active'),
    }),
    Description: z.object({ Hostname: z.string() }).nullish(),
    Status: z.object({
      State: z.enum(['ready', 'down', 'unknown', 'disconnected']).catch('unknown'),
      Addr: z.string().default(''),
    }),
  })
  .transform((answer): ClusterNode => ({
    id: answer.ID,
    name: answer.Description?.Hostname ?? answer.ID,
    address: answer.Status.Addr,
    role: answer.Spec.Role,
    availability: answer.Spec.Availability,
    state: answer.Status.State,
  }));

const swarmState = z.object({
  Swarm: z.object({
    LocalNodeState: z.string(),
    ControlAvailable: z.boolean(),
    Error: z.string().default(''),
    Cluster: z.object({ ID: z.string() }).nullish(),
  }),
});

const managerInfo = z.object({
  ServerVersion: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  Swarm: z.object({ NodeID: z.string(), Cluster: z.object({ ID: z.string() }) }),
});

const versionAnswer = z.looseObject({ ApiVersion: z.string() });

export function readNodes(calls: Calls): Promise<readonly ClusterNode[]> {
  return calls.read(
    'list the nodes',
    (docker, abortSignal) => docker.listNodes({ abortSignal }),
    listOf(node),
  );
}

export async function readInfo(calls: Calls): Promise<ClusterInfo> {
  const engine = calls.engine.name;
  // Podman's answer about itself has nothing of a Swarm in it: who answers is asked first.
  const version = await calls.read('ask for its version', (docker) => docker.version(), versionAnswer);
  const info = await calls.read(
    'ask what it is',
    async (docker) => managed(engine, await docker.info(), version),
    managerInfo,
  );
  return {
    engine,
    engineVersion: info.ServerVersion,
    apiVersion: version.ApiVersion,
    clusterId: info.Swarm.Cluster.ID,
    nodeId: info.Swarm.NodeID,
    cpus: info.NCPU,
    memory: info.MemTotal,
  };
}

/** Throws unless the cluster can be managed from here; `engine.unreachable` while it is only starting. */
function managed(engine: string, answer: unknown, version: unknown): unknown {
  const hindrance = unsupported(engine, { info: answer, version });
  if (hindrance) throw hindrance;
  const swarm = swarmState.safeParse(answer).data?.Swarm;
  if (!swarm) throw inactive(engine);
  switch (swarm.LocalNodeState) {
    case 'inactive':
    case 'locked':
      throw inactive(engine);
    case 'active':
      if (!swarm.ControlAvailable) throw notAManager(engine);
      if (swarm.Cluster) return answer;
      throw notYet('the Swarm has no leader');
    default:
      throw notYet(swarm.Error || swarm.LocalNodeState);
  }

  function notYet(why: string): Error {
    return unreachable({ engine, doing: 'read the cluster' }, new Error(why));
  }
}
