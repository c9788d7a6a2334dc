/** Where flags are served on this machine: the same ports each time, so that what was copied once stays right. Pure. */
import { sha256 } from '../../common/canonical.ts';
import { loopback, type LocalPorts } from '../../flags/serving/local.ts';
import type { FlagVariables } from '../../protocol/local-flags.ts';

/** Below those that systems hand out by themselves, and above those that programs like. */
const firstPort = 18_000;
const pairs = 6_000;

/** Two projects may have the same by chance; then the second gets others. */
export function usualPorts(project: string, environment: string): LocalPorts {
  const digest = sha256(JSON.stringify([project, environment]));
  const http = firstPort + 2 * (Number.parseInt(digest.slice(0, 8), 16) % pairs);
  return { http, flagd: http + 1 };
}

export function urlOf({ http }: LocalPorts): string {
  return `http://${loopback}:${http}`;
}

/** The names that services of an environment have as well. */
export function variablesOf(ports: LocalPorts): FlagVariables {
  const url = urlOf(ports);
  return {
    TIDEGATE_FLAGS_URL: url,
    OFREP_ENDPOINT: url,
    FLAGD_HOST: loopback,
    FLAGD_SYNC_PORT: String(ports.flagd),
    TIDEGATE_UNLEASH_URL: `${url}/api`,
    // Any would do here; code that sends one must have something to send.
    TIDEGATE_FLAGS_TOKEN: 'local',
  };
}
