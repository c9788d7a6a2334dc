/** What happened, as a list: its numbers are those of the lines in the charts. */
import { toTheSecond } from '../../../extension/model/figures.ts';
import { l10n } from '../../../extension/model/l10n.ts';
import { element, setChildren } from '../../shared/dom.ts';
import type { Drawn } from '../chart.ts';

export function showMarks(target: HTMLElement, marks: Drawn['marks']): void {
  setChildren(target, JSON.stringify(marks), () =>
    marks.length === 0
      ? [
          element(
            'li',
            { class: 'none' },
            l10n.t('Nothing was deployed, rolled back or switched in this time.'),
          ),
        ]
      : [...marks]
          .reverse()
          .map(({ mark, number }) =>
            element(
              'li',
              {},
              element('span', { class: 'number' }, String(number)),
              element('time', {}, toTheSecond(mark.at)),
              element('span', {}, mark.detail),
            ),
          ),
  );
}
