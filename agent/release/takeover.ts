/** Going on with a rollout whose driver is gone. */
import type { JournalEntry, RolloutState } from '../swarm/ledger/rollout.ts';
import type { Stored } from '../swarm/port.ts';
import { drive, type Drive } from './driver.ts';
import type { ReleaseEngine } from './engine.ts';
import type { RolloutEvent } from './machine.ts';

export type TakeOver = Pick<Drive, 'leaves' | 'signal' | 'onPhase' | 'suites'> & {
  readonly entry: Stored<JournalEntry>;
  readonly first?: RolloutEvent;
};

/** Becomes the driver (throws `ledger.fenced` when somebody was faster) and drives on. */
export async function takeOver(engine: ReleaseEngine, options: TakeOver): Promise<RolloutState> {
  const { entry, first, leaves, signal, onPhase, suites } = options;
  const { head, state, lease } = entry.value;
  const counter = (lease?.counter ?? 0) + 1;
  const driver = { name: engine.driver, leaseSeconds: engine.leaseSeconds, counter };
  await engine.ledger.journals.takeOver(entry, { state, driver });
  return drive(engine, {
    head,
    state,
    counter,
    leaves,
    signal,
    onPhase,
    makeRelease: undefined,
    ...(first && { first }),
    ...(suites && { suites }),
  });
}

/** What an agent leaves to control: everything after the release is live. */
export function agentLeaves(effect: {
  readonly do: string;
  readonly slots?: string;
  readonly ms?: number | null;
}): boolean {
  switch (effect.do) {
    case 'hold':
      return effect.ms === null;
    case 'drain':
    case 'empty':
      return effect.slots === 'old';
    case 'retire':
    case 'keep-warm':
    case 'await-edges':
      return true;
    default:
      return false;
  }
}
