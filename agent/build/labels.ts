import { labels } from '../common/names.ts';
import type { Commit } from '../git/repository.ts';

export interface ImageFacts {
  readonly commit: Commit;
  readonly key: string;
  readonly stack: string;
  readonly project: string;
  readonly service: string;
  /** URL of the repository, without credentials. */
  readonly origin: string | undefined;
}

/**
 * Those of the first build: a later commit with the same content gets the same image, and these still name the
 * commit it was built from (opencontainers/image-spec, annotations.md).
 */
export function imageLabels({
  commit,
  key,
  stack,
  project,
  service,
  origin,
}: ImageFacts): Record<string, string> {
  return {
    'org.opencontainers.image.title': `${project}/${service}`,
    'org.opencontainers.image.revision': commit.oid,
    'org.opencontainers.image.created': new Date(commit.time).toISOString(),
    ...(commit.tag === undefined ? {} : { 'org.opencontainers.image.version': commit.tag }),
    ...(origin === undefined ? {} : { 'org.opencontainers.image.source': origin }),
    [labels.key]: key,
    [labels.stack]: stack,
    [labels.object]: 'image',
    [labels.service]: service,
    'tidegate.project': project,
  };
}

/** `tidegate/<project>/<service>`, and the beginning of the key: a tag keeps the image from "docker image prune". */
export function imageTag(project: string, service: string, key: string): { repository: string; tag: string } {
  return { repository: `tidegate/${imagePart(project)}/${imagePart(service)}`, tag: key.slice(0, 12) };
}

/** What the reference grammar allows between slashes (distribution/reference). */
export function imagePart(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'x'
  );
}
