/** The last releases of a service that users had, under the service: each can be brought back from its row. */
import { l10n } from './l10n.ts';
import { plain, type Target, type TreeNode } from './node.ts';
import type { EnvironmentState } from './state.ts';
import { nameOf, targetName } from './words.ts';

const shown = 3;

export function lastReleases(
  id: string,
  target: Target,
  { history, status }: EnvironmentState,
): readonly TreeNode[] {
  const service = status?.services.find((candidate) => candidate.service === target.service);
  // What stands in a slot has a row already: the slot's own.
  const seen = new Set(
    (service?.slots ?? []).flatMap(({ release }) => (release === null ? [] : [nameOf(release)])),
  );
  const past = (history ?? []).filter(
    ({ outcome, services, to }) =>
      outcome === 'live' && services.includes(target.service ?? '') && to.number !== null,
  );
  const distinct = past.filter((entry) => {
    const isNew = !seen.has(targetName(entry));
    seen.add(targetName(entry));
    return isNew;
  });
  return distinct.slice(0, shown).map((entry): TreeNode => {
    const name = targetName(entry);
    const day = entry.at.slice(0, 10);
    return {
      id: `${id}#release:${entry.rollout}`,
      label: name,
      description: `${day} · ${entry.by}`,
      kinds: ['release', ...(entry.to.tag === null ? [] : ['returnable'])],
      icon: { id: 'tag' },
      tooltip: l10n.t('release {0} of {1} by {2}', String(entry.to.number), plain(day), plain(entry.by)),
      spoken: l10n.t('earlier release {0} of {1} by {2}', name, day, entry.by),
      children: [],
      open: false,
      target: { ...target, rollout: entry.rollout, ...(entry.to.tag === null ? {} : { tag: entry.to.tag }) },
      click: 'tidegate.showRelease',
    };
  });
}
