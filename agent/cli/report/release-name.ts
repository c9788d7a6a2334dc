import type { ReleaseName } from '../../protocol/methods.ts';

/** `v1.1.0 (#5)`, or the commit where there is no tag. */
export function releaseName(release: ReleaseName | null): string {
  return release === null ? '–' : `${release.tag ?? release.commit.slice(0, 8)} (#${release.number})`;
}
