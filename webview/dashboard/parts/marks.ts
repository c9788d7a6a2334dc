/** What happened, as a list: its numbers are those of the lines in the charts. */
import { element, setChildren } from '../../shared/dom.ts';
import type { Drawn } from '../chart.ts';
import { timeWords } from '../model/words.ts';

export function showMarks(target: HTMLElement, marks: Drawn['marks']): void {
  setChildren(target, JSON.stringify(marks), () =>
    marks.length === 0
      ? [element('li', { class: 'none' }, 'Nothing was deployed, rolled back or switched in this time.')]
      : [...marks]
          .reverse()
          .map(({ mark, number }) =>
            element(
              'li',
              {},
              element('span', { class: 'number' }, String(number)),
              element('time', {}, timeWords(mark.at)),
              element('span', {}, mark.detail),
            ),
          ),
  );
}
