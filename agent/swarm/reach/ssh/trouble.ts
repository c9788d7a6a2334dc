/** What it means that the ssh program ended. Pure. */
import type { TidegateError } from '../../../common/errors.ts';
import {
  connectionEnded,
  dockerMissing,
  dockerTooOld,
  engineDownThere,
  hostKeyChanged,
  hostKeyUnknown,
  keyRefused,
  noAccessThere,
  noSuchHost,
  notReached,
  type Remote,
} from './failures.ts';

export interface SshEnd {
  readonly remote: Remote;
  /** `null`: a signal ended it. */
  readonly code: number | null;
  /** The last of what it said, with what the other side said. */
  readonly stderr: string;
  /** The engine had answered before. */
  readonly wasConnected: boolean;
}

type Factory = (remote: Remote, words: string) => TidegateError;

/** ssh's own troubles end with 255, in words that are the same in every language. */
const ofSsh: readonly (readonly [RegExp, Factory])[] = [
  [/host identification has changed|differs from the key for the ip/i, hostKeyChanged],
  [/host key verification failed|host key is known for|no matching host key/i, hostKeyUnknown],
  [/permission denied|too many authentication failures|no more authentication methods/i, keyRefused],
  [/could not resolve hostname/i, noSuchHost],
];

/** Everything else is the code and the words of what was to run over there. */
const ofTheOtherSide: readonly (readonly [RegExp, Factory])[] = [
  [/is not a docker command|unknown command|unknown shorthand/i, dockerTooOld],
  [/permission denied/i, noAccessThere],
  [/not found|no such file or directory: docker|not recognized as/i, dockerMissing],
  [
    /cannot connect to the docker daemon|failed to open the raw stream|dial unix|connection refused/i,
    engineDownThere,
  ],
];

/** 126 and 127: a shell's words for a program it cannot run. */
const shellCodes = new Set([126, 127]);
const sshCode = 255;

export function explainEnd({ remote, code, stderr, wasConnected }: SshEnd): TidegateError {
  const words = lastWords(stderr);
  if (code !== null && shellCodes.has(code)) return dockerMissing(remote, words);
  const known = (code === sshCode ? ofSsh : ofTheOtherSide).find(([pattern]) => pattern.test(stderr));
  if (known && !wasConnected) return known[1](remote, words);
  return wasConnected ? connectionEnded(remote, words) : notReached(remote, words);
}

/** The last line, which is the reason; before it there may be a banner. */
function lastWords(stderr: string): string {
  return stderr.trim().split(/\r?\n/).at(-1)?.trim() ?? '';
}
