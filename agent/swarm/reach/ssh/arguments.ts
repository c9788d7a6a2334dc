/** What the user's ssh program is called with. Pure. */
import type { SshTarget } from './target.ts';

/** What the user's configuration says about a host, out of `ssh -G`. */
export interface SshSettings {
  /** Connections are shared as the user has set it up. */
  readonly sharesConnections: boolean;
  /** Keys of hosts that were never seen are taken: the user's own decision. */
  readonly takesNewHosts: boolean;
  readonly hasConnectTimeout: boolean;
  readonly hasKeepAlive: boolean;
}

/** One of several connections through one: the first is the `master`, which must stay. */
export interface Sharing {
  readonly role: 'master' | 'client';
  /** Of the master's socket. */
  readonly path: string;
}

/** `text`: what `ssh -G` prints, `name value` a line. */
export function readSettings(text: string): SshSettings {
  const values = new Map(
    text.split('\n').map((line): [string, string] => {
      const [name = '', ...value] = line.trim().split(' ');
      return [name.toLowerCase(), value.join(' ').toLowerCase()];
    }),
  );
  const isSet = (name: string): boolean => !['', 'none', '0'].includes(values.get(name) ?? '');
  return {
    sharesConnections: isSet('controlpath'),
    takesNewHosts: values.get('stricthostkeychecking') === 'accept-new',
    hasConnectTimeout: isSet('connecttimeout'),
    hasKeepAlive: isSet('serveraliveinterval'),
  };
}

export function settingsArguments(target: SshTarget): readonly string[] {
  return ['-G', ...who(target)];
}

/**
 * The connection an engine is talked to over: nobody is asked anything, and no host is believed without its key being
 * known. Seconds without an answer end it: a laptop changes its network without a word.
 */
export function dialArguments(
  target: SshTarget,
  settings: SshSettings,
  sharing: Sharing | undefined,
): readonly string[] {
  const options = [
    'BatchMode=yes',
    'LogLevel=INFO',
    'RemoteCommand=none',
    'PermitLocalCommand=no',
    'ClearAllForwardings=yes',
    ...(settings.takesNewHosts ? [] : ['StrictHostKeyChecking=yes']),
    ...(settings.hasConnectTimeout ? [] : ['ConnectTimeout=10']),
    ...(settings.hasKeepAlive ? [] : ['ServerAliveInterval=5', 'ServerAliveCountMax=3']),
    ...(sharing === undefined
      ? []
      : [
          `ControlMaster=${sharing.role === 'master' ? 'yes' : 'no'}`,
          `ControlPath=${sharing.path}`,
          'ControlPersist=no',
        ]),
  ];
  return ['-T', ...options.flatMap((option) => ['-o', option]), ...who(target), remoteCommand(target)];
}

function who({ host, user, port }: SshTarget): readonly string[] {
  return [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    '--',
    host,
  ];
}

/** A shell reads it over there; an address has no quotes in it. */
function remoteCommand({ socket }: SshTarget): string {
  const host = socket === undefined ? '' : ` --host 'unix://${socket}'`;
  return `docker${host} system dial-stdio`;
}
