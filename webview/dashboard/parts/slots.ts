/** What is in the two slots of a service. */
import { l10n } from '../../../extension/model/l10n.ts';
import { element, setChildren } from '../../shared/dom.ts';
import type { DashboardState } from '../messages.ts';
import { percent } from '../model/words.ts';

type Slot = DashboardState['services'][number]['slots'][number];

export function showSlots(target: HTMLElement, slots: readonly Slot[]): void {
  setChildren(target, JSON.stringify(slots), () =>
    slots.map((slot) =>
      element(
        'li',
        { class: `key ${slot.colour}` },
        // One box for all of it, or name and words would be columns where there is little room.
        element('span', {}, element('strong', {}, slotName(slot)), ` ${words(slot)}`),
      ),
    ),
  );
}

export function slotName({ colour, release }: Pick<Slot, 'colour' | 'release'>): string {
  return release === null ? colour : `${colour} ${release}`;
}

function words({ state, share, healthy, desired }: Slot): string {
  const servers = l10n.t('{0} of {1} healthy', healthy, desired);
  switch (state) {
    case 'active':
      return l10n.t('live, meant to have {0}, {1}', percent(share), servers);
    case 'warm':
      return l10n.t('warm: ready to roll back to, {0}', servers);
    case 'preparing':
      return share > 0
        ? l10n.t('meant to have {0}, {1}', percent(share), servers)
        : l10n.t('being prepared, {0}', servers);
    case 'empty':
      return l10n.t('empty');
  }
}
