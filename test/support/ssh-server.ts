/**
 * A real ssh server on this machine, on a port and with keys of its own, and the real ssh program with a configuration
 * of its own: whoever runs the tests finds nothing new in ~/.ssh. Its connections go through a door that can be shut.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/free-port.ts';
import { isInstalled, output } from '../../scripts/command.ts';
import { sshServerProgram } from '../../scripts/testing/ssh-server.ts';
import { openDoor, type Door } from './door.ts';

export interface SshServer {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** What a client needs in its environment: a PATH whose `ssh` has the test's keys and known hosts. */
  readonly env: Readonly<Record<string, string>>;
  /** False: as if nobody had ever connected. */
  knowHost(is: 'known' | 'unknown' | 'another'): Promise<void>;
  takeKey(is: 'taken' | 'refused'): Promise<void>;
  /** Breaks what is open, and refuses what comes. */
  cut(): Promise<void>;
  isCut(): boolean;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export interface SshServerOptions {
  /** Environment of the commands that come in. */
  readonly remote: Readonly<Record<string, string>>;
}

/** `undefined` where no ssh server is installed (`npm test` installs one on Debian). */
export async function openSshServer({ remote }: SshServerOptions): Promise<SshServer | undefined> {
  const program = await sshServerProgram();
  if (program === undefined || !(await isInstalled('ssh'))) return undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-sshd-'));
  const at = (name: string): string => path.join(folder, name);
  for (const key of ['host', 'id', 'other'])
    await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', at(key)]);
  const port = await freePort();
  await writeFile(at('sshd.conf'), serverConfig(at, port, remote));
  const server = await start(program, at('sshd.conf'), port);
  const door = await openDoor({ host: '127.0.0.1', port });
  await writeFile(at('ssh.conf'), clientConfig(at));
  await wrapSsh(folder, at('ssh.conf'));
  const shown = `[127.0.0.1]:${door.port}`;
  const opened: SshServer = {
    host: `ssh://${os.userInfo().username}@127.0.0.1:${door.port}`,
    env: { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` },
    knowHost: async (is) => {
      const key = await readFile(at(is === 'another' ? 'other.pub' : 'host.pub'), 'utf8');
      await writeFile(at('known'), is === 'unknown' ? '' : `${shown} ${key}`);
    },
    takeKey: (is) => copyFile(at(is === 'taken' ? 'id.pub' : 'other.pub'), at('authorized')),
    cut: () => door.cut(),
    isCut: () => door.isCut(),
    mend: () => door.mend(),
    close: () => stop(server, door, folder),
  };
  await opened.knowHost('known');
  await opened.takeKey('taken');
  return opened;
}

type At = (name: string) => string;

function serverConfig(at: At, port: number, remote: Readonly<Record<string, string>>): string {
  const lines = {
    ListenAddress: '127.0.0.1',
    Port: String(port),
    HostKey: at('host'),
    AuthorizedKeysFile: at('authorized'),
    PidFile: 'none',
    // The folder is below /tmp, which everybody may write to.
    StrictModes: 'no',
    UsePAM: 'no',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    SetEnv: Object.entries(remote)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

function clientConfig(at: At): string {
  return [
    'Host *',
    `IdentityFile ${at('id')}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${at('known')}`,
    'GlobalKnownHostsFile /dev/null\n',
  ].join('\n');
}

/** The ssh program looks for its configuration in the user's home, whatever HOME says. */
async function wrapSsh(folder: string, config: string): Promise<void> {
  const real = (await output('sh', ['-c', 'command -v ssh'])).trim();
  const file = path.join(folder, 'bin', 'ssh');
  await mkdir(path.dirname(file));
  await writeFile(file, `#!/bin/sh\nexec ${real} -F ${config} "$@"\n`);
  await chmod(file, 0o755);
}

async function start(program: string, config: string, port: number): Promise<ChildProcess> {
  // As root it wants this folder, which only a service manager makes.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(program, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes(`port ${port}`)) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the ssh server ended: ${said}`)));
  });
  return child;
}

async function stop(server: ChildProcess, door: Door, folder: string): Promise<void> {
  await door.cut();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill();
  await ended;
  await rm(folder, { recursive: true, force: true });
}
