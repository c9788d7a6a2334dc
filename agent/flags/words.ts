/** What is said of a flag in its environment, in words. Pure. */
import type { FlagSwitch } from '../protocol/flag-settling.ts';
import { shareOf, type FlagState } from '../swarm/ledger/flags.ts';

export function toldState(to: FlagState): string {
  const share = to === 'forgotten' ? null : shareOf(to);
  if (to === 'forgotten') return 'what its definition says';
  return share === null ? to : `on for ${share / 100} %`;
}

/** As the protocol says it. */
export function switchOfState(to: FlagState): FlagSwitch {
  if (to === 'forgotten') return { state: null, share: null };
  const share = shareOf(to);
  return { state: to === 'off' ? 'off' : 'on', share: share === null ? null : share / 100 };
}
