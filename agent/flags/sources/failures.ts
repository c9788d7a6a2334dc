/** What can go wrong with a server that holds an environment's flags. No token is in any of these. */
import { failure, messageOf, type TidegateError } from '../../common/errors.ts';

/** A request as its failures tell of it. */
export interface Asked {
  /** The server, as tidegate.yaml names it. */
  readonly url: string;
  /** What was to be done: `switch checkout on`. */
  readonly doing: string;
}

/** What the server said of it. */
export interface Refusal {
  readonly status: number;
  /** Its own words; empty: it said none. */
  readonly said: string;
  /** Seconds, where it said when to come again. */
  readonly retryAfter: number | undefined;
  /** Where it wanted to send us. */
  readonly location: string | undefined;
}

export function noToken(url: string, variable: string): TidegateError {
  return failure('flags.no-token', {
    message: `There is no token for the flag server ${url}.`,
    hint: `Set ${variable} to one, or, in the editor, run "Tidegate: Set Flag Server Token…". It has to be a token of its Admin API (in Unleash: a personal access token, or an admin token).`,
    data: { url, variable },
  });
}

export function badToken(url: string): TidegateError {
  return failure('flags.no-token', {
    message: `The token for the flag server ${url} has characters in it that no token has.`,
    hint: 'Copy it again: one line, without quotes and spaces.',
    data: { url },
  });
}

export function noAuthority(url: string, file: string): TidegateError {
  return failure('flags.untrusted', {
    message: `The certificate authority of the flag server ${url} cannot be read: there is no ${file} in the checkout.`,
    hint: 'Set "ca:" to a PEM file, seen from tidegate.yaml; or leave it out where a public authority has signed.',
    data: { url, file },
  });
}

/** Every answer that is not what was asked for. */
export function refusal({ url, doing }: Asked, refused: Refusal): TidegateError {
  const { status, said, retryAfter, location } = refused;
  const words = said === '' ? `${status}` : `${status}: ${said}`;
  const [code, why, hint] = meaningOf(refused);
  return failure(code, {
    message: `${url} ${why}: could not ${doing} (${words}).`,
    hint,
    data: {
      ...{ url, status },
      ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
      ...(location !== undefined && { location }),
    },
  });
}

type Meaning = readonly [code: TidegateError['code'], why: string, hint: string];

function meaningOf({ status, retryAfter, location }: Refusal): Meaning {
  if (status >= 300 && status < 400) {
    const where = location === undefined ? 'another address' : location;
    const why = `sends to ${where}, where the token was not sent along`;
    return ['flags.server-failed', why, 'If that is the server, write its address into tidegate.yaml.'];
  }
  switch (status) {
    case 401:
      return [
        'flags.token-refused',
        'does not know the token',
        'Make a new one there and set it again; tokens expire, and are deleted.',
      ];
    case 403:
      return [
        'flags.forbidden',
        'does not allow that to the owner of the token',
        'It takes a token of the Admin API (not one of an SDK) whose owner may change this project and environment; where changes have to be approved there, ask for the change there.',
      ];
    case 404:
      return [
        'flags.not-there',
        'knows no such thing',
        'Compare url, project and environment in tidegate.yaml with the server; somebody may have archived the flag.',
      ];
    case 409:
      return [
        'flags.conflict',
        'says that it is so already or was changed meanwhile',
        'List the flags again.',
      ];
    case 429: {
      const when = retryAfter === undefined ? 'Wait a moment' : `Wait ${retryAfter} s`;
      return ['flags.too-many-requests', 'was asked too often', `${when}, then try again.`];
    }
    default:
      return status >= 500
        ? [
            'flags.server-failed',
            'failed',
            'Its own log says why; nothing may have changed: list the flags again.',
          ]
        : ['flags.refused', 'refuses', 'Its words say what it wants.'];
  }
}

export function notAnAnswer({ url, doing }: Asked, what: string): TidegateError {
  return failure('flags.server-failed', {
    message: `What ${url} answers is not of Unleash's Admin API (${what}): could not ${doing}.`,
    hint: 'Is "url:" in tidegate.yaml the address of an Unleash server, 5.9 or later, without "/api"?',
    data: { url },
  });
}

export function unreachable({ url, doing }: Asked, cause: unknown): TidegateError {
  return failure('flags.unreachable', {
    message: `The flag server ${url} does not answer: could not ${doing} (${messageOf(cause)}).`,
    hint: 'Is it running, and reachable from this machine? A change may have got there all the same: list the flags once it is back.',
    data: { url },
    cause,
  });
}

export function untrusted({ url, doing }: Asked, cause: unknown): TidegateError {
  return failure('flags.untrusted', {
    message: `The flag server ${url} is not talked to, since its certificate cannot be trusted: could not ${doing} (${messageOf(cause)}).`,
    hint: 'Where an authority of your own has signed it, name that one\'s PEM file: "ca:" beside "url:" in tidegate.yaml.',
    data: { url },
    cause,
  });
}

export function cancelled({ doing }: Asked): TidegateError {
  return failure('cancelled', {
    message: `Cancelled: ${doing}.`,
    hint: 'What the server had been told by then holds: list the flags.',
  });
}

/** It was written, and something else was read back. */
export function overtaken({ url, doing }: Asked, is: string): TidegateError {
  return failure('flags.conflict', {
    message: `${url} was told to ${doing}, and then said that it is ${is}: somebody else has changed it in between.`,
    hint: 'List the flags again.',
    data: { url },
  });
}

export function noEnvironmentThere(
  {
    url,
    project,
    environment,
  }: { readonly url: string; readonly project: string; readonly environment: string },
  known: readonly string[],
): TidegateError {
  return failure('flags.not-there', {
    message: `The flag server ${url} has no environment "${environment}" in a project "${project}" that this token may see.`,
    hint:
      known.length > 0
        ? `The project has: ${known.join(', ')}. Correct "flags:" of the environment in tidegate.yaml.`
        : 'Correct "project:" under "flags:" of the environment in tidegate.yaml; its id counts, not its title.',
    data: { url, project, environment, known },
  });
}

export function unknownAtServer(
  { url, project }: { readonly url: string; readonly project: string },
  key: string,
  near: readonly string[],
): TidegateError {
  return failure('flags.unknown', {
    message: `The project "${project}" of the flag server ${url} has no flag "${key}".`,
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : 'List the flags; "tidegate flags create" makes one there.',
    data: { flag: key, nearest: near },
  });
}

/** Of a method, or of a part of one, that a flag server has ways of its own for. */
export function atServer(what: string, environment: string, url: string): TidegateError {
  return failure('flags.at-server', {
    message: `${what} is not done for ${environment}: its flags are held by the server ${url}.`,
    hint: 'Do it there. Here they are listed, switched, given a share and created.',
    data: { environment, url },
  });
}

export function comesFromFile(key: string, environment: string): TidegateError {
  return failure('flags.from-file', {
    message: `"${key}" is not created in ${environment}: its flags come with the commit that is deployed.`,
    hint: 'Write it into the flags file, commit and deploy.',
    data: { flag: key, environment },
  });
}
