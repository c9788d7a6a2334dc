/**
 * What a session's environment may say: which engine, whose keys, and Tidegate's own settings. The agent's own
 * environment is that of whoever happened to start it, so nothing of it reaches a session. Pure.
 */
type Variables = Readonly<Record<string, string | undefined>>;

export const allowedNames: readonly string[] = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'DOCKER_BUILDKIT',
  'SSH_AUTH_SOCK',
  'XDG_RUNTIME_DIR',
  'HOME',
  'PATH',
];

export const ownNames = 'TIDEGATE_';

export function isAllowed(name: string): boolean {
  return allowedNames.includes(name) || name.startsWith(ownNames);
}

/** What a client sends along with its hello. */
export function sessionEnvironment(env: Variables): {
  readonly env: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
} {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    env: Object.fromEntries(given.filter(([name]) => isAllowed(name))),
    variables: Object.fromEntries(given.filter(([name]) => !isAllowed(name))),
  };
}
