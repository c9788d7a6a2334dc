/**
 * The row of a slot. At its usual width the side bar has room for some thirty characters: release, share and what is
 * wrong come first, what is as it should be is a word or nothing. All of it is in the tooltip, and spoken.
 */
import type { SlotStatus } from '../../agent/protocol/methods.ts';
import { l10n } from './l10n.ts';
import { plain, type Target, type TreeNode } from './node.ts';
import type { EnvironmentState } from './state.ts';
import { nameOf, shortened } from './words.ts';

export function slotNode(id: string, target: Target, slot: SlotStatus, state: EnvironmentState): TreeNode {
  const { colour, release, answering } = slot;
  const all = [
    ...(release === null ? [] : [nameOf(release)]),
    slotWords(slot),
    ...(slot.state === 'empty' ? [] : [health(slot)]),
    ...answerWords(slot, state),
    ...(answering === null ? [] : [answering.digest.replace(/^sha256:/, '').slice(0, 7)]),
  ];
  const tag = release?.tag;
  return {
    id: `${id}#${colour}`,
    label: colour,
    description: shortWords(slot, state).join(' · '),
    kinds: ['slot', slot.state, ...(slot.state === 'warm' && tag ? ['returnable'] : [])],
    icon: slotIcon(slot),
    tooltip: `**${colour}**: ${plain(all.join(' · '))}${answering ? `\n\n${l10n.t('image {0}', plain(answering.digest))}` : ''}`,
    spoken: l10n.t('slot {0}, {1}', colour, all.join(', ')),
    children: [],
    open: false,
    target: { ...target, ...(tag ? { tag } : {}) },
  };
}

export function health({ healthy, desired }: SlotStatus): string {
  return l10n.t('{0}/{1} healthy', healthy, desired);
}

export function isSick({ healthy, desired }: SlotStatus): boolean {
  return healthy < desired;
}

function shortWords(slot: SlotStatus, state: EnvironmentState): readonly string[] {
  const { release, healthy, desired } = slot;
  return [
    ...(release === null ? [] : [shortened(nameOf(release))]),
    shareWords(slot),
    ...(answersAsMeant(slot) ? [] : answerWords(slot, state)),
    ...(slot.state === 'empty' ? [] : [isSick(slot) ? health(slot) : `${healthy}/${desired}`]),
  ];
}

function shareWords({ state, share }: SlotStatus): string {
  switch (state) {
    case 'active':
      return l10n.t('live {0} %', share);
    case 'warm':
      return l10n.t('warm');
    case 'preparing':
      return share > 0 ? l10n.t('new {0} %', share) : l10n.t('preparing');
    case 'empty':
      return l10n.t('empty');
  }
}

function slotWords(slot: SlotStatus): string {
  switch (slot.state) {
    case 'warm':
      return l10n.t('warm: ready to roll back');
    case 'preparing':
      return slot.share > 0 ? l10n.t('new, {0} % of the traffic', slot.share) : l10n.t('new, no traffic yet');
    case 'active':
    case 'empty':
      return shareWords(slot);
  }
}

function slotIcon(slot: SlotStatus): TreeNode['icon'] {
  if (slot.state === 'empty') return { id: 'circle-outline' };
  if (slot.state === 'active') return { id: 'circle-filled', colour: isSick(slot) ? 'bad' : 'good' };
  return { id: slot.state === 'warm' ? 'history' : 'sync' };
}

/** What the newest probe saw, in users' stead: worth a word when there is a slot that should answer. */
function answerWords(
  { state, answering, release }: SlotStatus,
  { history }: EnvironmentState,
): readonly string[] {
  if (state === 'empty' || state === 'warm') return [];
  if (answering === null) return [l10n.t('no answer seen')];
  if (answering.release === release?.number) return [l10n.t('answers {0}', answering.status)];
  const other = history?.find(({ to }) => to.number === answering.release)?.to.tag;
  return [l10n.t('answered by {0}', other ?? l10n.t('release {0}', answering.release))];
}

/** One that has no traffic yet need not answer; what answers with an error of its own is worth a word. */
function answersAsMeant({ state, share, answering, release }: SlotStatus): boolean {
  if (answering === null) return state === 'preparing' && share === 0;
  return answering.release === release?.number && answering.status < 400;
}
