/** Cuts an edge off from control, as a broken network does: its traffic goes on, its word does not come. */
import { names } from '../../agent/common/names.ts';
import { controlPort } from '../../agent/edge/wire.ts';
import { isInstalled, output } from '../../scripts/command.ts';
import type { Shop } from '../support/shop.ts';
import { runningContainer } from './shop-facts.ts';

/** Needs root on the engine's own machine. */
export async function canCutOff(shop: Shop): Promise<boolean> {
  const tools = (await isInstalled('nsenter')) && (await isInstalled('iptables'));
  return tools && process.getuid?.() === 0 && shop.test.host.startsWith('unix://');
}

/**
 * Returns how to mend it. Packets to control are dropped in the network namespace of the edge's container, and those from
 * it: the answer to a poll that waits would still come in.
 */
export async function cutOffEdge(shop: Shop): Promise<() => Promise<void>> {
  const container = await runningContainer(shop, names.edge(shop.stack));
  const { State } = await shop.test.docker.getContainer(container).inspect();
  const rules = [
    ['OUTPUT', '-p', 'tcp', '--dport', String(controlPort), '-j', 'DROP'],
    ['INPUT', '-p', 'tcp', '--sport', String(controlPort), '-j', 'DROP'],
  ];
  const iptables = async (action: string): Promise<void> => {
    for (const rule of rules)
      await output('nsenter', ['-t', String(State.Pid), '-n', 'iptables', '-w', action, ...rule]);
  };
  await iptables('-I');
  let isCut = true;
  return async () => {
    if (isCut) await iptables('-D');
    isCut = false;
  };
}
