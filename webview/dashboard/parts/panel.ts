/** One chart with its title, what its lines say now, and the same as a table. */
import { element, setChildren, setText } from '../../shared/dom.ts';
import { openChart, type Drawn } from '../chart.ts';
import { colours, type Colour, type Metric } from '../model/series.ts';
import { rowsOf, summaryOf } from '../model/table.ts';
import { notes, titles, valueWords } from '../model/words.ts';

export interface Panel {
  readonly element: HTMLElement;
  /** `names`: what each slot is called: `blue v1.1.0`. */
  show(drawn: Drawn, names: Readonly<Record<Colour, string>>): void;
  repaint(): void;
}

export function panel(metric: Metric): Panel {
  const canvas = element('div', { class: 'chart', role: 'img' });
  const values: Record<Colour, HTMLElement> = { blue: element('span'), green: element('span') };
  const heads: Record<Colour, HTMLElement> = {
    blue: element('th', { scope: 'col' }),
    green: element('th', { scope: 'col' }),
  };
  const legend = element(
    'p',
    { class: 'legend' },
    ...colours.map((colour) => element('span', { class: `key ${colour}` }, values[colour])),
  );
  const body = element('tbody');
  const table = element(
    'table',
    {},
    element('caption', {}, `${titles[metric]}: ${notes[metric]}`),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'Time'),
        ...colours.map((colour) => heads[colour]),
        element('th', { scope: 'col' }, 'What happened'),
      ),
    ),
    body,
  );
  const details = element(
    'details',
    {},
    element('summary', {}, `${titles[metric]} as a table`),
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${titles[metric]} as a table` },
      table,
    ),
  );
  const made = element(
    'section',
    { class: 'panel', 'data-metric': metric },
    element('h2', {}, titles[metric]),
    element('p', { class: 'note' }, notes[metric]),
    legend,
    canvas,
    details,
  );
  const chart = openChart(canvas, metric);
  let last: readonly [Drawn, Readonly<Record<Colour, string>>] | undefined;

  function fill(): void {
    if (last === undefined || !details.open) return;
    const [{ series, marks }, names] = last;
    const rows = rowsOf(
      series,
      metric,
      marks.map(({ mark }) => mark),
    );
    for (const colour of colours) setText(heads[colour], names[colour]);
    setChildren(body, JSON.stringify(rows), () =>
      rows.map(({ time, values: cells, marks: happened }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, time),
          ...colours.map((colour) => element('td', {}, cells[colour])),
          element('td', {}, happened),
        ),
      ),
    );
  }
  details.addEventListener('toggle', fill);

  return {
    element: made,
    show: (drawn, names) => {
      last = [drawn, names];
      for (const colour of colours)
        setText(
          values[colour],
          `${names[colour]}: ${valueWords(drawn.series.values[metric][colour].at(-1), metric)}`,
        );
      canvas.setAttribute('aria-label', `${titles[metric]}. ${summaryOf(drawn.series, metric, names)}`);
      chart.draw(drawn);
      fill();
    },
    repaint: () => chart.repaint(),
  };
}
