/** What can go wrong with an engine behind ssh. */
import { failure, type FailureDetails, type TidegateError } from '../../../common/errors.ts';
import type { SshTarget } from './target.ts';

export interface Remote {
  readonly target: SshTarget;
  /** Of the engine: `ssh://ann@box`. */
  readonly engine: string;
  /** An ssh agent was named by SSH_AUTH_SOCK. */
  readonly hasAgent: boolean;
}

function onTheWay({ engine, target }: Remote): FailureDetails['data'] & object {
  return { engine, host: target.host, reached: false };
}

export function sshMissing(remote: Remote, cause: unknown): TidegateError {
  return failure('engine.no-ssh', {
    message: `Docker at ${remote.engine} is reached with the ssh program, and there is none in PATH.`,
    hint: 'Install OpenSSH\'s client ("apt-get install openssh-client"; Windows: an optional feature), then try "ssh -V".',
    data: onTheWay(remote),
    cause,
  });
}

export function hostKeyUnknown(remote: Remote, words: string): TidegateError {
  const { host } = remote.target;
  return failure('engine.unknown-host', {
    message: `The ssh host ${host} has never been seen from here, and its key is not taken on trust: ${words}`,
    hint: `Connect once by hand and compare the fingerprint with the host's own: "${byHand(remote)}". It is kept in ~/.ssh/known_hosts then.`,
    data: onTheWay(remote),
  });
}

export function hostKeyChanged(remote: Remote): TidegateError {
  const { host } = remote.target;
  return failure('engine.unknown-host', {
    message: `The ssh host ${host} has another key than the one in known_hosts: it was made anew, or somebody else answers in its place.`,
    hint: `Ask whoever runs it. If the new key is right: "ssh-keygen -R '${shownHost(remote)}'", then "${byHand(remote)}".`,
    data: onTheWay(remote),
  });
}

export function keyRefused(remote: Remote, words: string): TidegateError {
  const agent = remote.hasAgent
    ? '"ssh-add -l" lists the keys that are offered'
    : 'No ssh agent is known here (SSH_AUTH_SOCK is not set), so only keys without a passphrase are offered';
  return failure('engine.key-refused', {
    message: `The ssh host ${remote.target.host} takes none of your keys: ${words}`,
    hint: `${agent}; the right one is in ~/.ssh/authorized_keys over there. It works when "${byHand(remote)}" asks for nothing.`,
    data: onTheWay(remote),
  });
}

export function noSuchHost(remote: Remote, words: string): TidegateError {
  return failure('engine.unreachable', {
    message: `There is no host ${remote.target.host}, by which Docker at ${remote.engine} is to be reached: ${words}`,
    hint: 'Is the name right, in the address and in ~/.ssh/config? Does it need a VPN?',
    data: onTheWay(remote),
  });
}

export function notReached(remote: Remote, words: string): TidegateError {
  return failure('engine.unreachable', {
    message: `Docker at ${remote.engine} cannot be reached through ssh: ${words === '' ? 'ssh ended without a word' : words}.`,
    hint: `See what "${byHand(remote)} docker version" says.`,
    data: onTheWay(remote),
  });
}

/** In the middle of something. */
export function connectionEnded({ engine, target }: Remote, words: string): TidegateError {
  return failure('engine.unreachable', {
    message: `The ssh connection to Docker at ${engine} was lost${words === '' ? '' : ` (${words})`}.`,
    hint: `Is ${target.host} there, and the network? What was begun is as it was.`,
    data: { engine },
  });
}

export function dockerMissing(remote: Remote, words: string): TidegateError {
  return failure('engine.no-docker', {
    message: `ssh reaches ${remote.target.host}, but there is no docker program for this user: ${words}`,
    hint: `Install Docker there, or put it into the PATH of a shell without a terminal: "${byHand(remote)} docker version" shows it.`,
    data: onTheWay(remote),
  });
}

export function dockerTooOld(remote: Remote, words: string): TidegateError {
  return failure('engine.no-docker', {
    message: `The docker program of ${remote.target.host} is too old to be reached through ssh: ${words}`,
    hint: 'Update it: "docker system dial-stdio" came with 18.09.',
    data: onTheWay(remote),
  });
}

export function engineDownThere(remote: Remote, words: string): TidegateError {
  return failure('engine.unreachable', {
    message: `ssh reaches ${remote.target.host}, but no Docker engine answers there: ${words}`,
    hint: `Start it there ("systemctl start docker"), or name its socket: "ssh://HOST/path/to/docker.sock".`,
    data: onTheWay(remote),
  });
}

export function noAccessThere(remote: Remote, words: string): TidegateError {
  return failure('engine.denied', {
    message: `ssh reaches ${remote.target.host}, but its Docker engine does not let this user in: ${words}`,
    hint: `On ${remote.target.host}: "sudo usermod -aG docker ${remote.target.user ?? 'USER'}"; it holds from the next login on.`,
    data: onTheWay(remote),
  });
}

/** As known_hosts has it. */
function shownHost({ target: { host, port = 22 } }: Remote): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The command a person would type. */
function byHand({ target }: Remote): string {
  const port = target.port === undefined ? '' : `-p ${target.port} `;
  const user = target.user === undefined ? '' : `${target.user}@`;
  return `ssh ${port}${user}${target.host}`;
}
