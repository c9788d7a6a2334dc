/** Whether the server that holds an environment's flags answers, and lets this user in: as everything else here asks it. */
import type { Environment } from '../../config/model.ts';
import { hasCode } from '../../common/errors.ts';
import type { Check } from '../../protocol/doctor.ts';
import type { Call } from '../../protocol/methods.ts';
import type { Agent } from '../agent.ts';
import { openFlagSource, serverName } from '../flag-sources/open.ts';
import { failed, ok } from './checks.ts';

/** None where Tidegate holds the flags. */
export async function flagServerCheck(
  agent: Agent,
  { folder, environment }: { readonly folder: string; readonly environment: Environment },
  call: Call,
): Promise<readonly Check[]> {
  const { flagServer } = serverName(environment);
  if (flagServer === undefined) return [];
  const subject = { check: 'flag-server', environment: environment.name };
  try {
    const source = await openFlagSource(agent, folder, environment.name);
    const { flags } = await source.list(call);
    const where = `${flagServer.url} (project ${flagServer.project}, environment ${flagServer.environment})`;
    return [ok(subject, `${flags.length} ${flags.length === 1 ? 'flag' : 'flags'} at ${where}`)];
  } catch (error) {
    const check = failed(subject, error);
    // Deploys and services do without: it is this user who cannot switch flags from here.
    return [hasCode(error, 'flags.no-token') ? { ...check, state: 'warn' } : check];
  }
}
