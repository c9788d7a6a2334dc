/** A chart as a table: closed at first, and filled only while it is open. */
import { l10n } from '../../../extension/model/l10n.ts';
import { element, setChildren, setText } from '../../shared/dom.ts';
import type { Drawn } from '../chart.ts';
import { colours, type Colour, type Metric } from '../model/series.ts';
import { rowsOf, type Row } from '../model/table.ts';
import { noteOf, titleOf } from '../model/words.ts';

type Names = Readonly<Record<Colour, string>>;

export interface Table {
  readonly element: HTMLElement;
  show(drawn: Drawn, names: Names): void;
}

export function openTable(metric: Metric): Table {
  const title = l10n.t('{0} as a table', titleOf(metric));
  const heads: Record<Colour, HTMLElement> = {
    blue: element('th', { scope: 'col' }),
    green: element('th', { scope: 'col' }),
  };
  const body = element('tbody');
  const head = element(
    'tr',
    {},
    heading(l10n.t('Time')),
    heads.blue,
    heads.green,
    heading(l10n.t('What happened')),
  );
  const caption = element('caption', {}, `${titleOf(metric)}: ${noteOf(metric)}`);
  const table = element('table', {}, caption, element('thead', {}, head), body);
  const made = element(
    'details',
    {},
    element('summary', {}, title),
    element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title }, table),
  );
  let last: { readonly drawn: Drawn; readonly names: Names } | undefined;
  const fill = (): void => {
    if (last === undefined || !made.open) return;
    const { drawn, names } = last;
    const marks = drawn.marks.map(({ mark }) => mark);
    const rows = rowsOf(drawn.series, metric, marks);
    for (const colour of colours) setText(heads[colour], names[colour]);
    setChildren(body, JSON.stringify(rows), () => rows.map(rowElement));
  };
  made.addEventListener('toggle', fill);
  return {
    element: made,
    show: (drawn, names) => {
      last = { drawn, names };
      fill();
    },
  };
}

function heading(text: string): HTMLElement {
  return element('th', { scope: 'col' }, text);
}

function rowElement({ time, values, marks }: Row): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, time),
    ...colours.map((colour) => element('td', {}, values[colour])),
    element('td', {}, marks),
  );
}
