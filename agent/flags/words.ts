/** What is said of a flag in its environment, in words. Pure. */
import type { FlagSwitch } from '../protocol/flag-settling.ts';
import { shareOf, variantOf, type FlagState } from '../swarm/ledger/flags.ts';

/** `on for 25 % with quick` */
export function toldState(to: FlagState): string {
  if (to === 'forgotten') return 'what its definition says';
  const { state, share, variant } = switchOfState(to);
  return `${state ?? ''}${share === null ? '' : ` for ${share} %`}${variant === undefined ? '' : ` with ${variant}`}`;
}

/** As the protocol says it. */
export function switchOfState(to: FlagState): FlagSwitch {
  if (to === 'forgotten') return { state: null, share: null };
  const [share, variant] = [shareOf(to), variantOf(to)];
  return {
    state: to === 'off' ? 'off' : 'on',
    share: share === null ? null : share / 100,
    ...(variant !== null && { variant }),
  };
}
