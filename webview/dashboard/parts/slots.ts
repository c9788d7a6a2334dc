/** What is in the two slots of a service. */
import { element, setChildren } from '../../shared/dom.ts';
import type { DashboardState } from '../messages.ts';

type Slot = DashboardState['services'][number]['slots'][number];

export function showSlots(target: HTMLElement, slots: readonly Slot[]): void {
  setChildren(target, JSON.stringify(slots), () =>
    slots.map((slot) =>
      element(
        'li',
        { class: `key ${slot.colour}` },
        element('strong', {}, slotName(slot)),
        ` ${words(slot)}`,
      ),
    ),
  );
}

export function slotName({ colour, release }: Pick<Slot, 'colour' | 'release'>): string {
  return release === null ? colour : `${colour} ${release}`;
}

function words({ state, share, healthy, desired }: Slot): string {
  const servers = `${healthy} of ${desired} healthy`;
  switch (state) {
    case 'active':
      return `live, meant to have ${share} %, ${servers}`;
    case 'warm':
      return `warm: ready to roll back to, ${servers}`;
    case 'preparing':
      return share > 0 ? `meant to have ${share} %, ${servers}` : `being prepared, ${servers}`;
    case 'empty':
      return 'empty';
  }
}
