/**
 * Where an environment's flags are: in its ledger (`server/flag-sources/ledger.ts`), or at a server of somebody else's
 * (`unleash/` here). A client does not see which by what it calls.
 */
import type { FlagCreateResult } from '../../protocol/flag-server.ts';
import type { Call, FlagSetResult, FlagsResult, Params } from '../../protocol/methods.ts';

export interface EnvironmentFlagSource {
  list(call: Call): Promise<FlagsResult>;
  /** Ends when it is so: what is told was read back. */
  set(wanted: WantedState, call: Call): Promise<FlagSetResult>;
  create(flag: NewFlag, call: Call): Promise<FlagCreateResult>;
}

/** What `flags.set` was asked for. */
export type WantedState = Omit<Params<'flags.set'>, 'folder' | 'environment'>;

export interface NewFlag {
  readonly key: string;
  readonly description: string;
  readonly kind: 'release' | 'experiment' | 'ops' | 'kill-switch';
}
