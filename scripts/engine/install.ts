/** Docker Engine from the distribution's packages, where there is none. */
import { isInstalled, output } from '../command.ts';
import type { Consent } from '../consent.ts';
import { hasDebianPackages } from '../images/debian.ts';

const packages = ['docker.io', 'iptables'];

/** Leaves a `dockerd` in PATH. Throws, saying what to install, where this cannot be done. */
export async function installEngine(consent: Consent, say: (line: string) => void): Promise<void> {
  if ((await isInstalled('dockerd')) && (await isInstalled('iptables'))) return;
  const isRoot = process.getuid?.() === 0;
  if (!(await hasDebianPackages()) || !isRoot) throw new Error(noEngine(isRoot));
  say('There is no Docker Engine on this machine.');
  await consent(`Install the packages ${packages.join(' and ')} with apt-get?`);
  say(`Installing ${packages.join(' and ')} …`);
  await aptGet('update', '-q');
  await aptGet('install', '-y', '-q', '--no-install-recommends', ...packages);
}

function noEngine(isRoot: boolean): string {
  const how =
    process.platform === 'linux'
      ? `Install Docker Engine (https://docs.docker.com/engine/install/)${isRoot ? '' : ', or run this as root on Debian or Ubuntu'}`
      : 'Install and start Docker Desktop (https://docs.docker.com/desktop/)';
  return `No Docker Engine answers here. ${how}, or set DOCKER_HOST; then run this again.`;
}

export async function aptGet(...args: readonly string[]): Promise<void> {
  await output('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 300_000 });
}
