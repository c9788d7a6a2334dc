/** What can go wrong between an engine and a registry. The engine passes on the registry's words, and they are all there is. */
import { failure, type TidegateError } from '../common/errors.ts';
import { statusOf, wordsOf } from './failures.ts';
import { registryOf } from './image-name.ts';

export type RegistryTrouble = 'denied' | 'unreachable' | 'absent' | 'other';

/** Pure: what the engine's or the registry's words mean. */
export function troubleOf(words: string, status?: number): RegistryTrouble {
  if (denying.test(words)) return 'denied';
  if (unreachable.test(words)) return 'unreachable';
  if (absent.test(words) || status === 404) return 'absent';
  return status === 401 || status === 403 ? 'denied' : 'other';
}

const denying =
  /unauthorized|authentication required|no basic auth credentials|access to the resource is denied|access denied|incorrect username or password|\bdenied:|403 forbidden|401 unauthorized|insufficient.?scope/i;
const unreachable =
  /connection refused|no such host|i\/o timeout|request canceled|deadline exceeded|no route to host|network is unreachable|connection reset|server misbehaving|x509:|tls:|server gave HTTP response to HTTPS client|temporary failure in name resolution|\bEOF\b|50[234] (?:bad gateway|service unavailable|gateway time)|(?:bad gateway|service unavailable)/i;
const absent =
  /manifest unknown|name unknown|manifest for .* not found|repository .* not found|NAME_UNKNOWN|repository name not known|does not exist|\bnot found\b/i;

export interface RegistryAttempt {
  /** Name of the engine, which is who talks to the registry. */
  readonly engine: string;
  /** After "could not": `push registry.example/shop/web:1`. */
  readonly doing: string;
  readonly ref: string;
}

export function registryDenied(
  { engine, doing, ref }: RegistryAttempt,
  words: string,
  login: 'given' | 'none',
): TidegateError {
  const registry = registryOf(ref) ?? '';
  const who =
    login === 'given' ? 'refused the login docker has for it' : 'wants a login, and docker has none';
  return failure('registry.denied', {
    message: `The registry ${registry} ${who}: Docker at ${engine} could not ${doing} (${words}).`,
    hint: `"docker login ${registry}" on this machine, with a user that may do that; then try again.`,
    data: { registry, ref, login },
  });
}

export function registryUnreachable({ engine, doing, ref }: RegistryAttempt, words: string): TidegateError {
  const registry = registryOf(ref) ?? '';
  const plain = /server gave HTTP response to HTTPS client/i.test(words)
    ? ` A registry without TLS must be named in "insecure-registries" of every node's /etc/docker/daemon.json.`
    : '';
  return failure('registry.unreachable', {
    message: `The registry ${registry} does not answer: Docker at ${engine} could not ${doing} (${words}).`,
    hint: `It is the engine that has to reach the registry, not this machine: try "docker pull ${ref}" there.${plain}`,
    data: { registry, ref },
  });
}

export function registryFailed({ engine, doing, ref }: RegistryAttempt, words: string): TidegateError {
  return failure('engine.failed', {
    message: `Docker at ${engine} could not ${doing}: ${words}`,
    data: { engine, registry: registryOf(ref) ?? '', ref },
  });
}

export function absentInRegistry({ doing, ref }: RegistryAttempt, words: string): TidegateError {
  const registry = registryOf(ref) ?? '';
  return failure('image.missing', {
    message: `The registry ${registry} does not have ${ref}: could not ${doing} (${words}).`,
    hint: `Check the name, and that the repository exists there: some registries want it to be created first.`,
    data: { registry, ref },
  });
}

/** What the engine said, as one of the failures above; for a call that the engine did answer. */
export function registryFailure(
  error: unknown,
  attempt: RegistryAttempt,
  login: 'given' | 'none',
): TidegateError {
  const words = wordsOf(error);
  switch (troubleOf(words, statusOf(error))) {
    case 'denied':
      return registryDenied(attempt, words, login);
    case 'unreachable':
      return registryUnreachable(attempt, words);
    case 'absent':
      return absentInRegistry(attempt, words);
    case 'other':
      return registryFailed(attempt, words);
  }
}

export function badDockerConfig(file: string): TidegateError {
  return failure('registry.login-failed', {
    message: `${file} cannot be read as docker's configuration, where logins of registries are.`,
    hint: 'Correct it, or move it away and "docker login" again.',
    data: { file },
  });
}

export function helperFailed(helper: string, server: string, why: string): TidegateError {
  return failure('registry.login-failed', {
    message: `docker-credential-${helper} did not give the login for ${server}: ${why}.`,
    hint: `Docker's configuration names that helper. Try it: echo ${server} | docker-credential-${helper} get; or "docker login ${server}".`,
    data: { helper, server },
  });
}
