/** Images that every node can get: in a registry, and named by the digest of their manifest there. */
import { hasCode } from '../common/errors.ts';
import { imageMissing } from '../swarm/failures.ts';
import { manifestOf, pinned, repositoryOf, tagOf } from '../swarm/image-name.ts';
import type { Swarm } from '../swarm/port.ts';
import type { BuildRequest, BuiltImage } from './builder.ts';
import { buildCancelled } from './failures.ts';
import { imagePart } from './labels.ts';

/**
 * `registry.example/shop/web:<beginning of the key>`. More of the key than the engine's own tags have: what is under
 * this name in a registry is taken for the content without a look at its labels.
 */
export function placeInRegistry(registry: string, service: string, key: string): string {
  return `${registry}/${imagePart(service)}:${key.slice(0, 24)}`;
}

interface Publication extends Pick<BuildRequest, 'service' | 'signal' | 'onLine'> {
  readonly registry: string;
  readonly key: string;
  /** Finds or builds the image on the engine. */
  readonly local: () => Promise<BuiltImage>;
}

/** What is under its content's name in the registry is neither built nor pushed again. */
export async function publish(
  { images, registry }: Pick<Swarm, 'images' | 'registry'>,
  { service, signal, onLine, registry: place, key, local }: Publication,
): Promise<BuiltImage> {
  const ref = placeInRegistry(place, service, key);
  const there = await registry.digest(ref).catch((error: unknown) => {
    // To a user that may push, some registries deny what is not there yet. If it is the login, pushing says so.
    if (hasCode(error, 'registry.denied') && error.data['login'] === 'given') return undefined;
    throw error;
  });
  if (there !== undefined) {
    onLine(`${ref} is in the registry already`);
    return { ref: pinned(ref, there), digest: there, built: false };
  }
  const image = await local();
  await images.tag(image.digest, repositoryOf(ref), tagOf(ref));
  onLine(`pushing ${ref}`);
  try {
    const digest = await registry.push(ref, { signal, onLine });
    onLine(`pushed ${ref} as ${digest.slice(0, 19)}`);
    return { ref: pinned(ref, digest), digest, built: image.built };
  } catch (error) {
    throw hasCode(error, 'cancelled') ? buildCancelled(service) : error;
  }
}

/** A named image as its registry has it now. Nodes pull it themselves. Throws `image.missing`. */
export async function namedInRegistry(registry: Swarm['registry'], ref: string): Promise<BuiltImage> {
  const digest = manifestOf(ref) ?? (await registry.digest(ref));
  if (digest === undefined) throw imageMissing(ref, new Error('its registry does not know it'));
  return { ref: pinned(ref, digest), digest, built: false };
}
