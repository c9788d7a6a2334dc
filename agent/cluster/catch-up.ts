/**
 * Proves what a control that died had no time for. An edge whose report was written does not report again before
 * its heartbeat, so a control that has just started finds in the ledger what was left open.
 */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { sides } from '../edge/side.ts';
import type { EdgeReports } from '../swarm/ledger/acks.ts';
import type { EdgeState, LedgerView } from './ledger-view.ts';
import type { Probing } from './probing.ts';
import { isUnsettled, probesOf } from './proof.ts';

export interface CatchingUp {
  readonly view: LedgerView;
  readonly reports: () => Promise<EdgeReports>;
  /** Ids of the edge tasks that run: what others said does not count. */
  readonly running: () => Promise<readonly string[]>;
  readonly probing: Probing;
  readonly log: Log;
}

/** To be called often; does nothing where every proof is settled. Never rejects. */
export async function catchUp({ view, reports, running, probing, log }: CatchingUp): Promise<void> {
  const state = view.current();
  if (!state) return;
  try {
    const known = await reports();
    const open = Object.entries(known.acks).filter(([task]) => isOpen(state, known, task));
    if (open.length === 0) return;
    const alive = new Set(await running());
    for (const [task, ack] of open) if (alive.has(task)) probing.consider(task, ack);
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'could not look for reports without a proof');
  }
}

/** An edge that is behind or ahead of this state reports again, or is looked at when the state has been read. */
function isOpen({ routing }: EdgeState, { acks, proofs }: EdgeReports, task: string): boolean {
  const ack = acks[task];
  if (ack?.object !== routing.object || ack.version !== routing.version) return false;
  const proof = proofs[task];
  const answers = proof?.object === ack.object && proof.version === ack.version ? proof.answers : {};
  // Neither side sees servers of what the other alone has, and what both have they prove under the same ways.
  const probes = sides.flatMap((side) => probesOf(routing, ack, side));
  return probes.some((probe) => isUnsettled(probe, answers[probe.way]));
}
