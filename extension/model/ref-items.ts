/** What can be deployed, as the rows of a quick pick: tags newest first, HEAD and branches below. */
import type { ReleaseName } from '../../agent/protocol/methods.ts';
import type { RefEntry, RefsResult } from '../../agent/protocol/project.ts';
import { l10n } from './l10n.ts';

export type RefItem =
  | { readonly kind: 'separator'; readonly label: string }
  | {
      readonly kind: 'ref';
      readonly ref: string;
      readonly label: string;
      readonly description: string;
      readonly detail: string;
      readonly isCurrent: boolean;
    }
  /** Is not there yet, and can be made where the editor has its git. */
  | {
      readonly kind: 'make';
      readonly makes: 'commit' | 'tag';
      readonly label: string;
      readonly detail: string;
    };

export function refItems(
  refs: RefsResult,
  live: ReleaseName | null,
  environment: string,
): readonly RefItem[] {
  const item =
    (icon: string, hint: string) =>
    (entry: RefEntry): RefItem => {
      // A tag that is live is the current one, whatever else points at its commit.
      const isCurrent =
        live !== null && (live.tag === null ? entry.commit === live.commit : entry.ref === live.tag);
      return {
        kind: 'ref',
        ref: entry.ref,
        label: `$(${isCurrent ? 'pass-filled' : icon}) ${entry.ref}`,
        description: [isCurrent ? l10n.t('current in {0}', environment) : '', entry.at.slice(0, 10), hint]
          .filter(Boolean)
          .join(' · '),
        detail: `${entry.commit.slice(0, 8)} ${entry.subject}`,
        isCurrent,
      };
    };
  const dirty = refs.dirty === true ? l10n.t('without your uncommitted changes') : '';
  return [
    ...section(l10n.t('tags'), refs.tags.map(item('tag', '')), refs.more.tags),
    ...section(
      l10n.t('here'),
      [...(refs.head === null ? [] : [refs.head]).map(item('git-commit', dirty)), ...toMake(refs)],
      0,
    ),
    ...section(l10n.t('branches'), refs.branches.map(item('git-branch', '')), refs.more.branches),
  ];
}

/** What somebody may miss in the list. */
function toMake({ head, tags, dirty }: RefsResult): readonly RefItem[] {
  const tag: RefItem = {
    ...{ kind: 'make', makes: 'tag', label: `$(tag) ${l10n.t('Create a Tag…')}` },
    detail: l10n.t('Names the commit you are on, and goes on with it'),
  };
  const commit: RefItem = {
    ...{ kind: 'make', makes: 'commit', label: `$(source-control) ${l10n.t('Commit in Source Control…')}` },
    detail: l10n.t('What is committed can be deployed'),
  };
  const isUntagged = head !== null && tags.every(({ commit: tagged }) => tagged !== head.commit);
  return [...(isUntagged ? [tag] : []), ...(head === null || dirty === true ? [commit] : [])];
}

function section(label: string, items: readonly RefItem[], more: number): readonly RefItem[] {
  if (items.length === 0) return [];
  const title = more === 0 ? label : l10n.t('{0} ({1} older ones: type the name)', label, more);
  return [{ kind: 'separator', label: title }, ...items];
}

export function refsPlaceholder({ dirty, tags, head }: RefsResult): string {
  if (tags.length === 0 && head === null)
    return l10n.t('There is no commit yet: only what is committed can be deployed');
  if (dirty === true) return l10n.t('Your working tree has uncommitted changes: they are not deployed');
  if (tags.length === 0) return l10n.t('There is no tag yet: HEAD is the commit you are on');
  return l10n.t('Tag, branch or commit');
}
