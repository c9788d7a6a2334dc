/** The tasks of edges and mesh: where control reaches them, and which of them have gone. */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import type { Side } from '../edge/side.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { Swarm } from '../swarm/port.ts';
import { ownNetworks } from './get.ts';
import { sharedAddress } from './proof.ts';
import type { Reports } from './reports.ts';

export interface EdgeTasks {
  /** Ids of the tasks that should run. */
  readonly running: () => Promise<readonly string[]>;
  readonly reach: (task: string) => Promise<Reached | undefined>;
}

export interface Reached {
  readonly address: string;
  /** Whom it serves: users, or services. */
  readonly side: Side;
}

export function openEdgeTasks(swarm: Swarm, stack: string): EdgeTasks {
  const of = (service: string) => swarm.tasks.list({ service });
  const known = new Map<string, Reached>();

  async function find(id: string, side: Side, service: string): Promise<Reached | undefined> {
    const task = (await of(service)).find((one) => one.id === id);
    const address = task && sharedAddress(task.addresses, ownNetworks());
    return address === undefined ? undefined : { address, side };
  }

  return {
    running: async () => {
      const tasks = [...(await of(names.edge(stack))), ...(await of(names.mesh(stack)))];
      return tasks.filter((task) => task.desired === 'running').map((task) => task.id);
    },
    reach: async (id) => {
      const cached = known.get(id);
      if (cached !== undefined) return cached;
      const found =
        (await find(id, 'outside', names.edge(stack))) ?? (await find(id, 'inside', names.mesh(stack)));
      if (found !== undefined) known.set(id, found);
      return found;
    },
  };
}

export interface Tidying {
  readonly ledger: Ledger;
  readonly edges: EdgeTasks;
  readonly reports: Reports;
  readonly log: Log;
}

/** Prunes what gone edges said. */
export async function tidy({ ledger, edges, reports, log }: Tidying): Promise<void> {
  try {
    const known = await ledger.acks.read();
    const running = await edges.running();
    const gone = Object.keys({ ...known.acks, ...known.proofs }).filter((task) => !running.includes(task));
    if (gone.length > 0) await reports.prune(running);
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'could not tidy up the reports of edges');
  }
}
