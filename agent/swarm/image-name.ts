/** Parts of an image's reference (distribution/reference). Pure. */

/** Docker Hub, by the name that docker's own configuration and the reference grammar use. */
export const dockerHub = 'docker.io';

/** `undefined` for an image id, which no registry knows. */
export function registryOf(ref: string): string | undefined {
  if (isImageId(ref)) return undefined;
  const [first = '', ...rest] = ref.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (!isHost || first === 'index.docker.io') return dockerHub;
  return first;
}

/** Without tag and digest: `registry.example:5000/shop/web`. */
export function repositoryOf(ref: string): string {
  const named = ref.replace(/@sha256:[0-9a-f]+$/, '');
  return named.replace(/:[^:/]+$/, '');
}

/** `sha256:…` of a reference that names a manifest; `undefined` for a tag or an image id. */
export function manifestOf(ref: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(ref)?.[1];
}

/** Whether every node gets the same bytes for it out of a registry. */
export function isPinned(ref: string): boolean {
  return manifestOf(ref) !== undefined;
}

export function pinned(ref: string, digest: string): string {
  return `${repositoryOf(ref)}@${digest}`;
}

export function tagOf(ref: string): string {
  const named = ref.replace(/@.*$/, '');
  return /:([^:/]+)$/.exec(named)?.[1] ?? 'latest';
}

function isImageId(ref: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(ref);
}
