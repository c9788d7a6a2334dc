/** What can be gone back to, as the rows of a quick pick. */
import type { PastRollout, RefEntry } from '../../agent/protocol/project.ts';
import { l10n } from './l10n.ts';

export interface TagItem {
  readonly tag: string;
  readonly icon: 'history' | 'tag';
  readonly description: string;
}

/** Releases that users had here, newest first, each once; then tags that were never released here. */
export function tagItems(
  rollouts: readonly PastRollout[],
  tags: readonly RefEntry[],
  current: string | null,
): readonly TagItem[] {
  const seen = new Set<string>(current === null ? [] : [current]);
  const released = rollouts.flatMap(({ outcome, to: { tag }, at, by }): readonly TagItem[] => {
    if (outcome !== 'live' || tag === null || seen.has(tag)) return [];
    seen.add(tag);
    return [{ tag, icon: 'history', description: l10n.t('released {0} by {1}', at.slice(0, 10), by) }];
  });
  const others = tags
    .filter(({ ref }) => !seen.has(ref))
    .map(({ ref, subject }): TagItem => ({
      ...{ tag: ref, icon: 'tag', description: l10n.t('never released here, is built · {0}', subject) },
    }));
  return [...released, ...others];
}
