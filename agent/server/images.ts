/** Whether the images of a release can still be had: from their registry where they have one, else on the engine. */
import { isPinned, registryOf } from '../swarm/image-name.ts';
import type { Swarm } from '../swarm/port.ts';
import type { Place } from './place.ts';

/** Why it cannot be had, after "the image of web"; `undefined`: it can. Throws `registry.*` when nobody can tell. */
export async function whyImageIsGone(
  { images, registry }: Pick<Swarm, 'images' | 'registry'>,
  ref: string,
): Promise<string | undefined> {
  if (!isPinned(ref))
    return (await images.get(ref)) ? undefined : `(${ref.slice(0, 19)}…) is not on this engine any more`;
  return (await registry.digest(ref)) === undefined
    ? `(${ref}) is not in the registry ${registryOf(ref) ?? ''} any more`
    : undefined;
}

/**
 * Before anything is built: the registry answers, and takes the login that docker has for it. Throws `registry.*`.
 */
export async function checkRegistry(
  { environment, engine }: Place,
  services: readonly string[],
): Promise<void> {
  const [service] = services;
  if (environment.registry === undefined || service === undefined) return;
  await engine.swarm.registry.check(`${environment.registry}/${service}`);
}
