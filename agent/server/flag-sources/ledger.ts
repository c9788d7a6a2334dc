import { comesFromFile } from '../../flags/sources/failures.ts';
import type { EnvironmentFlagSource } from '../../flags/sources/flag-source.ts';
import type { Agent } from '../agent.ts';
import { listEnvironmentFlags, setFlag } from '../methods/flags.ts';

/** Flags that came with a release, switched in the environment's ledger, served by control. */
export function ledgerSource(
  agent: Agent,
  about: { readonly folder: string; readonly environment: string },
): EnvironmentFlagSource {
  return {
    list: () => listEnvironmentFlags(agent, about),
    set: (wanted, call) => setFlag(agent, { ...about, ...wanted }, call),
    create: ({ key }) => Promise.reject(comesFromFile(key, about.environment)),
  };
}
