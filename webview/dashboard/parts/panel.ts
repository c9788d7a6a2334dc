/** One chart with its title, what its lines say now, and the same as a table. */
import { element, setText } from '../../shared/dom.ts';
import { openChart, type Drawn } from '../chart.ts';
import { colours, type Colour, type Metric } from '../model/series.ts';
import { summaryOf } from '../model/table.ts';
import { noteOf, titleOf, valueWords } from '../model/words.ts';
import { openTable } from './table.ts';

export interface Panel {
  readonly element: HTMLElement;
  /** `names`: what each slot is called: `blue v1.1.0`. */
  show(drawn: Drawn, names: Readonly<Record<Colour, string>>): void;
  repaint(): void;
}

export function panel(metric: Metric): Panel {
  const canvas = element('div', { class: 'chart', role: 'img' });
  const values: Record<Colour, HTMLElement> = { blue: element('span'), green: element('span') };
  const table = openTable(metric);
  const made = element(
    'section',
    { class: 'panel', 'data-metric': metric },
    element('h2', {}, titleOf(metric)),
    element('p', { class: 'note' }, noteOf(metric)),
    element(
      'p',
      { class: 'legend' },
      ...colours.map((colour) => element('span', { class: `key ${colour}` }, values[colour])),
    ),
    canvas,
    table.element,
  );
  const chart = openChart(canvas, metric);
  return {
    element: made,
    show: (drawn, names) => {
      for (const colour of colours) {
        const now = drawn.series.values[metric][colour].at(-1);
        setText(values[colour], `${names[colour]}: ${valueWords(now, metric)}`);
      }
      canvas.setAttribute('aria-label', `${titleOf(metric)}. ${summaryOf(drawn.series, metric, names)}`);
      chart.draw(drawn);
      table.show(drawn, names);
    },
    repaint: () => chart.repaint(),
  };
}
