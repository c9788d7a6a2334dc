/** The edges' own tasks: where control reaches them, and which of them have gone. */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { Swarm } from '../swarm/port.ts';
import { ownNetworks } from './get.ts';
import { sharedAddress } from './proof.ts';
import type { Reports } from './reports.ts';

export interface EdgeTasks {
  /** Ids of the tasks that should run. */
  readonly running: () => Promise<readonly string[]>;
  readonly address: (task: string) => Promise<string | undefined>;
}

export function openEdgeTasks(swarm: Swarm, stack: string): EdgeTasks {
  const list = () => swarm.tasks.list({ service: names.edge(stack) });
  const known = new Map<string, string>();
  return {
    running: async () => (await list()).filter((task) => task.desired === 'running').map((task) => task.id),
    address: async (id) => {
      const cached = known.get(id);
      if (cached !== undefined) return cached;
      const task = (await list()).find((one) => one.id === id);
      const address = task && sharedAddress(task.addresses, ownNetworks());
      if (address !== undefined) known.set(id, address);
      return address;
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
