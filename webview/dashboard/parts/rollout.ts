/** The rollout as a line that can be read at a glance. */
import { l10n } from '../../../extension/model/l10n.ts';
import { element, setChildren, setText } from '../../shared/dom.ts';
import type { DashboardRollout, DashboardStep } from '../messages.ts';
import { leftWords } from '../model/words.ts';

export interface RolloutLine {
  readonly element: HTMLElement;
  show(rollout: DashboardRollout | null): void;
  /** The time that is left. `now`: milliseconds since the epoch. */
  tick(now: number): void;
}

const signs: Readonly<Record<DashboardStep['state'], string>> = {
  done: '✓',
  now: '▶',
  next: '',
  failed: '✕',
};

function spoken(state: DashboardStep['state']): string {
  switch (state) {
    case 'done':
      return l10n.t('done');
    case 'now':
    case 'failed':
      return l10n.t('now');
    case 'next':
      return l10n.t('to come');
  }
}

export function rolloutLine(): RolloutLine {
  const title = element('h2');
  const steps = element('ol', { class: 'steps' });
  const detail = element('span', { role: 'status' });
  const left = element('span', { class: 'left' });
  const made = element(
    'section',
    { class: 'rollout', 'aria-label': l10n.t('Rollout') },
    title,
    steps,
    element('p', {}, detail, left),
  );
  let until: number | null = null;
  return {
    element: made,
    show: (rollout) => {
      until = rollout?.until ?? null;
      setText(title, rollout?.title ?? l10n.t('No rollout is under way'));
      setText(
        detail,
        rollout?.steps.find(({ state }) => state === 'now' || state === 'failed')?.detail ?? '',
      );
      setChildren(steps, JSON.stringify(rollout?.steps ?? []), () => (rollout?.steps ?? []).map(stepItem));
    },
    tick: (now) =>
      setText(left, until === null || until <= now ? '' : l10n.t(', goes on in {0}', leftWords(until - now))),
  };
}

function stepItem({ label, state }: DashboardStep): HTMLElement {
  const now = state === 'now' || state === 'failed';
  return element(
    'li',
    { class: state, 'aria-current': now ? 'step' : undefined },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, signs[state]),
    element('span', {}, label),
    element('span', { class: 'spoken' }, `, ${spoken(state)}`),
  );
}
