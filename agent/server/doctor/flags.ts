/** Whether the flags of an environment can be read: control serves the last good ones, and nobody sees that something is wrong. */
import type { Environment } from '../../config/model.ts';
import type { Check } from '../../protocol/doctor.ts';
import { openLedger } from '../../swarm/ledger/ledger.ts';
import type { Connection } from '../connections.ts';
import { readEnvironmentFlags } from '../environment-flags.ts';
import { failed, ok } from './checks.ts';

/** None where nothing is set up yet. */
export async function flagsCheck(
  { name: environment, stack, flagServer }: Environment,
  { swarm }: Pick<Connection, 'swarm'>,
): Promise<readonly Check[]> {
  const subject = { check: 'flags', environment };
  const ledger = openLedger(swarm, stack);
  try {
    if ((await ledger.routes.find()) === undefined) return [];
    const { flags, definitions } = await readEnvironmentFlags(ledger);
    // What was released before that server was named is served from here until the next deploy.
    if (flagServer !== undefined && definitions.length === 0) return [];
    const switched = `${flags.states.size} of them switched here`;
    return [ok(subject, definitions.length === 0 ? 'no flags' : `${definitions.length} flags, ${switched}`)];
  } catch (error) {
    return [failed(subject, error)];
  }
}
