/** How often each flag is evaluated, variant by variant: a table, each share as a bar beside its number. */
import { l10n } from '../../../extension/model/l10n.ts';
import { element, setChildren } from '../../shared/dom.ts';
import type { FlagCounts } from '../messages.ts';
import { countNotes, flagRows, shareWords, type FlagRow } from '../model/counts.ts';

export interface CountsTable {
  readonly element: HTMLElement;
  /** `undefined`: nothing has been told. Where there are no flags, it is not seen. */
  show(counts: FlagCounts | undefined, now: number): void;
}

const titles = (): readonly string[] => [
  l10n.t('Flag'),
  l10n.t('Variant'),
  l10n.t('Share, last hour'),
  l10n.t('Asked, 1 h / 24 h'),
  l10n.t('Given, 1 h / 24 h'),
  l10n.t('Last asked'),
];
const meaning = (): string =>
  l10n.t(
    'Asked: an application asked for this very flag. Given: it got it with all others, which says nothing about use.',
  );

export function countsTable(): CountsTable {
  const body = element('tbody');
  const notes = element('ul', { class: 'counted' });
  // Beside what is scrolled, not in it: nobody scrolls to read a sentence.
  const note = element('p', { class: 'note', id: 'asked-and-given' }, meaning());
  const heads = titles().map((title) => element('th', { scope: 'col' }, title));
  const table = element(
    'table',
    { 'aria-describedby': note.id },
    element('thead', {}, element('tr', {}, ...heads)),
    body,
  );
  const scroll = element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': l10n.t('Flags') },
    table,
  );
  const made = element(
    'section',
    { class: 'flags' },
    element('h2', {}, l10n.t('Flags')),
    note,
    scroll,
    notes,
  );
  made.hidden = true;
  return {
    element: made,
    show: (counts, now) => {
      made.hidden = counts === undefined || counts.flags.length === 0;
      if (counts === undefined) return;
      const rows = flagRows(counts, now);
      setChildren(body, JSON.stringify(rows), () => rows.flatMap(rowElements));
      const lines = countNotes(counts, now);
      setChildren(notes, JSON.stringify(lines), () => lines.map((line) => element('li', {}, line)));
    },
  };
}

function rowElements({ key, defined, lastAsked, variants }: FlagRow): readonly HTMLElement[] {
  const rows = String(variants.length);
  return variants.map(({ variant, asked, given, share }, index) =>
    element(
      'tr',
      {},
      ...(index > 0
        ? []
        : [
            element(
              'th',
              { scope: 'rowgroup', rowspan: rows },
              defined ? key : l10n.t('{0} (not defined any more)', key),
            ),
          ]),
      element('td', {}, variant),
      shareCell(share),
      element('td', {}, asked),
      element('td', {}, given),
      ...(index > 0 ? [] : [element('td', { rowspan: rows }, lastAsked)]),
    ),
  );
}

function shareCell(share: number | null): HTMLElement {
  if (share === null) return element('td', {}, '–');
  const bar = element('meter', { min: '0', max: '1', value: String(share), 'aria-hidden': 'true' });
  return element('td', { class: 'share' }, bar, ` ${shareWords(share)}`);
}
