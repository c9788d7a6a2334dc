/** Whether a content was built already. */
import { labels } from '../common/names.ts';
import type { ImageObject, Swarm } from '../swarm/port.ts';
import { imageTag } from './labels.ts';

export interface Wanted {
  readonly project: string;
  readonly service: string;
  readonly key: string;
}

/**
 * Images inherit the labels of what they are built FROM, so the label alone would also find an image that
 * somebody built on top of ours. Our tag says that it is the one. `own`: it carries this very service's tag.
 */
export async function findImage(
  images: Swarm['images'],
  { project, service, key }: Wanted,
): Promise<{ readonly image: ImageObject; readonly own: boolean } | undefined> {
  const { repository, tag } = imageTag(project, service, key);
  // Asking for one name is quick on an engine with many images; listing is not.
  const own = await images.get(`${repository}:${tag}`);
  if (own?.labels[labels.key] === key) return { image: own, own: true };
  const isOurs = (image: ImageObject): boolean =>
    image.tags.some((name) => name.startsWith('tidegate/') && name.endsWith(`:${tag}`));
  const found = (await images.list({ [labels.key]: key })).find(isOurs);
  return found && { image: found, own: false };
}
