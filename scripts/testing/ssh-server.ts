/** OpenSSH's server, for the tests of engines behind ssh. */
import { isInstalled, output } from '../command.ts';
import type { Consent } from '../consent.ts';
import { hasDebianPackages } from '../images/debian.ts';

/** Where Debian has it, which is in the PATH of root only. */
const usual = '/usr/sbin/sshd';

/** With its whole path: the server starts itself again for each connection. `undefined` where there is none. */
export async function sshServerProgram(): Promise<string | undefined> {
  const found = await output('sh', ['-c', `command -v sshd || command -v ${usual}`]).catch(() => '');
  return found.trim() === '' ? undefined : found.trim();
}

/** From the distribution's packages, where that can be done; elsewhere the tests that need it are left out. */
export async function ensureSshServer(consent: Consent, say: (line: string) => void): Promise<void> {
  const isThere = (await sshServerProgram()) !== undefined && (await isInstalled('ssh'));
  if (isThere) return;
  if (process.getuid?.() !== 0 || !(await hasDebianPackages())) {
    say('There is no ssh server (sshd) on this machine: the tests of engines behind ssh are left out.');
    return;
  }
  await consent('Install the packages openssh-server and openssh-client with apt-get, for the tests?');
  say('Installing openssh-server …');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await output('apt-get', ['update', '-q'], { env, timeoutMs: 300_000 });
  await output(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'openssh-server', 'openssh-client'],
    { env, timeoutMs: 300_000 },
  );
}
